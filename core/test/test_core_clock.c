/* SPDX-License-Identifier: MIT */
/* test_core_clock.c - a clock that fails, as under a seccomp filter or an emulator, is no clock: nothing grows old, nothing waits. */
#include "core/test/test_core.h"
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static bool fails;

/* In the allocator's place. */
long os_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    if (fails && number == SYS_clock_gettime) {
        ((struct timespec *)b)->tv_sec = 1 << 30;
        return -ENOSYS;
    }
    long result = syscall(number, a, b, c, d, e, f);
    return result == -1 ? -errno : result;
}

/* The vDSO needs no system call, which would not fail. */
static void lose_clock(void)
{
    start_once();
    os_vdso_clock = NULL;
    fails = true;
}

START_TEST(test_no_time)
{
    start_once();
    uint64_t before = os_now_ms();
    must(before > 0);
    lose_clock();
    must(os_now_ms() == 0);
    fails = false;
    must(os_now_ms() >= before);
}
END_TEST

static void *churn(void *context)
{
    static _Thread_local void *blocks[300];
    uint32_t random = (uint32_t)(uintptr_t)context;
    for (size_t i = 0; i < test_scaled(300000); i++) {
        void **at = &blocks[test_random(&random) % 300];
        hak_free(*at);
        *at = hak_malloc(test_random(&random) % (random % 64 ? 2000 : 2 * MIB));
        must(*at);
    }
    for (int i = 0; i < 300; i++)
        hak_free(blocks[i]);
    return NULL;
}

START_TEST(test_no_wait)
{
    pthread_t threads[2];
    lose_clock();
    for (uintptr_t i = 0; i < 2; i++)
        must(pthread_create(&threads[i], NULL, churn, (void *)(i + 1)) == 0);
    for (int i = 0; i < 2; i++)
        must(pthread_join(threads[i], NULL) == 0);
    hak_malloc_trim(0);
    fails = false;
    must(hak_check());
}
END_TEST

TEST_MAIN("a clock that fails", test_no_time, test_no_wait)
