/* SPDX-License-Identifier: MIT */
/* test_core_sweep.c - each single system call of the allocator may fail once: the Nth mmap, munmap, madvise, mprotect or mremap of a
 * program, for every N up to 60. The program then has a block or NULL with ENOMEM, contents stay whole, and later calls succeed.
 *
 * The calls are those that go through os_kernel; with a sanitizer they do not, and nothing is refused.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 240
#include "core/test/test_core.h"
#include "core/test/test_kernel.h"

#include <sys/wait.h>

enum { BLOCKS = 1500, MOST = 60 };

static long refused_number; /* of the system call that fails; 0: none */
static long calls_left;     /* calls of it that succeed before. Atomic: another thread calls, too */

long os_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    if (number == refused_number && __atomic_fetch_sub(&calls_left, 1, __ATOMIC_RELAXED) == 1)
        return -ENOMEM;
    return kernel(number, a, b, c, d, e, f);
}

static struct {
    char *p;
    size_t size;
} block[BLOCKS];

static size_t some_size(uint32_t r)
{
    return r % 20 == 0 ? MIB + r % (3 * MIB) : r % 5 == 0 ? 2000 + r % 200000 : 16 + r % 1000;
}

/* How much of a block of that size is stamped. */
static size_t marked(size_t size)
{
    return (size < 2048 ? size : 2048) & ~(size_t)7;
}

/* Allocates, grows and frees; a call that fails says ENOMEM. */
static void churn(uint32_t random, size_t steps)
{
    for (size_t step = 0; step < steps; step++) {
        uint32_t r = test_random(&random), i = r % BLOCKS;
        size_t size = some_size(r >> 4);
        errno = 0;
        if (!block[i].p) {
            char *p = r & 1 ? hak_malloc(size) : r & 2 ? hak_calloc(1, size) : hak_aligned_alloc(4096, size);
            must(p || errno == ENOMEM);
            block[i].p = p;
            block[i].size = p ? size : 0;
        } else if (r & 1) {
            char *p = hak_realloc(block[i].p, size);
            must(p || errno == ENOMEM);
            size_t kept = size < block[i].size ? size : block[i].size;
            must(test_stamped(p ? p : block[i].p, marked(p ? kept : block[i].size), i));
            block[i].size = p ? size : block[i].size;
            block[i].p = p ? p : block[i].p;
        } else {
            must(test_stamped(block[i].p, marked(block[i].size), i));
            hak_free(block[i].p);
            block[i].p = NULL;
        }
        if (block[i].p)
            test_stamp(block[i].p, marked(block[i].size), i);
    }
}

static void *other(void *unused)
{
    for (int i = 0; i < 200; i++)
        hak_free(hak_malloc(some_size((uint32_t)i * 7919)));
    return unused;
}

static void all_of_it(void)
{
    churn(99, 1200);
    run_thread(other, NULL);
    hak_malloc_trim(0);
    churn(101, 600);
    for (size_t i = 0; i < BLOCKS; i++) {
        must(!block[i].p || test_stamped(block[i].p, marked(block[i].size), i));
        hak_free(block[i].p);
        block[i].p = NULL;
    }
    refused_number = 0;
    void *p = hak_malloc(3 * MIB), *q = hak_malloc(100);
    must(p && q && hak_check());
    hak_free(p);
    hak_free(q);
    must(test_stats().live_blocks == 0);
}

static void sweep(long number)
{
    for (long n = 1; n <= MOST; n += test_scaled(10) > 5 ? 1 : 3) {
        pid_t child = fork();
        must(child >= 0);
        if (!child) {
            refused_number = number;
            calls_left = n;
            all_of_it();
            _exit(0);
        }
        int status = -1;
        must(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

START_TEST(test_mmap)
{
    sweep(SYS_mmap);
}
END_TEST

START_TEST(test_munmap)
{
    sweep(SYS_munmap);
}
END_TEST

START_TEST(test_madvise)
{
    sweep(SYS_madvise);
}
END_TEST

START_TEST(test_mprotect)
{
    sweep(SYS_mprotect);
}
END_TEST

START_TEST(test_mremap)
{
    sweep(SYS_mremap);
}
END_TEST

TEST_MAIN("one system call fails", test_mmap, test_munmap, test_madvise, test_mprotect, test_mremap)
