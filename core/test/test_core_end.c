/* SPDX-License-Identifier: MIT */
/* test_core_end.c - the end of a thread: destructors that allocate and set their keys again in every round, threads that end
 * without a word, what a thread still allocates when its heap is no longer its own. No heap is ever left behind. */
#define _GNU_SOURCE
#include "core/test/test_core.h"
#include <limits.h>
#include <sys/syscall.h>

static pthread_key_t key;

static void use_and_set_again(void *value)
{
    hak_free(value);
    void *p = hak_malloc(200), *q = hak_malloc(300);
    memset(p, 1, 200);
    hak_free(q);
    must(pthread_setspecific(key, p) == 0);
}

static void *ends_slowly(void *unused)
{
    must(pthread_setspecific(key, hak_malloc(200)) == 0);
    for (size_t i = 0; i < 300; i++)
        hak_free(hak_malloc(16 + i * 7));
    return unused;
}

START_TEST(a_destructor_sets_its_key_again_in_every_round)
{
    enum { WARM = 10 };
    start_once();
    must(pthread_key_create(&key, use_and_set_again) == 0);
    if (strstr(hak_variant(), ".tsan"))
        return; /* ThreadSanitizer's own view of the thread ends with the fourth round */
    for (int i = 0; i < WARM; i++)
        run_thread(ends_slowly, NULL);
    uint64_t heaps = test_stats().heaps, bytes = test_stats().mapped_bytes;
    size_t threads = test_scaled(2000) + 50;
    for (size_t i = 0; i < threads; i++)
        run_thread(ends_slowly, NULL);
    must(heaps <= 2 && test_stats().heaps == heaps && test_stats().heaps_parked == heaps);
    /* A block of 200 bytes each, which the program leaks; and SuperSlabs, of which some variants have one for each class. */
    must(test_stats().mapped_bytes <= bytes + threads * 4096 + (HEAP_CLASSES > CLASS_TINY ? 8 : 96) * MIB);
    must(test_stats().live_blocks == WARM + threads);
}
END_TEST

static __thread int round_of_mine;
static struct heap *seen[8];

static void look(void *value)
{
    hak_free(hak_malloc(100));
    seen[round_of_mine++] = heap_self;
    if (round_of_mine < PTHREAD_DESTRUCTOR_ITERATIONS)
        must(pthread_setspecific(key, value) == 0);
}

static void *looked_at(void *unused)
{
    must(pthread_setspecific(key, &key) == 0 && thread_heap());
    return unused;
}

/* The first round of destructors finds the thread's heap, and from the third on there is none. */
START_TEST(the_heap_stays_for_a_round)
{
    start_once();
    must(pthread_key_create(&key, look) == 0);
    if (strstr(hak_variant(), ".tsan"))
        return;
    run_thread(looked_at, NULL);
    must(seen[0] != &heap_none && seen[2] == &heap_none && seen[3] == &heap_none);
    must(seen[0]->state == HEAP_PARKED && test_stats().heaps == 1 && test_stats().live_blocks == 0);
}
END_TEST

static void *ends_without_a_word(void *unused)
{
    static __thread void *mine[500];
    for (size_t i = 0; i < 500; i++)
        must((mine[i] = hak_malloc(1 + i * 5)));
    for (size_t i = 0; i < 500; i++)
        hak_free(mine[i]);
    syscall(SYS_exit, 0);
    return unused;
}

START_TEST(a_thread_that_ends_by_a_system_call_leaves_its_heap_to_others)
{
    if (test_shadowed())
        return;
    hak_free(hak_malloc(1));
    for (int i = 0; i < 60; i++)
        run_thread(ends_without_a_word, NULL);
    must(test_stats().heaps <= 6);
    hak_malloc_trim(0);
    must(test_stats().live_blocks == 0);
}
END_TEST

/* As in the last round: a block comes from a heap that nobody has, and goes back there; what is too large is mapped. */
static void *lent(void *unused)
{
    struct heap *had = thread_heap();
    void *p = thread_lend(100), *large = thread_lend(4 * MIB);
    guard_alloc(p);
    must(p && !large && slab_heap(slab_of(p)) != had && slab_heap(slab_of(p))->state == HEAP_PARKED);
    uint64_t heaps = test_stats().heaps;
    for (int i = 0; i < 1000; i++) {
        void *q = thread_lend(1 + (size_t)i % TINY_MAX);
        must(q && slab_heap(slab_of(q)) == slab_heap(slab_of(p)));
        guard_alloc(q);
        memset(q, 1, 1 + (size_t)i % TINY_MAX);
        hak_free(q);
    }
    must(test_stats().heaps == heaps);
    hak_free(p);
    walk_heap(had);
    return unused;
}

START_TEST(blocks_are_lent)
{
    run_thread(lent, NULL);
    must(test_stats().live_blocks == 0 && test_stats().heaps == 2);
}
END_TEST

TEST_MAIN("the end of a thread", a_destructor_sets_its_key_again_in_every_round, the_heap_stays_for_a_round,
          a_thread_that_ends_by_a_system_call_leaves_its_heap_to_others, blocks_are_lent)
