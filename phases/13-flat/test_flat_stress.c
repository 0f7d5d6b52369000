/* SPDX-License-Identifier: MIT */
/* test_flat_stress.c - threads that allocate, free each other's blocks, end and begin: a heap's table is read and written by
 * the thread that has the heap and by nobody else (MODE=tsan sees it), and is right whenever a thread looks at its own.
 *
 * HAK_STRESS_SECONDS: how long (1). HAK_STRESS_SEED: where the random sequences start; printed.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 900
#include "test_flat.h"

enum { THREADS = 4, SHARED = 512, LIFE = 3000 };

static _Atomic(void *) shared[SHARED];
static atomic_uint seeds;
static atomic_bool stop;
static atomic_ullong lives;

static size_t stamped(uint32_t r)
{
    return r % 16 ? 16 + (r >> 8) % 1008 : 1024 + (r >> 8) % 60000;
}

static void *life(void *unused)
{
    uint32_t random = 0x9E3779B9u * ++seeds | 1;
    for (int i = 0; i < LIFE; i++) {
        uint32_t r = test_random(&random);
        size_t size = stamped(r);
        uint32_t *p = hak_malloc(size);
        must(p);
        p[0] = r;
        p[1] = ~r;
        p = atomic_exchange(&shared[(r >> 4) % SHARED], p);
        if (p) {
            must(p[1] == ~p[0] && hak_malloc_usable_size(p) >= stamped(p[0]));
            p[1] = 0;
            hak_free(p);
        }
    }
    table_valid(heap_self);
    lives++;
    return unused;
}

static void *successions(void *unused)
{
    while (!stop)
        run_thread(life, NULL);
    return unused;
}

START_TEST(stress)
{
    const char *seconds = getenv("HAK_STRESS_SECONDS"), *seed = getenv("HAK_STRESS_SEED");
    pthread_t thread[THREADS];
    seeds = seed ? (unsigned)strtoul(seed, NULL, 10) : 1795410789u;
    printf("HAK_STRESS_SEED=%u\n", seeds);
    for (int i = 0; i < THREADS; i++)
        must(!pthread_create(&thread[i], NULL, successions, NULL));
    sleep(seconds ? (unsigned)strtoul(seconds, NULL, 10) : 1);
    stop = true;
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(thread[i], NULL));
    for (int i = 0; i < SHARED; i++)
        hak_free(shared[i]);
    hak_malloc_trim(0);
    must(test_stats().live_blocks == 0 && lives > 0);
    printf("%llu lives\n", lives);
}
END_TEST

TEST_MAIN("flat: stress", stress)
