/* SPDX-License-Identifier: MIT */
/* test_core_trim.c - malloc_trim gives back what nobody needs, says truly whether something went back, and touches no live
 * block. */
#include "core/test/test_core.h"

enum { BLOCKS = 20000 };
static void *block[BLOCKS];

static void fill(void)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        must((block[i] = hak_malloc(1 + i % 1024)));
        test_stamp(block[i], 1 + i % 1024, i);
    }
}

START_TEST(test_nothing_to_give)
{
    must(hak_malloc_trim(0) == 0);
    void *p = hak_malloc(100);
    memset(p, 1, 100);
    hak_malloc_trim(0);
    must(hak_malloc_trim(0) == 0 && hak_malloc_trim(SIZE_MAX) == 0);
    hak_free(p);
}
END_TEST

START_TEST(test_all_goes_back)
{
    fill();
    for (size_t i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    must(hak_malloc_trim(SIZE_MAX) == 1); /* the pad means nothing here */
    struct hak_stats stats = test_stats();
    must(stats.superslabs == 0 && stats.slabs == 0 && stats.cached_blocks == 0 && stats.live_blocks == 0);
    must(os_bytes(OS_SUPERSLAB) == 0 && os_bytes(OS_MID) == 0 && os_bytes(OS_LARGE) == 0);
    must(hak_malloc_trim(0) == 0);
    fill();
    for (size_t i = 0; i < BLOCKS; i++) {
        must(test_stamped(block[i], 1 + i % 1024, i));
        hak_free(block[i]);
    }
}
END_TEST

START_TEST(test_live_blocks_stay)
{
    fill();
    for (size_t i = 0; i < BLOCKS; i++)
        if (i % 100)
            hak_free(block[i]);
    hak_malloc_trim(0);
    must(test_stats().live_blocks == BLOCKS / 100 && test_stats().cached_blocks == 0);
    must(walk_heap(heap_self).used == BLOCKS / 100);
    for (size_t i = 0; i < BLOCKS; i += 100) {
        must(test_stamped(block[i], 1 + i % 1024, i));
        hak_free(block[i]);
    }
    hak_malloc_trim(0);
    must(test_stats().superslabs == 0 && test_stats().live_blocks == 0);
}
END_TEST

static void *free_all(void *context)
{
    (void)context;
    for (size_t i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    return NULL;
}

START_TEST(test_remote_blocks_go_back)
{
    fill();
    run_thread(free_all, NULL);
    must(remote_length(heap_self) == BLOCKS);
    must(hak_malloc_trim(0) == 1 && test_stats().superslabs == 0);
}
END_TEST

static void *trim(void *context)
{
    *(int *)context = hak_malloc_trim(0);
    must(heap_self == &heap_none); /* a question needs no heap */
    return NULL;
}

START_TEST(test_other_threads_keep_theirs)
{
    int gave;
    fill();
    run_thread(trim, &gave);
    must(gave == 0 && walk_heap(heap_self).used >= BLOCKS);
    for (size_t i = 0; i < BLOCKS; i++)
        must(test_stamped(block[i], 1 + i % 1024, i));
    free_all(NULL);
}
END_TEST

START_TEST(test_busy_heap_is_left_alone)
{
    fill();
    for (size_t i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    enter(heap_self);
    hak_malloc_trim(0);
    heap_leave(heap_self);
    walk_heap(heap_self);
    must(hak_malloc_trim(0) == 1);
}
END_TEST

START_TEST(test_errno_kept)
{
    fill();
    free_all(NULL);
    errno = 4711;
    hak_malloc_trim(0);
    must(errno == 4711);
}
END_TEST

TEST_MAIN("trim", test_nothing_to_give, test_all_goes_back, test_live_blocks_stay, test_remote_blocks_go_back,
          test_other_threads_keep_theirs, test_busy_heap_is_left_alone, test_errno_kept)
