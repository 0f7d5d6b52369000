/* SPDX-License-Identifier: MIT */
/* test_seam_lazy.c - the contract of seam/lazy.h, for whatever answer this variant has: what is acquired is empty, in one hand
 * and truthfully clean; what is released is not lost and goes back on demand. */
#define _GNU_SOURCE
#include "core/test/test_core.h"
#include "core/test/test_refuse.h"
#include <sys/wait.h>

enum { MANY = 40 };

static char *slot(struct superslab *ss, unsigned i)
{
    return ss->base + i * SLAB_SIZE;
}

static void expect_acquired(struct superslab *ss)
{
    must(ss && (uintptr_t)ss->base % SUPERSLAB_SIZE == 0 && ssmap_find(ss->base) == ss);
    superslab_valid(ss);
    for (unsigned i = 0; i < SLABS_PER_SUPERSLAB; i++) {
        must(slab_heap(&ss->slab[i]) == NULL && ss->slab[i].slots == 0);
        must(!(ss->clean >> i & 1) || test_zero(slot(ss, i), SLAB_SIZE));
    }
}

/* Uses the slots of the mask as a pool would. */
static void use(struct superslab *ss, uint32_t mask)
{
    ss->clean &= ~mask;
    for (unsigned i = 0; i < SLABS_PER_SUPERSLAB; i++)
        if (mask >> i & 1)
            memset(slot(ss, i), 0xC3, SLAB_SIZE);
}

START_TEST(test_one_at_a_time)
{
    uint32_t random = 99;
    start_once();
    for (int round = 0; round < 60; round++) {
        struct superslab *ss = lazy_acquire();
        expect_acquired(ss);
        use(ss, round % 3 ? test_random(&random) & test_random(&random) : UINT32_MAX);
        lazy_release(ss);
        if (round % 7 == 0)
            lazy_tick();
    }
}
END_TEST

START_TEST(test_many_distinct)
{
    struct superslab *ss[MANY];
    start_once();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++) {
            ss[i] = lazy_acquire();
            expect_acquired(ss[i]);
            use(ss[i], 1u << (i % 32) | 1);
            for (int k = 0; k < i; k++)
                must(ss[i] != ss[k]);
        }
        must(superslab_counts().now >= MANY);
        for (int i = 0; i < MANY; i++)
            lazy_release(ss[(i * 7 + round) % MANY]);
    }
}
END_TEST

START_TEST(test_trim)
{
    struct superslab *ss[MANY];
    char *base[MANY];
    start_once();
    lazy_trim();
    uint64_t none = superslab_counts().now;
    for (int i = 0; i < MANY; i++) {
        use(ss[i] = lazy_acquire(), UINT32_MAX);
        base[i] = ss[i]->base;
    }
    must(superslab_counts().now == none + MANY);
    must(lazy_trim() == 0 && superslab_counts().now == none + MANY); /* what is acquired is not its to give */
    for (int i = 0; i < MANY; i++)
        lazy_release(ss[i]);
    uint64_t kept = superslab_counts().now - none;
    must(lazy_trim() == kept && superslab_counts().now == none);
    must(lazy_trim() == 0);
    for (int i = 0; i < MANY; i++)
        must(!ssmap_find(base[i]));
}
END_TEST

START_TEST(test_no_memory)
{
    start_once();
    lazy_trim();
    struct superslab *ss = lazy_acquire();
    use(ss, UINT32_MAX);
    refuse_mmap = true;
    for (int i = 0;; i++) {
        errno = 0;
        struct superslab *other = lazy_acquire(); /* it may have some in store */
        if (!other)
            break;
        expect_acquired(other);
        must(other != ss && i < 4096);
    }
    must(errno == ENOMEM);
    lazy_release(ss);
    refuse_mmap = false;
    ss = lazy_acquire();
    expect_acquired(ss);
    lazy_release(ss);
}
END_TEST

/* A SuperSlab that cannot be unmapped stays usable, and is never in two hands. */
START_TEST(test_unmap_refused)
{
    struct superslab *ss[MANY];
    start_once();
    for (int i = 0; i < MANY; i++)
        use(ss[i] = lazy_acquire(), UINT32_MAX);
    refuse_munmap = true;
    for (int i = 0; i < MANY; i++)
        lazy_release(ss[i]);
    lazy_trim();
    for (int i = 0; i < MANY; i++) {
        ss[i] = lazy_acquire();
        expect_acquired(ss[i]);
        for (int k = 0; k < i; k++)
            must(ss[i] != ss[k]);
    }
    refuse_munmap = false;
    for (int i = 0; i < MANY; i++)
        lazy_release(ss[i]);
}
END_TEST

/* A token in slot 1 tells whether two threads ever had the same SuperSlab. */
static void *swap(void *context)
{
    uint32_t random = (uint32_t)(uintptr_t)context;
    struct superslab *held[4] = {NULL};
    for (size_t op = 0; op < test_scaled(2000); op++) {
        uint32_t r = test_random(&random), i = r % 4;
        uint64_t token = (uint64_t)(uintptr_t)context << 32 | i;
        if (held[i]) {
            must(*(uint64_t *)slot(held[i], 1) == token && *(uint64_t *)slot(held[i], 31) == token);
            lazy_release(held[i]);
            held[i] = NULL;
        } else {
            must((held[i] = lazy_acquire()));
            must(ssmap_find(held[i]->base) == held[i]);
            must(!(held[i]->clean & 2) || *(uint64_t *)slot(held[i], 1) == 0);
            must(!(held[i]->clean >> 31) || *(uint64_t *)slot(held[i], 31) == 0);
            held[i]->clean &= ~(1u << 31 | 2);
            *(uint64_t *)slot(held[i], 1) = *(uint64_t *)slot(held[i], 31) = token;
        }
        if (r >> 22 == 0)
            lazy_trim();
        if (r >> 24 == 1)
            lazy_tick();
    }
    for (int i = 0; i < 4; i++)
        if (held[i])
            lazy_release(held[i]);
    return NULL;
}

START_TEST(test_threads)
{
    pthread_t threads[4];
    start_once();
    lazy_trim();
    uint64_t none = superslab_counts().now;
    for (uintptr_t i = 0; i < 4; i++)
        must(pthread_create(&threads[i], NULL, swap, (void *)(i + 1)) == 0);
    for (int i = 0; i < 4; i++)
        must(pthread_join(threads[i], NULL) == 0);
    lazy_trim();
    must(superslab_counts().now == none);
}
END_TEST

START_TEST(test_fork)
{
    struct superslab *ss = lazy_acquire();
    pid_t child = fork();
    lazy_release(ss);
    ss = lazy_acquire();
    expect_acquired(ss);
    lazy_release(ss);
    lazy_trim();
    if (child == 0)
        _exit(0);
    int status;
    must(waitpid(child, &status, 0) == child && status == 0);
}
END_TEST

TEST_MAIN("lazy seam", test_one_at_a_time, test_many_distinct, test_trim, test_no_memory, test_unmap_refused, test_threads,
          test_fork)
