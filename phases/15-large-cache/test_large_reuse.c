/* SPDX-License-Identifier: MIT */
/* test_large_reuse.c - a freed large block comes back without a system call and without a page fault; ranges are split and
 * joined; blocks never overlap, whatever they come from. */
#include "test_large.h"

#include <sys/resource.h>

static long faults(void)
{
    struct rusage usage;
    must(!getrusage(RUSAGE_SELF, &usage));
    return usage.ru_minflt;
}

START_TEST(pairs_without_calls)
{
    large_set(65536, 150, 60);
    large_drop(large_block(3 * MIB, 1), 3 * MIB, 1);
    uint64_t calls = large_calls();
    long before = faults();
    for (size_t i = 0; i < 1000; i++) {
        char *p = hak_malloc(3 * MIB - i * 64);
        p[0] = p[MIB] = p[3 * MIB - i * 64 - 1] = 1;
        hak_free(p);
    }
    must(large_calls() == calls);
    must(test_shadowed() || faults() - before < 100);
    must(large_counts().hits == 1000 && large_counts().misses == 1 && large_valid());
}
END_TEST

/* The end of a large range serves a smaller block, and both become one again, in whatever order they are freed. */
START_TEST(split_and_joined)
{
    enum { PARTS = 6 };
    char *part[PARTS], *whole;
    large_set(65536, 150, 60);
    for (uint64_t round = 0; round < 6; round++) {
        whole = large_block(40 * MIB, 1);
        large_drop(whole, 40 * MIB, 1);
        must(large_counts().held == 1);
        uint64_t calls = large_calls();
        for (size_t i = 0; i < PARTS; i++) {
            part[i] = large_block(2 * MIB + i * 700 * KIB, i);
            must(part[i] >= whole && part[i] < whole + 44 * MIB);
        }
        for (size_t i = 0; i < PARTS; i++) {
            size_t k = (i * 5 + round) % PARTS;
            large_drop(part[k], 2 * MIB + k * 700 * KIB, k);
        }
        must(large_counts().held == 1 && large_calls() == calls);
    }
}
END_TEST

/* The smallest range that fits. */
START_TEST(best_fit)
{
    static const size_t sizes[] = {9, 3, 20, 5};
    char *p[4], *wall[4];
    large_set(65536, 150, 60);
    for (size_t i = 0; i < 4; i++) {
        p[i] = large_block(sizes[i] * MIB, i);
        wall[i] = large_block(2 * MIB, 9); /* so that freed neighbours do not join */
    }
    for (size_t i = 0; i < 4; i++)
        large_drop(p[i], sizes[i] * MIB, i);
    if (large_counts().held != 4) /* the kernel has put them elsewhere than side by side */
        return;
    must(hak_malloc(4 * MIB) == p[3]);
    must(hak_malloc(2 * MIB) == p[1]);
    must(hak_malloc(12 * MIB) == p[2]);
    (void)wall;
}
END_TEST

/* But they do not go back to it: the program may have told the kernel something about their pages. */
START_TEST(aligned_blocks_come_from_it_too)
{
    large_set(65536, 150, 60);
    large_drop(large_block(40 * MIB, 1), 40 * MIB, 1);
    uint64_t calls = large_calls(), gives = large_counts().gives;
    char *p = hak_aligned_alloc(4 * MIB, 8 * MIB), *q = hak_aligned_alloc(64 * KIB, 3 * MIB);
    must(test_aligned(p, 4 * MIB) && test_aligned(q, 64 * KIB) && large_calls() == calls && large_valid());
    test_stamp(p, 8 * MIB, 1);
    test_stamp(q, 3 * MIB, 2);
    large_drop(p, 8 * MIB, 1);
    large_drop(q, 3 * MIB, 2);
    must(large_counts().gives == gives && large_calls() == calls + 2);
    must(!hak_aligned_alloc((size_t)1 << 46, 3 * MIB) && errno == ENOMEM);
}
END_TEST

/* The 20 blocks of 5 to 25 MiB that are replaced at random, every page of them stamped at its beginning. */
START_TEST(random_replacement)
{
    enum { LIVE = 20 };
    size_t count = test_scaled(4000), size[LIVE] = {0};
    char *block[LIVE] = {NULL};
    uint32_t random = 5;
    large_set(65536, 150, 60);
    uint64_t half = 0;
    for (size_t op = 0; op < count; op++) {
        uint32_t r = test_random(&random), i = r % LIVE;
        for (size_t at = 0; at < size[i]; at += os_page)
            must(*(uint32_t *)(block[i] + at) == i + at);
        hak_free(block[i]);
        size[i] = 5 * MIB + (r >> 8) % (20 * MIB);
        block[i] = hak_malloc(size[i]);
        must(block[i]);
        for (size_t at = 0; at < size[i]; at += os_page)
            *(uint32_t *)(block[i] + at) = (uint32_t)(i + at);
        if (op == count / 2)
            half = large_calls();
    }
    must(large_valid());
    must(count < 2000 || large_calls() - half <= count / 200);
    for (size_t i = 0; i < LIVE; i++)
        hak_free(block[i]);
}
END_TEST

