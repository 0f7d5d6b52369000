/* SPDX-License-Identifier: MIT */
/* sample.c - see sample.h: when a block becomes a sample, and the two tables.
 *
 * A thread takes a sample after a number of allocated bytes that is drawn anew each time, from the exponential distribution
 * whose mean is the interval. So each byte is as likely as any other to be sampled, whatever regular pattern the program has,
 * and a block of n bytes is sampled with probability 1 - exp(-n / interval). gperftools and jemalloc sample in this way, too.
 * Readers of the profile divide by that probability ("heap_v2").
 */
#include "core/heap/env.h"
#include "core/heap/stats.h"
#include "core/low/os.h"
#include "core/seam/sample.h"
#include <errno.h>

#define SAMPLE_KNOBS(X) \
    X(sample_interval, "PROFILE", 0, 0, (uint64_t)1 << 40, "bytes", "between two samples of the heap profile (0: none)")
KNOBS(SAMPLE_KNOBS);

enum { SAMPLE_BUCKETS = 1 << 15, SAMPLE_WAYS = 8, SAMPLE_TRIES = 64 };

/* A bucket: its addresses share a cache line, so that a free of any other block reads that line alone. */
struct sample_block {
    uintptr_t block[SAMPLE_WAYS]; /* 0: free; 1: being filled. Atomic */
    uint64_t size[SAMPLE_WAYS];
    uint32_t stack[SAMPLE_WAYS];
    char rest[SAMPLE_WAYS * 4];   /* to a multiple of a cache line */
};
static_assert(sizeof(struct sample_block) % 64 == 0, "a bucket begins a cache line");

struct sample_block *sample_blocks;
struct sample_stack *sample_stacks;
HAK_TLS const void *sample_frame;
static HAK_TLS uint64_t sample_random, sample_left; /* of this thread: state of the generator; bytes until the next sample */
static uint64_t sample_taken, sample_freed, sample_lost; /* atomic */

static void sample_stats(stats_each *each, void *context)
{
    each(context, "sample.taken", load_relaxed(&sample_taken), "blocks that became samples of the heap profile");
    each(context, "sample.freed", load_relaxed(&sample_freed), "samples that were freed since");
    each(context, "sample.lost", load_relaxed(&sample_lost), "samples for which a table had no place");
}
STATS_PART(sample_stats);
PEEK(sample_taken, &sample_taken, PEEK_OBJECT("sample.taken"));
PEEK(sample_freed, &sample_freed, PEEK_OBJECT("sample.freed"));
PEEK(sample_lost, &sample_lost, PEEK_OBJECT("sample.lost"));

static void sample_add(uint64_t *counter, uint64_t value)
{
    __atomic_fetch_add(counter, value, __ATOMIC_RELAXED);
}

static uint64_t sample_mix(uint64_t x)
{
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
    return x ^ x >> 32;
}

/* -log2(u / 2^64), in units of 2^-16, for u > 0: the digits of the logarithm by repeated squaring. */
static uint64_t sample_log2(uint64_t u)
{
    unsigned zeros = (unsigned)__builtin_clzll(u);
    uint64_t x = u << zeros >> 32, digits = 0; /* x / 2^31 is from 1 to 2 */
    for (int i = 0; i < 16; i++) {
        x = x * x >> 31;
        digits = digits << 1 | x >> 32;
        x >>= x >> 32;
    }
    return ((uint64_t)(zeros + 1) << 16) - digits;
}

/* Bytes until the next sample: -ln(u) times the interval, for a random u between 0 and 1. At least 1. */
static uint64_t sample_gap(void)
{
    enum { LN2 = 45426 }; /* in units of 2^-16 */
    sample_random += 0x9e3779b97f4a7c15u;
    uint64_t u = sample_mix(sample_random);
    return (uint64_t)((unsigned __int128)sample_interval * sample_log2(u ? u : 1) * LN2 >> 32) + 1;
}

/* The entry of a stack, a new one if need be; SAMPLE_STACKS: no place is left. Two threads that find a new stack at the same
 * moment may each make an entry of it. */
