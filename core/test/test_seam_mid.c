/* SPDX-License-Identifier: MIT */
/* test_seam_mid.c - blocks above the tiny ones, from wherever this variant takes them (front_refill, large_alloc): the block is large enough, aligned, of a
 * kind that free knows, and zero when it is said to be. */
#define _GNU_SOURCE
#include "core/seam/large.h"
#include "core/test/test_core.h"
#include "core/test/test_refuse.h"

/* *zero as in front_refill: in, whether it matters; out, whether the block is known to be zero. */
static void *take(size_t size, bool *zero)
{
    void *p = size <= SLAB_MAX ? front_refill(thread_heap(), class_of(size), zero) : large_alloc(size, zero);
    if (p && ssmap_find(p)) {
        guard_alloc(p);
        superslab_mark(ssmap_find(p), p);
    }
    return p;
}

static void expect_block(void *p, size_t size)
{
    size_t align = size & -size;
    must(p && (uintptr_t)p % (align < 4096 ? align : 4096) == 0 && (uintptr_t)p % 16 == 0);
    if (ssmap_find(p)) {
        struct slab *s = slab_of(p);
        must(s->class < HEAP_CLASSES && s->block_size >= size && slab_heap(s) == heap_self && !slab_bad_block(s, p));
    } else {
        struct mapped *m = owner_find(p);
        must(m && mapped_block(m) == p && mapped_usable(m) >= size);
    }
    must(hak_malloc_usable_size(p) >= size);
}

/* Twice, so that the second time meets dirty memory. */
START_TEST(test_sizes)
{
    for (int round = 0; round < 2; round++) {
        for (size_t size = TINY_MAX + 1; size <= MID_MAX; size += 1 + size / 61) {
            size_t exact = size + 4096 < MID_MAX && round ? (size + 4095) & ~(size_t)4095 : size;
            bool zero = size % 3 != 0;
            void *p = take(exact, &zero);
            expect_block(p, exact);
            must(!zero || test_zero(p, exact));
            memset(p, 0xEE, exact);
            hak_free(p);
        }
    }
}
END_TEST

START_TEST(test_borders)
{
    const size_t sizes[] = {TINY_MAX + 1, 2048, 2049, 4096, 65536, 65537, 524288, 524289, MID_MAX - 1, MID_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        bool zero = false;
        void *p = take(sizes[i], &zero);
        expect_block(p, sizes[i]);
        hak_free(p);
    }
}
END_TEST

enum { MANY = 200 };

START_TEST(test_no_overlap)
{
    struct {
        void *p;
        size_t size;
    } held[MANY] = {{0}};
    uint32_t random = 31;
    for (size_t op = 0; op < test_scaled(3000); op++) {
        uint32_t r = test_random(&random), i = r % MANY;
        if (held[i].p) {
            must(test_stamped(held[i].p, held[i].size, i));
            hak_free(held[i].p);
            held[i].p = NULL;
        } else {
            bool zero = r >> 31;
            held[i].size = TINY_MAX + 1 + (r >> 9) % (r % 8 ? 30000 : MID_MAX - TINY_MAX);
            held[i].p = take(held[i].size, &zero);
            expect_block(held[i].p, held[i].size);
            must(!zero || test_zero(held[i].p, held[i].size));
            test_stamp(held[i].p, held[i].size, i);
        }
    }
    for (int i = 0; i < MANY; i++)
        hak_free(held[i].p);
    settle();
    walk_heap(heap_self);
    must(test_stats().live_blocks == 0);
}
END_TEST

START_TEST(test_no_memory)
{
    bool zero = false;
    enum { MOST = 4096 };
    static void *held[MOST];
    int n = 0;
    thread_heap();
    hak_malloc_trim(0);
    refuse_mmap = true;
    while (n < MOST && (held[n] = take(300000, &zero))) /* there may be some in store */
        n++;
    must(n < MOST);
    refuse_mmap = false;
    void *p = take(300000, &zero);
    expect_block(p, 300000);
    hak_free(p);
    while (n)
        hak_free(held[--n]);
    walk_heap(heap_self);
}
END_TEST

START_TEST(test_classes)
{
    must(HEAP_CLASSES >= CLASS_TINY && HEAP_CLASSES <= CLASS_ALL && class_size(HEAP_CLASSES - 1) == SLAB_MAX);
    bool zero = false;
    for (unsigned c = CLASS_TINY; c < HEAP_CLASSES; c++) {
        void *p = take(class_size(c), &zero);
        expect_block(p, class_size(c));
        hak_free(p);
    }
}
END_TEST

TEST_MAIN("mid seam", test_sizes, test_borders, test_no_overlap, test_no_memory, test_classes)
