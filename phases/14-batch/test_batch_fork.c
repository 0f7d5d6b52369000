/* SPDX-License-Identifier: MIT */
/* test_batch_fork.c - the child of a fork can send and receive, whatever other threads were doing with packets: the store's lock is
 * free, and what was held for heaps that have no thread any more is lost with them, nothing else.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 300
#include "core/test/test_child.h"
#include "test_batch.h"


enum { THREADS = 3, FORKS = 60, SHARED = 64, MANY = 500 };

static _Atomic(void *) shared[SHARED];
static atomic_bool stop;

static void exchange(uint32_t random, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        uint32_t r = test_random(&random);
        void *p = hak_malloc(16 + r % 500);
        must(p);
        hak_free(atomic_exchange(&shared[(r >> 16) % SHARED], p));
    }
}

static void *work(void *number)
{
    for (uint32_t seed = 1 + (uint32_t)(uintptr_t)number; !stop; seed += THREADS)
        exchange(seed, 1000);
    return NULL;
}

static void *child_thread(void *blocks)
{
    exchange(77, 2000);
    for (size_t i = 0; i < MANY; i++)
        hak_free(((void **)blocks)[i]);
    boxes_valid(heap_self);
    return NULL;
}

static void child(void)
{
    static void *mine[MANY];
    struct heap *h = heap_self;
    boxes_valid(h);
    exchange(5, 3000);
    for (size_t i = 0; i < MANY; i++)
        must((mine[i] = hak_malloc(64)));
    run_thread(child_thread, mine);
    must(blocks_at(h) >= MANY);
    settle();
    must(blocks_at(h) == 0);
    exchange(6, 3000);
    boxes_valid(h);
    send_held();
}

START_TEST(forks)
{
    pthread_t thread[THREADS];
    if (test_shadowed())
        return;
    exchange(1, 5000);
    for (uintptr_t n = 0; n < THREADS; n++)
        must(!pthread_create(&thread[n], NULL, work, (void *)n));
    for (size_t i = 0; i < test_scaled(FORKS); i++) {
        exchange((uint32_t)i + 1, 500);
        in_child(child);
    }
    stop = true;
    for (int n = 0; n < THREADS; n++)
        must(!pthread_join(thread[n], NULL));
    for (int i = 0; i < SHARED; i++)
        hak_free(shared[i]);
    settle();
    send_held();
    must(test_stats().live_blocks == 0);
}
END_TEST

TEST_MAIN("batch: fork", forks)