static uint32_t sample_stack(const uintptr_t *address, unsigned depth)
{
    uint64_t hash = depth;
    for (unsigned i = 0; i < depth; i++)
        hash = sample_mix(hash + address[i]);
    hash |= 2;
    for (uint32_t i = 0; i < SAMPLE_TRIES; i++) {
        uint32_t at = (uint32_t)(hash + i) / 2 % SAMPLE_STACKS;
        struct sample_stack *s = &sample_stacks[at];
        uint64_t found = 0;
        if (__atomic_compare_exchange_n(&s->hash, &found, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
            for (unsigned k = 0; k < depth; k++)
                s->address[k] = address[k];
            s->depth = depth;
            __atomic_store_n(&s->hash, hash, __ATOMIC_RELEASE);
            return at;
        }
        if (found == hash)
            return at;
    }
    return SAMPLE_STACKS;
}

static struct sample_block *sample_bucket(const void *p)
{
    return &sample_blocks[sample_mix((uintptr_t)p) % SAMPLE_BUCKETS];
}

/* p becomes a sample. False: its bucket is full. */
static bool sample_keep(void *p, size_t size, uint32_t stack)
{
    struct sample_block *b = sample_bucket(p);
    for (unsigned i = 0; i < SAMPLE_WAYS; i++) {
        uintptr_t nobody = 0;
        if (!__atomic_compare_exchange_n(&b->block[i], &nobody, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            continue;
        b->size[i] = size;
        b->stack[i] = stack;
        __atomic_store_n(&b->block[i], (uintptr_t)p, __ATOMIC_RELEASE);
        return true;
    }
    return false;
}

static noinline void sample_take(void *p, size_t size)
{
    uintptr_t address[SAMPLE_DEPTH];
    int saved = errno;
    uint32_t stack = sample_stack(address, sample_walk(sample_frame, address, SAMPLE_DEPTH));
    errno = saved;
    if (stack == SAMPLE_STACKS || !sample_keep(p, size, stack)) {
        sample_add(&sample_lost, 1);
        return;
    }
    struct sample_stack *s = &sample_stacks[stack];
    sample_add(&s->live_blocks, 1);
    sample_add(&s->live_bytes, size);
    sample_add(&s->all_blocks, 1);
    sample_add(&s->all_bytes, size);
    sample_add(&sample_taken, 1);
}

void sample_count(void *p, size_t size)
{
    uint64_t bytes = size ? size : 1;
    if (unlikely(!sample_random)) {
        sample_random = sample_mix((uintptr_t)&sample_random ^ os_now_us() << 20 ^ os_pid());
        sample_left = sample_gap();
    }
    if (likely(bytes < sample_left)) {
        sample_left -= bytes;
        return;
    }
    sample_left = sample_gap();
    sample_take(p, bytes);
}

void sample_drop(void *p)
{
    struct sample_block *b = sample_bucket(p);
    for (unsigned i = 0; p && i < SAMPLE_WAYS; i++) {
        if (likely(__atomic_load_n(&b->block[i], __ATOMIC_ACQUIRE) != (uintptr_t)p))
            continue;
        struct sample_stack *s = &sample_stacks[b->stack[i]];
        sample_add(&s->live_blocks, (uint64_t)-1);
        sample_add(&s->live_bytes, -b->size[i]);
        sample_add(&sample_freed, 1);
        __atomic_store_n(&b->block[i], 0, __ATOMIC_RELEASE);
    }
}

void sample_start(void)
{
    if (!sample_interval)
        return;
    sample_stacks = os_map(sizeof *sample_stacks * SAMPLE_STACKS, 0, 0, NULL, OS_META);
    if (sample_stacks)
        sample_blocks = os_map(sizeof *sample_blocks * SAMPLE_BUCKETS, 0, 0, NULL, OS_META);
    if (sample_blocks)
        sample_dump_start();
}

void sample_stop(void)
{
    if (sample_blocks)
        sample_dump();
}
