/* SPDX-License-Identifier: MIT */
/* test_lazy_fill.c - SuperSlabs that empty while blocks pass through thread caches reach the LRU and are used again.
 *
 * The failure of the project that this one follows: its LRU was there and never filled, because a free into a thread's cache
 * did not lower the count of the slab. Here a workload must fill it whatever the front and the pool are: in every order of
 * frees, from another thread, and in several classes at once.
 */
#define TEST_SECONDS 300
#include "test_lazy.h"

#include <pthread.h>

enum { SUPERSLABS = 48, SIZE = 512, BLOCKS = SUPERSLABS * (2 << 20) / SIZE, ROUNDS = 4, PINNED = 8 };

static void *blocks[BLOCKS];

enum order { FORWARD, BACKWARD, RANDOM };

static void take(size_t count, size_t size_of_class)
{
    for (size_t i = 0; i < count; i++) {
        blocks[i] = hak_malloc(size_of_class ? size_of_class : 16 + i % 63 * 16);
        must(blocks[i]);
        *(char *)blocks[i] = 1;
    }
}

static void give(size_t count, enum order order)
{
    uint32_t state = 1;
    for (size_t i = count; order == RANDOM && i > 1; i--) {
        size_t j = test_random(&state) % i;
        void *kept = blocks[j];
        blocks[j] = blocks[i - 1];
        blocks[i - 1] = kept;
    }
    for (size_t i = 0; i < count; i++)
        hak_free(blocks[order == BACKWARD ? count - 1 - i : i]);
}

/* Nearly all SuperSlabs of each round go into the LRU and come out of it in the next. */
static void empties_and_refills(enum order order)
{
    lru_set(256, 512, 60);
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        take(BLOCKS, SIZE);
        uint64_t mapped = test_stats().superslabs;
        must(mapped >= SUPERSLABS && lazy_counts().held <= PINNED);
        give(BLOCKS, order);
        struct lazy_counts c = lazy_counts();
        must(c.pushes >= round * (SUPERSLABS - PINNED) && c.hits >= (round - 1) * (SUPERSLABS - PINNED));
        must(c.held >= SUPERSLABS - PINNED && c.misses <= SUPERSLABS + PINNED);
        must(lazy_valid() && hak_check() && test_stats().live_blocks == 0);
    }
}

START_TEST(frees_in_order)
{
    empties_and_refills(FORWARD);
}
END_TEST

START_TEST(frees_in_reverse)
{
    empties_and_refills(BACKWARD);
}
END_TEST

/* In random order a cache may hold a block of every SuperSlab; it gives them back when its thread ends, or when the
 * heap that rests is roused. */
static void *random_rounds(void *unused)
{
    (void)unused;
    take(BLOCKS, SIZE);
    give(BLOCKS, RANDOM);
    return NULL;
}

START_TEST(frees_at_random_then_thread_ends)
{
    lru_set(256, 512, 60);
    for (uint64_t round = 1; round <= 3; round++) {
        pthread_t thread;
        must(!pthread_create(&thread, NULL, random_rounds, NULL));
        must(!pthread_join(thread, NULL));
        front_rouse();
        struct lazy_counts c = lazy_counts();
        must(c.pushes >= round * (SUPERSLABS - PINNED) && c.hits >= (round - 1) * (SUPERSLABS - PINNED));
        must(c.held >= SUPERSLABS - PINNED && lazy_valid() && test_stats().live_blocks == 0);
    }
}
END_TEST

/* All tiny classes at once; each may pin the SuperSlab that it allocates from. */
START_TEST(all_classes)
{
    lru_set(256, 512, 60);
    for (int round = 0; round < ROUNDS; round++) {
        take(BLOCKS, 0);
        give(BLOCKS, FORWARD);
        must(lazy_valid() && hak_check() && test_stats().live_blocks == 0);
    }
    must(lazy_counts().pushes >= ROUNDS * 16 && lazy_counts().hits >= (ROUNDS - 1) * 16);
}
END_TEST

/* The blocks die on another thread: they come home through the remote list. */
static pthread_barrier_t handed_over;

static void *producer(void *unused)
{
    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        take(BLOCKS, SIZE);
        pthread_barrier_wait(&handed_over);
        pthread_barrier_wait(&handed_over);
        enter(heap_self); /* malloc would take home only as many as it needs */
        heap_drain(heap_self);
        heap_leave(heap_self);
    }
    return NULL;
}

START_TEST(frees_from_another_thread)
{
    lru_set(256, 512, 60);
    pthread_t thread;
    pthread_barrier_init(&handed_over, NULL, 2);
    must(!pthread_create(&thread, NULL, producer, NULL));
    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(&handed_over);
        give(BLOCKS, FORWARD);
        pthread_barrier_wait(&handed_over);
    }
    must(!pthread_join(thread, NULL));
    struct lazy_counts c = lazy_counts();
    must(c.pushes >= ROUNDS * (SUPERSLABS - PINNED) && c.hits >= (ROUNDS - 1) * (SUPERSLABS - PINNED));
    must(lazy_valid() && test_stats().live_blocks == 0);
}
END_TEST

TEST_MAIN("lazy: fill", frees_in_order, frees_in_reverse, frees_at_random_then_thread_ends, all_classes,
          frees_from_another_thread)
