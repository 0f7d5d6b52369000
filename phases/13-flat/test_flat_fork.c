/* SPDX-License-Identifier: MIT */
/* test_flat_fork.c - the child of a fork has the table of the thread that forked; heaps of threads that it does not have keep
 * theirs, and lead whoever adopts them.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 300
#include "core/test/test_child.h"
#include "test_flat.h"


enum { THREADS = 3, FORKS = 25, MANY = 300 };

static void *theirs[THREADS][MANY], *own[MANY];
static atomic_bool stop;
static sem_t ready;

static void *live_on(void *number)
{
    size_t n = (size_t)(uintptr_t)number;
    for (size_t i = 0; i < MANY; i++)
        must((theirs[n][i] = hak_malloc(16 + i * 30)));
    sem_post(&ready);
    for (uint32_t seed = 1 + (uint32_t)n; !stop; seed++)
        churn(seed, 500, MID_MAX, NULL);
    return NULL;
}

static void *new_thread(void *unused)
{
    table_heap();
    churn(77, 2000, MID_MAX, NULL);
    table_valid(heap_self);
    return unused;
}

static void child(void)
{
    struct heap *h = heap_self;
    table_valid(h);
    for (size_t i = 0; i < MANY; i++)
        must(led_home(h, own[i], slab_of(own[i])->class));
    for (size_t n = 0; n < THREADS; n++) {
        for (size_t i = 0; i < MANY; i++) {
            must(leads(h, theirs[n][i]) || !takes(h, theirs[n][i]));
            hak_free(theirs[n][i]);
        }
    }
    churn(99, 2000, MID_MAX, NULL);
    for (size_t i = 0; i < MANY; i++)
        hak_free(own[i]);
    table_valid(h);
    if (!test_shadowed())
        run_thread(new_thread, NULL);
    must(hak_check());
}

START_TEST(forks)
{
    pthread_t thread[THREADS];
    table_heap();
    must(!sem_init(&ready, 0, 0));
    for (size_t n = 0; n < THREADS; n++)
        must(!pthread_create(&thread[n], NULL, live_on, (void *)(uintptr_t)n));
    for (size_t n = 0; n < THREADS; n++)
        sem_wait(&ready);
    for (size_t i = 0; i < MANY; i++)
        must((own[i] = hak_malloc(16 + i * 30)));
    for (size_t i = 0; i < test_scaled(FORKS) && !test_shadowed(); i++) {
        in_child(child);
    }
    stop = true;
    for (size_t n = 0; n < THREADS; n++)
        must(!pthread_join(thread[n], NULL));
    table_valid(heap_self);
}
END_TEST

TEST_MAIN("flat: fork", forks)
