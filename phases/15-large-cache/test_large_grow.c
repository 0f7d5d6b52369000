/* SPDX-License-Identifier: MIT */
/* test_large_grow.c - blocks that grow in turn leave room for each other in what is kept; and what growth, and threads that meet
 * there, must not leave behind. */
#define _GNU_SOURCE
#include "core/heap/heap.h"
#include "core/low/lock.h"
#include "core/low/os.h"
#include "core/test/test_refuse.h"
#include "test_large.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

/* Three arrays grow in turn in one range that is long enough for all. How often one moves. */
static uint64_t grow_in_turn(void)
{
    enum { ARRAYS = 3 };
    char *p[ARRAYS];
    large_set(65536, 150, 60);
    large_drop(large_block(40 * MIB, 1), 40 * MIB, 1);
    uint64_t calls = large_calls(), moves = 0;
    for (size_t i = 0; i < ARRAYS; i++)
        p[i] = hak_malloc(200 * KIB);
    for (size_t size = 300 * KIB, before = 200 * KIB; size <= 8 * MIB; before = size, size += size * 6 / 10) {
        for (size_t i = 0; i < ARRAYS; i++) {
            test_stamp(p[i], before, i);
            char *q = hak_realloc(p[i], size);
            must(q && test_stamped(q, before, i) && large_valid());
            moves += q != p[i];
            p[i] = q;
        }
    }
    must(large_calls() == calls);
    for (size_t i = 0; i < ARRAYS; i++)
        hak_free(p[i]);
    must(large_counts().held == 1);
    return moves;
}

/* Each moves out of its slab, and not again: others have grown so before. */
START_TEST(grown_in_turn_where_they_stand)
{
    if (SLAB_MAX < MID_MAX)
        return;
    hak_free(hak_realloc(hak_malloc(2 * MIB), 8 * MIB));
    must(grow_in_turn() == 3);
}
END_TEST

/* A realloc that fails is no growth: it changes nothing about where blocks that grow begin. */
START_TEST(failed_growth_counts_for_nothing)
{
    if (SLAB_MAX < MID_MAX)
        return;
    hak_free(hak_realloc(hak_malloc(2 * MIB), 8 * MIB));
    void *p = hak_malloc(2 * MIB);
    must(p && !hak_realloc(p, (size_t)1 << 46));
    hak_free(p);
    must(grow_in_turn() == 3);
}
END_TEST

/* No mapping is to be had for the block that grows, but a run of slots is: errno stays as it was. */
START_TEST(errno_stays_where_another_way_is_left)
{
    if (SLAB_MAX < MID_MAX)
        return;
    char *p = hak_malloc(200 * KIB);
    hak_free(hak_malloc(512 * KIB));
    test_stamp(p, 200 * KIB, 5);
    large_set(65536, 150, 60);
    refuse_mmap = true;
    errno = 0;
    char *q = hak_realloc(p, 300 * KIB);
    must(refused > 0 && errno == 0);
    refuse_mmap = false;
    must(q && test_stamped(q, 200 * KIB, 5));
    hak_free(q);
}
END_TEST

static void *stay_inside(void *ready)
{
    lock_enter(LOCK_MAPPED);
    sem_post(ready);
    must(usleep(50000) == 0);
    lock_leave(LOCK_MAPPED);
    return NULL;
}

/* Who meets another thread at the list of structs waits, and takes no new one: the list is never given back. */
START_TEST(structs_are_used_again_where_threads_meet)
{
    enum { PAIRS = 20000 };
    pthread_t thread;
    sem_t ready;
    hak_free(hak_malloc(2 * MIB));
    must(!sem_init(&ready, 0, 0) && !pthread_create(&thread, NULL, stay_inside, &ready) && !sem_wait(&ready));
    uint64_t bytes = os_bytes(OS_META);
    for (int i = 0; i < PAIRS; i++)
        hak_free(hak_malloc(2 * MIB));
    must(!pthread_join(thread, NULL) && os_bytes(OS_META) == bytes);
}
END_TEST

/* One that outgrows all others before it is not moved at each step, but seldom. */
START_TEST(further_than_others)
{
    if (SLAB_MAX < MID_MAX)
        return;
    hak_free(hak_realloc(hak_malloc(2 * MIB), 2 * MIB + 500 * KIB));
    large_set(65536, 150, 60);
    large_drop(large_block(40 * MIB, 1), 40 * MIB, 1);
    uint64_t moves = 0;
    char *p = hak_malloc(200 * KIB);
    test_stamp(p, 200 * KIB, 7);
    for (size_t size = 300 * KIB; size <= 32 * MIB; size += size / 8) {
        char *q = hak_realloc(p, size);
        must(q && test_stamped(q, 200 * KIB, 7));
        moves += q != p;
        p = q;
    }
    must(moves <= 7 && large_valid());
    hak_free(p);
}
END_TEST

TEST_MAIN("large: growth", grown_in_turn_where_they_stand, failed_growth_counts_for_nothing,
          errno_stays_where_another_way_is_left, structs_are_used_again_where_threads_meet, further_than_others)
