/* SPDX-License-Identifier: MIT */
/* test_lazy_fork.c - the child of a fork has a whole LRU, whatever the other threads were doing, and never a thread. */
#define TEST_SECONDS 300
#include "core/test/test_alone.h"
#include "core/test/test_child.h"
#include "test_lazy.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

enum { COUNT = 12, THREADS = 3, FORKS = 150 };

static struct superslab *ss[COUNT];
static atomic_bool stop;

static void use_the_list(void)
{
    struct lazy_counts before = lazy_counts();
    must(lazy_valid() && before.held == COUNT);
    for (size_t i = COUNT; i-- > 0;)
        must(superslab_acquire() == ss[i]);
    lru_give(ss, COUNT);
    must(lazy_counts().hits == before.hits + COUNT && lazy_counts().held == COUNT);
    must(lazy_trim() == COUNT && lazy_valid());
}

START_TEST(child_and_parent_have_the_list)
{
    lru_set(256, 512, 60);
    lru_take(ss, COUNT);
    lru_give(ss, COUNT);
    in_child(use_the_list);
    use_the_list(); /* and the parent still */
}
END_TEST

static void *churn(void *context)
{
    uint32_t state = 5u + (uint32_t)(uintptr_t)context;
    struct superslab *out[4];
    size_t count = 0;
    must(!setpriority(PRIO_PROCESS, 0, 19)); /* this thread only: the forking one need not queue */
    while (!stop) {
        if (count == 4 || (count > 0 && test_random(&state) & 1)) {
            superslab_release(out[--count]);
        } else {
            out[count] = superslab_acquire();
            must(out[count++]);
        }
        lazy_tick();
    }
    lru_give(out, count);
    return NULL;
}

static void use_any(void)
{
    struct superslab *own[8];
    must(lazy_valid());
    lru_take(own, 8);
    lru_give(own, 8);
    for (int i = 0; i < 3000; i++)
        must(hak_malloc(1000));
    must(lazy_valid() && hak_check());
}

static void fork_among(void)
{
    pthread_t threads[THREADS];
    lru_set(6, 512, 1);
    for (uintptr_t i = 0; i < THREADS; i++)
        must(!pthread_create(&threads[i], NULL, churn, (void *)i));
    for (size_t i = 0; i < test_scaled(FORKS); i++)
        in_child(use_any);
    stop = true;
    for (size_t i = 0; i < THREADS; i++)
        must(!pthread_join(threads[i], NULL));
    must(lazy_valid());
}

START_TEST(forks_among_threads)
{
    fork_among();
}
END_TEST

START_TEST(forks_beside_the_thread)
{
    if (test_shadowed()) /* TSan allows no thread in the child */
        return;
    lru_thread();
    fork_among();
}
END_TEST

/* The child was not asked, and may have been made to do one small thing: it keeps what it has until it calls. */
static void stay_alone(void)
{
    must(lazy_counts().held == COUNT && background_counts().starts == 1);
    background_ring();
    background_tick(false);
    must(test_thread_count() == 1 && background_counts().starts == 1);
    sleep_ms(1600);
    must(lazy_counts().held == COUNT && lazy_valid());
}

START_TEST(a_child_has_no_thread)
{
    if (test_shadowed()) /* TSan allows no thread in the child, and has some of its own */
        return;
    lru_thread();
    lru_set(256, 512, 30);
    lru_take(ss, COUNT);
    lru_give(ss, COUNT);
    background_tick(false);
    must(test_thread_count() == 2);
    in_child(stay_alone);
}
END_TEST

TEST_MAIN("lazy: fork", child_and_parent_have_the_list, forks_among_threads, forks_beside_the_thread, a_child_has_no_thread)
