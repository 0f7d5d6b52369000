/* SPDX-License-Identifier: MIT */
/* test_mincore_blocks.c - mapped blocks of every kind are found whatever MINCORE is, by any thread, and the counters add up. */
#include "core/hakmem.h"
#include "core/seam/owner.h"
#include "core/test/test.h"
#include "core/test/test_alone.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCKS = 300, LARGE = 3 << 20 };

static bool asks(void)
{
    return strcmp(OWNER_NAME, "trust") != 0 && strcmp(OWNER_NAME, "registry") != 0;
}

struct question {
    const char *name;
    uint64_t value;
};

static void answer(void *context, const char *name, uint64_t value)
{
    struct question *q = context;
    if (strcmp(name, q->name) == 0)
        q->value = value;
}

static uint64_t counter(const char *name)
{
    struct question q = {name, 0};
    hak_stats_each(answer, &q);
    return q.value;
}

/* Blocks that stand far apart and side by side, freed in another order, with memory reused in between. */
START_TEST(test_many)
{
    static char *block[BLOCKS];
    uint32_t random = 7;
    for (int i = 0; i < 20 * BLOCKS; i++) {
        uint32_t slot = test_random(&random) % BLOCKS;
        size_t size = 1025 + test_random(&random) % (i % 16 ? 8192 : LARGE);
        if (block[slot]) {
            ck_assert_int_eq(block[slot][0], (char)slot);
            hak_free(block[slot]);
        }
        block[slot] = hak_malloc(size);
        ck_assert_ptr_nonnull(block[slot]);
        ck_assert_uint_ge(hak_malloc_usable_size(block[slot]), size);
        block[slot][0] = block[slot][size - 1] = (char)slot;
    }
    for (int i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
}
END_TEST

START_TEST(test_realloc)
{
    char *p = hak_malloc(LARGE);
    p[0] = 'a';
    p[LARGE - 1] = 'z';
    for (size_t size = LARGE; size < 16 * LARGE; size += LARGE / 3) {
        p = hak_realloc(p, size);
        ck_assert_ptr_nonnull(p);
        ck_assert(p[0] == 'a' && p[LARGE - 1] == 'z');
    }
    p = hak_realloc(p, 100);
    ck_assert_int_eq(p[0], 'a');
    hak_free(p);
}
END_TEST

START_TEST(test_aligned)
{
    for (size_t align = 4096; align <= 64 << 20; align *= 4) {
        char *p = hak_aligned_alloc(align, LARGE);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % align, 0);
        memset(p, 1, 100);
        ck_assert_uint_ge(hak_malloc_usable_size(p), LARGE);
        hak_free(p);
    }
}
END_TEST

static void *free_all(void *blocks)
{
    for (char **p = blocks; *p; p++)
        hak_free(*p);
    return NULL;
}

/* One thread allocates, another frees: what a thread remembers is of no use here, and must do no harm. */
START_TEST(test_other_thread)
{
    char *block[65] = {NULL};
    for (int round = 0; round < 20; round++) {
        pthread_t thread;
        for (int i = 0; i < 64; i++)
            block[i] = hak_malloc(LARGE / 2 + (size_t)i);
        ck_assert_int_eq(pthread_create(&thread, NULL, free_all, block), 0);
        pthread_join(thread, NULL);
    }
    ck_assert_uint_eq(counter("large_blocks"), 0);
}
END_TEST

static bool stop; /* atomic */

/* Until it is told to stop: a thread that had ended before a fork would be one that the child never joins. */
static void *churn(void *seed)
{
    uint32_t random = *(uint32_t *)seed;
    for (int i = 0; i < 2000 || !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++)
        hak_free(hak_malloc(LARGE / 2 + test_random(&random) % LARGE));
    return NULL;
}

START_TEST(test_threads_and_fork)
{
    enum { THREADS = 3, FORKS = 10 };
    pthread_t thread[THREADS];
    uint32_t seed[THREADS] = {1, 2, 3};
    void *p = hak_malloc(LARGE);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, churn, &seed[i]), 0);
    for (int i = 0; i < FORKS; i++) {
        pid_t child = fork();
        if (child == 0) {
            hak_free(p);
            hak_free(hak_malloc(LARGE));
            _exit(7);
        }
        int status = 0;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    hak_free(p);
}
END_TEST

START_TEST(test_counters)
{
    uint64_t lookups = counter("owner.lookups"), hits = counter("owner.hits"), asked = counter("os.mincore.owner");
    for (int i = 0; i < 100; i++) {
        void *p = hak_malloc(LARGE);
        errno = 77;
        ck_assert_uint_ge(hak_malloc_usable_size(p), LARGE);
        hak_free(p);
        ck_assert_int_eq(errno, 77);
    }
    lookups = counter("owner.lookups") - lookups;
    hits = counter("owner.hits") - hits;
    asked = counter("os.mincore.owner") - asked;
    ck_assert_uint_eq(lookups, asks() ? 200 : 0);
    ck_assert_uint_eq(hits + asked, lookups);
    if (strcmp(OWNER_NAME, "always") == 0)
        ck_assert_uint_eq(asked, 200);
    else
        ck_assert_uint_le(asked, 1); /* the kernel gives the same place each time */
}
END_TEST

TEST_MAIN("mincore-fix: mapped blocks", test_many, test_realloc, test_aligned, test_other_thread, test_threads_and_fork,
          test_counters)
