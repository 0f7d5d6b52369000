/* SPDX-License-Identifier: MIT */
/* table.c - which recorded object is at an address: hash tables with open addressing, in shards with a lock each.
 *
 * May include libc and pthreads. What must hold: at most half of a shard's slots are in use, and each entry can be reached from
 * its home slot without passing an empty one.
 */
#include "bench/trace/table.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>

enum { SHARDS = 64, FIRST_SLOTS = 1024 };

struct slot {
    uintptr_t address; /* 0: empty */
    uint64_t object;
};

static struct shard {
    _Alignas(64) pthread_mutex_t lock;
    struct slot *slots;
    size_t count, used; /* count: a power of two; 0 before the first entry */
} shards[SHARDS];

/* The top six bits pick the shard, lower ones the slot. */
static uint64_t hash(uintptr_t address)
{
    return (address >> 4) * 0x9E3779B97F4A7C15u;
}

static struct shard *shard_of(uintptr_t address)
{
    return &shards[hash(address) >> 58];
}

static size_t home(const struct shard *shard, uintptr_t address)
{
    return hash(address) >> 20 & (shard->count - 1);
}

/* The slot of an address, or the empty one where it would go. */
static size_t find(const struct shard *shard, uintptr_t address)
{
    size_t i = home(shard, address);
    while (shard->slots[i].address && shard->slots[i].address != address)
        i = (i + 1) & (shard->count - 1);
    return i;
}

static bool grow(struct shard *shard)
{
    struct shard old = *shard;
    size_t count = old.count ? old.count * 2 : FIRST_SLOTS;
    void *slots = mmap(NULL, count * sizeof *old.slots, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (slots == MAP_FAILED)
        return false;
    shard->slots = slots;
    shard->count = count;
    for (size_t i = 0; i < old.count; i++)
        if (old.slots[i].address)
            shard->slots[find(shard, old.slots[i].address)] = old.slots[i];
    if (old.slots)
        munmap(old.slots, old.count * sizeof *old.slots);
    return true;
}

bool table_put(const void *p, uint64_t object)
{
    struct shard *shard = shard_of((uintptr_t)p);
    pthread_mutex_lock(&shard->lock);
    bool room = shard->used * 2 < shard->count || grow(shard);
    if (room) {
        size_t i = find(shard, (uintptr_t)p);
        shard->used += !shard->slots[i].address;
        shard->slots[i] = (struct slot){(uintptr_t)p, object};
    }
    pthread_mutex_unlock(&shard->lock);
    return room;
}

/* Empties slot i and moves later entries of its row up. */
static void empty(struct shard *shard, size_t i)
{
    size_t mask = shard->count - 1;
    for (size_t j = (i + 1) & mask; shard->slots[j].address; j = (j + 1) & mask)
        if (((j - home(shard, shard->slots[j].address)) & mask) >= ((j - i) & mask)) {
            shard->slots[i] = shard->slots[j];
            i = j;
        }
    shard->slots[i].address = 0;
    shard->used--;
}

bool table_take(const void *p, uint64_t *object)
{
    struct shard *shard = shard_of((uintptr_t)p);
    pthread_mutex_lock(&shard->lock);
    size_t i = shard->count ? find(shard, (uintptr_t)p) : 0;
    bool known = shard->count && shard->slots[i].address;
    if (known) {
        *object = shard->slots[i].object;
        empty(shard, i);
    }
    pthread_mutex_unlock(&shard->lock);
    return known;
}
