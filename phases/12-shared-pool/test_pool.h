/* SPDX-License-Identifier: MIT */
/* test_pool.h - what the tests of phase 12 share. */
#ifndef HAK_TEST_POOL_H
#define HAK_TEST_POOL_H

#include "core/heap/heap.h"
#include "core/low/os.h"
#include "core/heap/superslab.h"
#include "core/test/test.h"
#include "core/test/test_api.h"
#include "core/test/test_enter.h"
#include "core/heap/thread.h"
#include "phases/12-shared-pool/span.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* The pool's counters, as everybody reads them. */
struct pool_counts {
    uint64_t hot, empty, freed, unused, new;    /* slabs acquired, by stage */
    uint64_t released, retries, kept, lock_takes, lock_waits;
};

static inline void pool_count_one(void *context, const char *name, uint64_t value)
{
    static const char *const names[] = {"pool.stage0_hot",    "pool.stage0_5_empty", "pool.stage1_freed", "pool.stage2_unused",
                                        "pool.stage3_new",    "pool.released",       "pool.retries",      "pool.empty",
                                        "pool.lock_takes",    "pool.lock_waits"};
    static_assert(sizeof names / sizeof *names * sizeof(uint64_t) == sizeof(struct pool_counts), "one name a counter");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0)
            ((uint64_t *)context)[i] = value;
    }
}

static inline struct pool_counts pool_counted(void)
{
    struct pool_counts counts;
    memset(&counts, 0xff, sizeof counts);
    hak_stats_each(pool_count_one, &counts);
    must(counts.lock_waits != UINT64_MAX && counts.hot != UINT64_MAX && counts.kept != UINT64_MAX);
    return counts;
}

/* A heap for the calling thread that holds no slab. */
static inline struct heap *own_heap(void)
{
    must(thread_heap());
    thread_trim();
    return heap_self;
}

static inline struct slab *claim(struct heap *h, unsigned class)
{
    enter(h);
    struct slab *s = pool_claim(h, class);
    heap_leave(h);
    must(s && slab_heap(s) == h && s->class == class && slab_used(s) == 0 && superslab_of(s)->pool.span);
    return s;
}

static inline void release(struct heap *h, struct slab *s)
{
    enter(h);
    pool_release(h, s);
    heap_leave(h);
}

static inline uint64_t word_of(const struct slab *s)
{
    return __atomic_load_n(&superslab_of(s)->pool.span->word, __ATOMIC_SEQ_CST);
}

static inline bool slot_is(const struct slab *s, enum span_kind kind)
{
    return word_of(s) >> (slab_index(s) + (kind == SPAN_UNUSED ? 32 : 0)) & 1;
}

static inline void run_thread(void *(*work)(void *), void *context)
{
    pthread_t thread;
    must(!pthread_create(&thread, NULL, work, context));
    must(!pthread_join(thread, NULL));
}

static inline void sleep_seconds(long seconds)
{
    struct timespec left = {.tv_sec = seconds};
    while (nanosleep(&left, &left) != 0)
        continue;
}

#endif
