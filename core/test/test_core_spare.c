/* SPDX-License-Identifier: MIT */
/* test_core_spare.c - memory that is held for nobody is bounded while a program frees: one thread frees all, or nearly all,
 * of much, makes no call any more, and is left with little beside what it has live; blocks of one size or of all sizes by
 * turns. No thread but its own runs meanwhile. */
#define TEST_SECONDS 120
#include "core/heap/spare.h"
#include "core/test/test_core.h"

enum { BYTES = 96 << 20, LEAST = 64 };

static void *block[BYTES / LEAST];

/* Blocks of that size; then all but each keep-th go (0: all), in any order. How many bytes stay. */
static size_t burst(size_t size, size_t keep)
{
    size_t count = (test_shadowed() ? BYTES / 16 : BYTES) / size, live = 0;
    uint32_t random = 7 + (uint32_t)size;
    for (size_t i = 0; i < count; i++) {
        must((block[i] = hak_malloc(size)));
        memset(block[i], 1, size);
    }
    for (size_t i = count; i > 1; i--) {
        size_t j = test_random(&random) % i;
        void *p = block[j];
        block[j] = block[i - 1];
        block[i - 1] = p;
    }
    for (size_t i = 0; i < count; i++) {
        live += keep && i % keep == 0 ? size : 0;
        if (!keep || i % keep)
            hak_free(block[i]);
    }
    return live;
}

/* Does the variant know which pages of a slab are free, and ask for them? */
static bool gives_pages(void)
{
    return !test_plain(freelist) && &purge_on;
}

static void prepare(void)
{
    if (&purge_on)
        purge_on = 1;
    memset(block, 1, sizeof block); /* its pages are there from now on */
    hak_free(hak_malloc(1));
}

static void expect_bounded(size_t before, size_t most)
{
    size_t now = test_rss();
    must(test_shadowed() || now <= before + most);
    must(test_shadowed() || test_thread_count() == 1);
}

static void one_size(size_t size)
{
    prepare();
    size_t before = test_rss();
    burst(size, 0);
    expect_bounded(before, 56 * MIB);
}

START_TEST(tiny)
{
    one_size(LEAST);
}
END_TEST

START_TEST(page)
{
    one_size(4000);
}
END_TEST

START_TEST(mid)
{
    one_size(20000);
}
END_TEST

START_TEST(runs)
{
    one_size(300000);
}
END_TEST

START_TEST(large)
{
    one_size(3 * MIB);
}
END_TEST

/* One in 200 stays, anywhere: no slab may be empty. */
START_TEST(sparse)
{
    prepare();
    size_t before = test_rss(), live = burst(1000, 200);
    if (gives_pages())
        expect_bounded(before, 4 * live + 8 * live + 56 * MIB); /* the page, or two, of a block that stays, whole */
}
END_TEST

START_TEST(all_by_turns)
{
    static const size_t sizes[] = {200, 3 << 20, 20000, 64, 300000, 5000, 900, 100000, 80};
    prepare();
    size_t before = test_rss();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        burst(sizes[i], 0);
    if (gives_pages() || test_plain(front)) /* else each block in a front may keep a slab's pages */
        expect_bounded(before, 80 * MIB);
}
END_TEST

TEST_MAIN("spare: bounded", tiny, page, mid, runs, large, sparse, all_by_turns)
