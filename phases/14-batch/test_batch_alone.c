/* SPDX-License-Identifier: MIT */
/* test_batch_alone.c - a thread that only frees gets a heap to gather blocks in, but not for a few blocks, not for blocks of ended
 * threads, and not after its end; and errno is what it was.
 */
#define _GNU_SOURCE
#include "test_batch.h"

enum { MANY = 2000 };
static void *block[MANY];
static struct heap *owner;
static size_t count;

static void *free_some(void *unused)
{
    errno = 4711;
    for (size_t i = 0; i < count; i++)
        hak_free(block[i]);
    must(errno == 4711);
    must((heap_self == &heap_none) == (count < REMOTE_ALONE_MAX));
    must(heap_self != owner);
    return unused;
}

static void take(void)
{
    for (size_t i = 0; i < MANY; i++)
        must((block[i] = hak_malloc(100)));
    owner = heap_self;
}

START_TEST(few_blocks_or_many)
{
    size_t counts[] = {1, REMOTE_ALONE_MAX - 1, REMOTE_ALONE_MAX, MANY};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        take();
        count = counts[i];
        uint64_t heaps = test_stats().heaps;
        run_thread(free_some, NULL);
        must(test_stats().heaps == heaps + (count == REMOTE_ALONE_MAX)); /* the next one adopts it */
        must(remote_length(owner) == count && test_stats().live_blocks == MANY - count);
        for (size_t k = count; k < MANY; k++)
            hak_free(block[k]);
        walk_heap(settle());
        must(test_stats().live_blocks == 0);
    }
}
END_TEST

static void *take_and_end(void *unused)
{
    take();
    return unused;
}

START_TEST(blocks_of_an_ended_thread)
{
    run_thread(take_and_end, NULL);
    for (size_t i = 0; i < MANY; i++) {
        hak_free(block[i]);
        must(heap_self == &heap_none && remote_length(owner) == 0);
    }
    must(test_stats().live_blocks == 0);
}
END_TEST

static pthread_key_t key;

/* Runs after the allocator's own destructor has parked the heap, in the last round. */
static void at_the_end(void *rounds)
{
    if ((uintptr_t)rounds > 1) {
        must(!pthread_setspecific(key, (char *)rounds - 1));
        return;
    }
    must(heap_self == &heap_none);
    for (size_t i = 0; i < MANY; i++)
        hak_free(block[i]);
    must(heap_self == &heap_none);
}

static void *end_late(void *unused)
{
    hak_free(hak_malloc(1));
    must(!pthread_setspecific(key, (void *)4));
    return unused;
}

START_TEST(at_the_end_of_a_thread)
{
    if (test_shadowed()) /* TSan has forgotten a thread before its last round */
        return;
    take();
    must(!pthread_key_create(&key, at_the_end));
    run_thread(end_late, NULL);
    must(remote_length(owner) == MANY && test_stats().heaps_parked == 1);
    must(walk_heap(settle()).used == 0);
}
END_TEST

TEST_MAIN("batch: alone", few_blocks_or_many, blocks_of_an_ended_thread, at_the_end_of_a_thread)
