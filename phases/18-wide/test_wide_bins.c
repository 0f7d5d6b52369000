/* SPDX-License-Identifier: MIT */
/* test_wide_bins.c - blocks of up to 64 KiB pass through the front: pairs of malloc and free claim nothing and give the same block,
 * no bin holds more than the rule allows, larger blocks pass none, and all of it goes home.
 */
#include "core/test/test_core.h"

/* The rule of width.h. */
static size_t blocks_wanted(unsigned class)
{
    size_t size = class_size(class), few = 16 * KIB / size, many = 64 * KIB / size, want = size <= 8 * KIB ? 32 / CLASS_STEPS : 8;
    if (class < CLASS_TINY || few > want)
        return few < WIDTH_MOST ? few : WIDTH_MOST;
    return many < want ? many : want;
}

START_TEST(rule)
{
    uint64_t bytes = 0;
    for (unsigned c = 0; c < CLASS_ALL; c++) {
        must(width_blocks(c) == blocks_wanted(c));
        must((width_blocks(c) > 0) == (class_size(c) <= WIDTH_MAX));
        bytes += c < CLASS_TINY ? 0 : width_blocks(c) * class_size(c);
    }
    must(bytes <= 1200 * KIB);
}
END_TEST

static uint64_t claims(const struct heap *h)
{
    uint64_t sum = 0;
    for (int i = 0; i < POOL_STAGES; i++)
        sum += h->pool.stage[i];
    return sum;
}

START_TEST(pairs_claim_nothing)
{
    struct heap *h = thread_heap();
    for (unsigned c = CLASS_TINY; c < CLASS_ALL && class_size(c) <= WIDTH_MAX; c++) {
        size_t size = class_size(c);
        void *p = hak_malloc(size);
        hak_free(p);
        uint64_t before = claims(h), misses = h->front.count[c].misses;
        for (int i = 0; i < 100; i++) {
            must(hak_malloc(size) == p);
            hak_free(p);
        }
        must(claims(h) == before && h->front.count[c].misses == misses);
        must(front_cached(h, slab_of(p)) > 0);
    }
    walk_heap(h);
    hak_malloc_trim(0);
    must(walk_heap(h).slabs == 0);
}
END_TEST

START_TEST(bins_are_bounded)
{
    static void *block[200];
    struct heap *h = thread_heap();
    for (size_t size = 1; size <= 256 * KIB; size = size * 5 / 4 + 1) {
        unsigned c = class_of(size);
        for (size_t i = 0; i < 200; i++) {
            must((block[i] = hak_malloc(size)));
            test_stamp(block[i], size, i);
        }
        for (size_t i = 0; i < 200; i++) {
            must(test_stamped(block[i], size, i));
            hak_free(block[i]);
            must((size_t)(h->front.bin[c].top - h->front.bin[c].base) <= width_blocks(c));
        }
    }
    walk_heap(h);
    uint64_t bytes;
    must(front_cached_total(h, &bytes) > 0 && bytes <= CLASS_TINY * 24 * KIB + 1060 * KIB);
    must(test_stats().live_blocks == 0);
    hak_malloc_trim(0);
    must(walk_heap(h).slabs == 0 && front_cached_total(h, &bytes) == 0 && bytes == 0);
}
END_TEST

START_TEST(zero_from_calloc)
{
    for (size_t size = 1025; size <= 64 * KIB; size += 1777) {
        for (int i = 0; i < 4; i++) {
            unsigned char *p = hak_calloc(1, size);
            must(p && test_zero(p, size));
            memset(p, 7, size);
            hak_free(p);
        }
    }
    must(test_stats().live_blocks == 0);
}
END_TEST

/* A slab starts at a multiple of 64 KiB, so its blocks are aligned as their size is: no mapping of its own for each. */
START_TEST(aligned_blocks_come_from_slabs)
{
    enum { BLOCKS = 40 };
    static void *block[BLOCKS];
    for (size_t align = 8 * KIB; align <= 64 * KIB; align *= 2) {
        const size_t sizes[] = {1, align - 1, align, align + 1, 3 * align, 5 * align, 7 * align + 100, 9 * align};
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            for (size_t i = 0; i < BLOCKS; i++) {
                must(hak_posix_memalign(&block[i], align, sizes[k]) == 0 && (uintptr_t)block[i] % align == 0);
                must(hak_malloc_usable_size(block[i]) >= sizes[k]);
                test_stamp(block[i], sizes[k], i);
            }
            must(test_stats().mid_blocks + test_stats().large_blocks == 0);
            for (size_t i = 0; i < BLOCKS; i++) {
                must(test_stamped(block[i], sizes[k], i));
                hak_free(block[i]);
            }
        }
    }
    must(hak_posix_memalign(&block[0], 128 * KIB, 1000) == 0 && (uintptr_t)block[0] % (128 * KIB) == 0);
    hak_free(block[0]);
    walk_heap(thread_heap());
    must(test_stats().live_blocks == 0);
}
END_TEST

TEST_MAIN("wide: bins", rule, pairs_claim_nothing, bins_are_bounded, zero_from_calloc, aligned_blocks_come_from_slabs)
