/* SPDX-License-Identifier: MIT */
/* test_lazy_age.c - SuperSlabs that are too old are unmapped: at SuperSlab calls, at ticks of the allocation slow path without
 * any such call, and by the thread, where one is asked for, when the program makes no call at all. Their memory then leaves the
 * process. */
#include "core/test/test_alone.h"
#include "test_lazy.h"

#include <pthread.h>
#include <signal.h>

enum { COUNT = 24, TTL_MS = 1000, LATE_MS = 250 };

static struct superslab *ss[COUNT];

static void fill(void)
{
    lru_set(256, 512, TTL_MS / 1000);
    lru_take(ss, COUNT);
    lru_give(ss, COUNT);
    must(lazy_counts().held == COUNT);
}

/* Blocks until a slab is full, so that the heap asks for the next one: that is where the tick is. They stay live. */
static void fill_a_slab(void)
{
    for (size_t i = 0; i < SLAB_SIZE / 64; i++)
        must(hak_malloc(64));
}

START_TEST(the_young_stay)
{
    fill();
    for (int i = 0; i < 100; i++)
        lazy_tick();
    must(lazy_counts().held == COUNT && lru_evictions() == 0);
}
END_TEST

START_TEST(tick_evicts)
{
    fill();
    size_t full = test_rss();
    sleep_ms(TTL_MS + LATE_MS);
    must(lazy_counts().held == COUNT);
    for (int i = 0; i < COUNT; i++) { /* a few at a time */
        lazy_tick();
        must(lazy_valid());
    }
    struct lazy_counts c = lazy_counts();
    must(c.held == 0 && c.evictions_age == COUNT && c.evictions_count == 0 && c.evictions_bytes == 0);
    must(test_stats().superslabs == 0);
    must(test_shadowed() || test_rss() + COUNT * MIB < full);
}
END_TEST

/* The program allocates from the SuperSlab that it has: no SuperSlab is wanted and none becomes empty. */
START_TEST(allocation_evicts_without_superslab_calls)
{
    fill_a_slab();
    fill();
    struct lazy_counts before = lazy_counts();
    sleep_ms(TTL_MS + LATE_MS);
    for (int i = 0; i < 8; i++)
        fill_a_slab();
    struct lazy_counts after = lazy_counts();
    must(after.held == 0 && after.evictions_age == COUNT);
    must(after.hits == before.hits && after.misses == before.misses && after.pushes == before.pushes);
    must(lazy_valid());
}
END_TEST

/* A program that only gives SuperSlabs back evicts too. */
START_TEST(release_evicts)
{
    struct superslab *more[COUNT];
    lru_take(more, COUNT);
    fill();
    sleep_ms(TTL_MS + LATE_MS);
    lru_give(more, COUNT);
    must(lazy_counts().held == COUNT && lazy_counts().evictions_age == COUNT);
    must(!mapped(ss[0]) && !mapped(ss[COUNT - 1]) && mapped(more[0]));
}
END_TEST

/* Only the old go. */
START_TEST(by_age_of_each)
{
    struct superslab *more[COUNT];
    lru_set(256, 512, 2);
    lru_take(ss, COUNT);
    lru_take(more, COUNT);
    lru_give(ss, COUNT);
    sleep_ms(1300);
    lru_give(more, COUNT);
    sleep_ms(1000);
    for (int i = 0; i < COUNT; i++)
        lazy_tick();
    must(lazy_counts().held == COUNT && !mapped(ss[COUNT - 1]) && mapped(more[0]));
}
END_TEST

/* Waits without a call into the allocator; the RSS says when the memory is gone. */
static void wait_for_memory(size_t below)
{
    for (int i = 0; i < 200 && test_rss() >= below; i++)
        sleep_ms(50);
}

static volatile sig_atomic_t handled;
static pthread_t handled_by;

static void handler(int signal_number)
{
    (void)signal_number;
    handled_by = pthread_self();
    handled = 1;
}

/* Twice: the thread ends when the list is empty, and starts again. Where another answer has it trim the list, that does. */
START_TEST(thread_evicts_without_any_call)
{
    lru_thread();
    for (uint64_t round = 1; round <= 2; round++) {
        fill();
        background_tick(false);
        must(background_counts().starts >= 1);
        size_t full = test_rss();
        if (test_shadowed())
            sleep_ms(TTL_MS + 4 * LATE_MS);
        else
            wait_for_memory(full - COUNT * MIB);
        for (int i = 0; i < 200 && lazy_counts().held > 0; i++)
            sleep_ms(50);
        struct lazy_counts c = lazy_counts();
        must(c.held == 0 && c.evictions_age + c.trimmed == round * COUNT && lazy_valid());
        must(test_shadowed() || test_rss() + COUNT * MIB < full);
    }
}
END_TEST

/* A signal to the process is handled by the program's own thread. */
START_TEST(thread_takes_no_signal)
{
    sigset_t set;
    struct sigaction action = {.sa_handler = handler};
    lru_thread();
    fill();
    background_tick(false);
    must(!sigaction(SIGUSR1, &action, NULL));
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    must(!pthread_sigmask(SIG_BLOCK, &set, NULL));
    must(!kill(getpid(), SIGUSR1));
    sleep_ms(50);
    must(!handled);
    must(!pthread_sigmask(SIG_UNBLOCK, &set, NULL));
    must(handled && pthread_equal(handled_by, pthread_self()));
}
END_TEST

TEST_MAIN("lazy: age", the_young_stay, tick_evicts, allocation_evicts_without_superslab_calls, release_evicts, by_age_of_each,
          thread_evicts_without_any_call, thread_takes_no_signal)