/* realloc: what is cut off is kept; growth copies into kept memory or moves pages; contents follow. */
START_TEST(reallocated)
{
    large_set(65536, 150, 60);
    char *p = large_block(20 * MIB, 3);
    uint64_t calls = large_calls();
    must(hak_realloc(p, 11 * MIB) == p && large_held() >= 8 * MIB && large_calls() == calls);
    must(test_stamped(p, 11 * MIB, 3) && large_valid());
    char *other = large_block(60 * MIB, 4);
    large_drop(other, 60 * MIB, 4);
    calls = large_calls();
    char *q = hak_realloc(p, 50 * MIB);
    must(q && test_stamped(q, 11 * MIB, 3) && large_calls() <= calls + 1); /* it asks for room where it stands, then copies */
    must(!owner_find(p) || p == q);
    large_trim();
    p = hak_realloc(q, 300 * MIB);
    must(p && test_stamped(p, 11 * MIB, 3) && large_valid());
    hak_free(p);
}
END_TEST

/* realloc in small steps into kept memory behind the block: no call, no copy. */
START_TEST(grown_where_it_stands)
{
    large_set(65536, 150, 60);
    char *whole = large_block(40 * MIB, 1);
    large_drop(whole, 40 * MIB, 1);
    char *p = large_block(2 * MIB, 2);
    must(p == whole);
    uint64_t calls = large_calls();
    for (size_t size = 2 * MIB; size <= 40 * MIB; size += size / 10) {
        must(hak_realloc(p, size) == p && large_valid());
        must(large_calls() == calls && test_stamped(p, 2 * MIB, 2));
    }
    hak_free(p);
    must(large_counts().held == 1);
}
END_TEST

/* What realloc makes larger than LARGE_GROWN has a mapping: where memory is kept, it grows there up to any size. */
START_TEST(doubled_where_it_stands)
{
    large_set(65536, 150, 60);
    large_drop(large_block(40 * MIB, 1), 40 * MIB, 1);
    for (int round = 0; round < 3; round++) {
        char *p = NULL;
        uint64_t calls = large_calls(), moves = 0;
        for (size_t size = 16; size <= 32 * MIB; size *= 2) {
            char *q = hak_realloc(p, size);
            must(q && (!p || test_stamped(q, size / 2, 6)));
            moves += p != q && size > LARGE_GROWN;
            test_stamp(q, size, 6);
            p = q;
        }
        must(moves == 0 && large_calls() == calls && large_valid());
        hak_free(p);
        must(large_counts().held == 1);
    }
}
END_TEST

/* The end of a mapping that shrinks is kept, also where a slab could serve the rest. */
START_TEST(shrunk_where_it_stands)
{
    large_set(65536, 150, 60);
    char *p = large_block(6 * MIB, 1);
    uint64_t calls = large_calls();
    must(hak_realloc(p, 300 * KIB) == p && hak_malloc_usable_size(p) < 400 * KIB && large_held() > 5 * MIB);
    must(test_stamped(p, 300 * KIB, 1) && large_calls() == calls);
    must(hak_realloc(p, 5 * MIB) == p && test_stamped(p, 300 * KIB, 1) && large_calls() == calls);
    char *q = hak_realloc(p, 1000);
    must(q != p && test_stamped(q, 1000, 1) && large_counts().held == 1);
    hak_free(q);
}
END_TEST

/* Several that grow in turn, some by small steps: no byte is lost, and all of it goes back. */
START_TEST(grown_in_turn)
{
    enum { ARRAYS = 6 };
    static const size_t parts[] = {1, 2, 4, 9, 16, 30};
    char *p[ARRAYS] = {NULL};
    size_t size[ARRAYS] = {0};
    struct hak_stats before = test_stats();
    large_set(65536, 150, 60);
    for (size_t step = 0, done = 0; done < ARRAYS; step++) {
        size_t i = step % ARRAYS, more = size[i] + size[i] / parts[i] + 64;
        if (size[i] > 3 * MIB) {
            must(test_stamped(p[i], size[i], i));
            done += p[i] != NULL;
            hak_free(p[i]);
            p[i] = NULL;
            size[i] = 0;
            continue;
        }
        if (done > 0 && size[i] == 0)
            more = 200 * KIB + step;
        must((p[i] = hak_realloc(p[i], more)) && test_stamped(p[i], size[i], i));
        test_stamp(p[i], more, i);
        size[i] = more;
    }
    for (size_t i = 0; i < ARRAYS; i++)
        hak_free(p[i]);
    struct hak_stats after = test_stats();
    must(large_valid() && after.live_blocks == before.live_blocks && after.live_bytes == before.live_bytes);
}
END_TEST

/* One that was kept off: blocks that grow stay in slabs. */
START_TEST(nothing_kept_nothing_mapped)
{
    large_set(0, 150, 60);
    uint64_t calls = large_calls();
    char *p = hak_realloc(hak_malloc(100 * KIB), 600 * KIB);
    must(p && large_calls() == calls);
    hak_free(p);
}
END_TEST

START_TEST(sizes_up_to_the_limit_stay_where_they_were)
{
    large_set(65536, 150, 60);
    hak_free(hak_malloc(MIB));
    hak_free(hak_aligned_alloc(64 * KIB, MIB));
    must(large_counts().gives == 0);
    hak_free(hak_malloc(MIB + 1));
    must(large_counts().gives == 1);
}
END_TEST

TEST_MAIN("large: reuse", pairs_without_calls, split_and_joined, best_fit, aligned_blocks_come_from_it_too, random_replacement,
          reallocated, grown_where_it_stands, doubled_where_it_stands, shrunk_where_it_stands, grown_in_turn,
          nothing_kept_nothing_mapped, sizes_up_to_the_limit_stay_where_they_were)
