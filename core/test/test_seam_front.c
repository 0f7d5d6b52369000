/* SPDX-License-Identifier: MIT */
/* test_seam_front.c - the contract of seam/front.h, for whatever answer this variant has: a cached block is a used block of its
 * own slab and of this heap, nothing is lost or given twice, and a flush leaves nothing behind. */
#define _GNU_SOURCE
#include "core/test/test_core.h"
#include "core/test/test_refuse.h"

enum { MANY = 3000 };
static void *block[MANY];

/* blocks: how many the program holds of h. */
static void expect_live(struct heap *h, uint64_t blocks)
{
    struct walk_sum sum = walk_heap(h);
    uint64_t bytes;
    must(sum.used == blocks + sum.cached + remote_length(h));
    must(front_cached_total(h, &bytes) == sum.cached && (bytes > 0) == (sum.cached > 0));
    struct hak_stats stats = test_stats();
    must(stats.cached_blocks >= sum.cached && stats.cached_bytes >= bytes);
}

static void expect_flushed(struct heap *h, uint64_t blocks)
{
    enter(h);
    front_flush(h);
    heap_leave(h);
    struct walk_sum sum = walk_heap(h);
    uint64_t bytes = 1;
    must(sum.cached == 0 && sum.used == blocks && front_cached_total(h, &bytes) == 0 && bytes == 0);
}

START_TEST(test_program_and_front_share_used)
{
    struct heap *h = thread_heap();
    uint32_t random = 5;
    uint64_t live = 0;
    for (size_t op = 0; op < test_scaled(40000); op++) {
        uint32_t r = test_random(&random), i = r % MANY;
        if (block[i]) {
            must(test_stamped(block[i], 16, i));
            hak_free(block[i]);
            block[i] = NULL;
            live--;
        } else {
            must((block[i] = hak_malloc(16 + (r >> 16) % 1008)));
            test_stamp(block[i], 16, i);
            live++;
        }
        if (op % 4000 == 0)
            expect_live(h, live);
        if (op % 9000 == 8999)
            expect_flushed(h, live);
    }
    for (int i = 0; i < MANY; i++) {
        live -= block[i] != NULL;
        hak_free(block[i]);
    }
    must(live == 0);
    expect_live(h, 0);
    expect_flushed(h, 0);
}
END_TEST

/* front_refill answers a miss with a block of that class that nobody holds. */
START_TEST(test_refill)
{
    struct heap *h = thread_heap();
    for (unsigned c = 0; c < CLASS_TINY; c++) {
        for (int i = 0; i < 200; i++) {
            bool zero = false;
            block[i] = front_pop(h, class_size(c));
            if (!block[i])
                block[i] = front_refill(h, c, &zero);
            must(block[i] && slab_heap(slab_of(block[i])) == h && slab_of(block[i])->class == c);
            must(slab_bad_block(slab_of(block[i]), block[i]) == NULL);
            guard_alloc(block[i]);
            memset(block[i], i, class_size(c));
            for (int k = 0; k < i; k++)
                must(block[k] != block[i]);
        }
        expect_live(h, 200);
        for (int i = 0; i < 200; i++) {
            must(((unsigned char *)block[i])[class_size(c) - 1] == i);
            hak_free(block[i]);
        }
        expect_live(h, 0);
    }
}
END_TEST

START_TEST(test_push_pop_drain)
{
    struct heap *h = thread_heap();
    for (unsigned c = 0; c < CLASS_TINY; c++) {
        for (int i = 0; i < MANY; i++)
            must((block[i] = slab_block(h, c)) && memset(block[i], 1, class_size(c)) && (guard_alloc(block[i]), true));
        uint64_t bytes, popped = 0;
        must(front_cached_total(h, &bytes) == 0);
        for (int i = 0; i < MANY; i++) {
            struct front_bin *bin = NULL;
            if (!front_push(h, block[i], &bin) && !front_push_again(h, block[i], bin)) {
                guard_free(block[i], "free");
                front_give(h, slab_of(block[i]), block[i]); /* takes it all the same */
            }
        }
        expect_live(h, 0);
        uint64_t cached = front_cached_total(h, &bytes);
        for (void *p; popped < MANY && (p = front_pop(h, class_size(c))); popped++) {
            must(slab_heap(slab_of(p)) == h && slab_of(p)->class == c);
            memset(p, 2, class_size(c));
            block[popped] = p;
        }
        must(test_plain(front) || popped + front_cached_total(h, &bytes) == cached); /* what waits to go back is given to nobody */
        while (popped)
            slab_block_back(h, block[popped - 1]), popped--;
        expect_flushed(h, 0);
    }
}
END_TEST

