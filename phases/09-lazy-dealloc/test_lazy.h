/* SPDX-License-Identifier: MIT */
/* test_lazy.h - what the tests of phase 9 share. */
#ifndef HAK_TEST_LAZY_H
#define HAK_TEST_LAZY_H

#include "core/heap/background.h"
#include "core/low/os.h"
#include "core/heap/superslab.h"
#include "core/test/test.h"
#include "core/test/test_api.h"
#include "core/test/test_enter.h"

#include <time.h>

/* Does it stand for memory that is mapped? */
static inline bool mapped(const struct superslab *ss)
{
    return ssmap_find(ss->base) == ss;
}

/* The bounds, as if the environment had named them. */
static inline void lru_set(uint64_t size, uint64_t mb, uint64_t ttl)
{
    lazy_size = size;
    lazy_mb = mb;
    lazy_ttl = ttl * 1000;
    lazy_start();
    must(lazy_valid());
}

/* As if the environment had asked for a thread. The next tick after something is kept starts it. */
static inline void lru_thread(void)
{
    background_on = 1;
    background_start();
}

/* count SuperSlabs from the seam, each with its memory touched. */
static inline void lru_take(struct superslab **ss, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ss[i] = superslab_acquire();
        must(ss[i]);
        for (size_t at = SLAB_SIZE; at < SUPERSLAB_SIZE; at += 4096)
            ss[i]->base[at] = 1;
        ss[i]->clean = 0;
        must(lazy_valid());
    }
}

/* ... and back to it, the first one first. */
static inline void lru_give(struct superslab **ss, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        superslab_release(ss[i]);
        must(lazy_valid());
    }
}

static inline uint64_t lru_evictions(void)
{
    struct lazy_counts c = lazy_counts();
    return c.evictions_count + c.evictions_bytes + c.evictions_age + c.evictions_spare;
}

/* mmap and munmap calls made for SuperSlabs so far. */
static inline uint64_t superslab_calls(void)
{
    return os_count(OS_SUPERSLAB, OS_MMAP) + os_count(OS_SUPERSLAB, OS_MUNMAP);
}

static inline void sleep_ms(long ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0)
        continue;
}

#endif
