/* SPDX-License-Identifier: MIT */
/* test_purge.h - what the tests of phase 17 share. */
#ifndef HAK_TEST_PURGE_H
#define HAK_TEST_PURGE_H

#include "core/heap/background.h"
#include "core/heap/spare.h"
#include "core/test/test_core.h"
#include "core/test/test_helper.h"

#include <sched.h>
#include <stdatomic.h>
#include <time.h>

static inline void sleep_ms(long ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0)
        continue;
}

/* walk_heap, inside. */
static inline struct walk_sum walk_inside(struct heap *h)
{
    while (!lock_visit(h))
        sched_yield();
    struct walk_sum sum = walk_heap(h);
    lock_give(&h->lock);
    return sum;
}

/* As if the environment had asked for a thread that looks so often. */
static inline void thread_asked(uint64_t ms)
{
    purge_on = 1;
    purge_ms = ms;
    background_on = 1;
    background_start();
}

/* It has nothing to do, and ends. */
static inline void thread_ends(void)
{
    for (int i = 0; i < 300 && background_counts().ends < background_counts().starts; i++)
        sleep_ms(20);
    must(background_counts().starts > 0 && background_counts().ends == background_counts().starts);
}

/* Nothing is queued at a heap and nothing kept for it, unless somebody is inside. */
static inline void settle_other(void *unused, struct heap *h)
{
    (void)unused;
    if (!lock_visit(h))
        return;
    heap_drain(h);
    heap_settle(h);
    pool_park(h);
    lock_give(&h->lock);
}

/* Of a SuperSlab with an owned slab: slots that nobody has, with memory in them. */
static inline void dirty_slots(void *count, struct slab *owned)
{
    struct superslab *ss = superslab_of(owned);
    for (struct slab *s = ss->slab; s < owned; s++) {
        if (slab_heap(s))
            return; /* counted already */
    }
    for (unsigned i = 0; i < SLABS_PER_SUPERSLAB; i++) {
        const struct slab *s = &ss->slab[i];
        *(int64_t *)count += s->slots == 0 && s->back == 0 && !(ss->clean >> i & 1);
    }
}

/* spare of that kind = slots in the pool's spans that nobody has, with memory in them. While no other thread is in a heap. */
static inline void slots_valid(void)
{
    int64_t count = 0;
    thread_each_heap(settle_other, NULL); /* SuperSlabs without an owned slab go */
    superslab_each_slab(dirty_slots, &count);
    must((uint64_t)count * SLAB_SIZE == spare_of(SPARE_SLOTS));
}

/* Blocks of up to `most` bytes that one thread allocates and another frees. */
struct load {
    size_t count, most;
    void **block;
    uint64_t bytes;
};

static inline size_t load_size(const struct load *load, size_t i)
{
    return 16 + i * 2654435761u % (load->most - 15);
}

static inline void load_make(void *context)
{
    struct load *load = context;
    load->bytes = 0;
    for (size_t i = 0; i < load->count; i++) {
        must((load->block[i] = hak_malloc(load_size(load, i))));
        test_stamp(load->block[i], load_size(load, i), i);
        load->bytes += load_size(load, i);
    }
}

static inline void load_free(void *context)
{
    struct load *load = context;
    for (size_t i = 0; i < load->count; i++) {
        must(test_stamped(load->block[i], load_size(load, i), i));
        hak_free(load->block[i]);
    }
}

#endif