/* A heap that no thread has holds nothing and takes nothing. */
START_TEST(test_closed)
{
    static char room[64];
    uint64_t bytes;
    struct front_bin *bin = NULL;
    for (unsigned c = 0; c < HEAP_CLASSES; c++)
        must((c < CLASS_TINY ? front_pop : front_pop_wide)(&heap_none, class_size(c)) == NULL);
    must(!front_push(&heap_none, room, &bin) && !front_push_again(&heap_none, room, bin));
    must(front_cached_total(&heap_none, &bytes) == 0 && bytes == 0);
}
END_TEST

static void *free_all(void *context)
{
    hak_free(hak_malloc(64));
    for (int i = 0; i < MANY; i++)
        hak_free(block[i]);
    must(walk_heap(heap_self).cached <= walk_heap(heap_self).used); /* its own blocks only */
    return context;
}

START_TEST(test_others_blocks_never_enter)
{
    struct heap *h = thread_heap();
    for (int i = 0; i < MANY; i++)
        must((block[i] = hak_malloc(64)));
    run_thread(free_all, NULL);
    must(remote_length(h) == MANY);
    expect_live(h, 0);
    struct heap *other = parked_heap();
    uint64_t bytes;
    must(other && other != h && walk_heap(other).used == front_cached_total(other, &bytes)); /* it may rest */
    hak_malloc_trim(0);
    must(walk_heap(other).used == 0 && front_cached_total(other, &bytes) == 0);
}
END_TEST

START_TEST(test_open_again)
{
    struct heap *h = thread_heap();
    for (int i = 0; i < 100; i++)
        block[i] = hak_malloc(100);
    for (int i = 0; i < 60; i++)
        hak_free(block[i]);
    enter(h);
    front_open(h);
    heap_leave(h);
    expect_live(h, 40);
    for (int i = 60; i < 100; i++)
        hak_free(block[i]);
    expect_flushed(h, 0);
}
END_TEST

START_TEST(test_no_memory)
{
    struct heap *h = thread_heap();
    hak_malloc_trim(0);
    refuse_mmap = true;
    bool zero = false;
    must(front_refill(h, 4, &zero) == NULL && front_refill(h, 4, &zero) == NULL);
    expect_live(h, 0);
    refuse_mmap = false;
    void *p = front_refill(h, 4, &zero);
    must(p);
    guard_alloc(p);
    expect_live(h, 1);
    hak_free(p);
}
END_TEST

START_TEST(test_errno)
{
    errno = 4711;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++)
            must((block[i] = hak_malloc(16)));
        for (int i = 0; i < MANY; i++)
            hak_free(block[i]);
    }
    must(errno == 4711);
}
END_TEST

/* A signal handler that frees while its thread is in a slow path: taken all the same, and not lost. */
START_TEST(test_busy)
{
    struct heap *h = thread_heap();
    for (int i = 0; i < MANY; i++)
        must((block[i] = hak_malloc(128)));
    enter(h);
    for (int i = 0; i < MANY; i++)
        hak_free(block[i]);
    heap_leave(h);
    expect_live(h, 0);
    settle();
    expect_live(h, 0);
    must(walk_heap(h).used == 0);
}
END_TEST

TEST_MAIN("front seam", test_program_and_front_share_used, test_refill, test_push_pop_drain, test_closed,
          test_others_blocks_never_enter, test_open_again, test_no_memory, test_errno, test_busy)
