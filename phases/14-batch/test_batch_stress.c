/* SPDX-License-Identifier: MIT */
/* test_batch_stress.c - threads that allocate, free each other's blocks, end and begin, and threads that only free; some with
 * signal handlers that free, too. No block comes into two hands, none is lost, and in the end nothing is on the way.
 *
 * HAK_STRESS_SECONDS: how long (1). HAK_STRESS_SEED: where the random sequences start; printed.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 900
#include "test_batch.h"

#include <signal.h>

enum { THREADS = 4, SINKS = 2, SHARED = 512, LIFE = 2000, SIGNALLED = 8 };

static _Atomic(void *) shared[SHARED], for_handler[SIGNALLED];
static atomic_uint seeds;
static atomic_bool stop;
static atomic_ullong lives, by_handler;

static size_t size_of(uint32_t r)
{
    return r % 32 ? 16 + (r >> 8) % 500 : 1024 + (r >> 8) % 6000;
}

static uint32_t *make(uint32_t r)
{
    uint32_t *p = hak_malloc(size_of(r));
    must(p);
    p[0] = r;
    p[1] = ~r;
    return p;
}

static void drop(uint32_t *p)
{
    if (!p)
        return;
    must(p[1] == ~p[0]);
    p[1] = p[0];
    hak_free(p);
}

static void *life(void *unused)
{
    uint32_t random = 0x9E3779B9u * ++seeds | 1;
    for (int i = 0; i < LIFE; i++) {
        uint32_t r = test_random(&random);
        drop(atomic_exchange(&shared[(r >> 4) % SHARED], make(r)));
        if (i % 256 == 0)
            boxes_valid(heap_self);
    }
    lives++;
    return unused;
}

static void *successions(void *unused)
{
    while (!stop)
        run_thread(life, NULL);
    return unused;
}

static void *sink(void *unused)
{
    uint32_t random = 0x9E3779B9u * ++seeds | 1;
    while (!stop)
        drop(atomic_exchange(&shared[test_random(&random) % SHARED], NULL));
    return unused;
}

static void on_signal(int number)
{
    (void)number;
    for (int i = 0; i < SIGNALLED; i++) {
        void *p = atomic_exchange(&for_handler[i], NULL);
        by_handler += p != NULL;
        drop(p);
    }
}

/* Frees others' blocks all the time, and in a handler at any moment of it. Both are taken from others. */
static void *signalled(void *unused)
{
    uint32_t random = 0x9E3779B9u * ++seeds | 1;
    hak_free(hak_malloc(1));
    while (!stop) {
        drop(atomic_exchange(&shared[test_random(&random) % SHARED], NULL));
        for (int i = 0; i < SIGNALLED; i++) {
            if (!atomic_load(&for_handler[i]))
                drop(atomic_exchange(&for_handler[i], atomic_exchange(&shared[test_random(&random) % SHARED], NULL)));
        }
    }
    return unused;
}

START_TEST(stress)
{
    const char *seconds = getenv("HAK_STRESS_SECONDS"), *seed = getenv("HAK_STRESS_SEED");
    pthread_t thread[THREADS + SINKS + 1];
    int count = 0;
    seeds = seed ? (unsigned)strtoul(seed, NULL, 10) : 1795410789u;
    printf("HAK_STRESS_SEED=%u\n", seeds);
    signal(SIGUSR1, on_signal);
    for (; count < THREADS; count++)
        must(!pthread_create(&thread[count], NULL, successions, NULL));
    for (; count < THREADS + SINKS; count++)
        must(!pthread_create(&thread[count], NULL, sink, NULL));
    must(!pthread_create(&thread[count++], NULL, signalled, NULL));
    long rounds = (seconds ? strtol(seconds, NULL, 10) : 1) * 5000;
    for (long i = 0; i < rounds; i++) {
        usleep(200);
        if (!test_shadowed()) /* where a signal waits until the program calls something */
            pthread_kill(thread[count - 1], SIGUSR1);
    }
    stop = true;
    for (int i = 0; i < count; i++)
        must(!pthread_join(thread[i], NULL));
    for (int i = 0; i < SHARED; i++)
        drop(shared[i]);
    on_signal(0);
    hak_malloc_trim(0);
    uint64_t lost = test_stats().live_blocks; /* by pushes into leads that the handler interrupted (hakmem.7, Signals) */
    must(lost <= (LEADS > 0 ? by_handler / 256 : 0) && test_stats().slabs <= lost && lives > 0);
    struct batch_counts counts = batch_counted();
    must(counts.packets > 0);
    printf("%llu lives, %llu packets, %llu blocks freed by a handler\n", lives, (unsigned long long)counts.packets, by_handler);
}
END_TEST

TEST_MAIN("batch: stress", stress)
