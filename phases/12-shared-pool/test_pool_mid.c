/* SPDX-License-Identifier: MIT */
/* test_pool_mid.c - every size from 1,025 bytes to 1 MiB comes from a slab of a shared SuperSlab: none costs a mapping of its
 * own, each is aligned as its size allows, keeps its contents, and wastes at most an eighth of its slab. */
#define TEST_SECONDS 300
#include "core/seam/large.h"
#include "test_pool.h"

enum { SLOTS = 200 };

static uint64_t mid_mappings(void)
{
    uint64_t calls = 0;
    for (int call = 0; call < OS_CALLS; call++)
        calls += os_count(OS_MID, call);
    return calls;
}

/* The largest power of two that divides n, up to a page. */
static size_t alignment_of(size_t n)
{
    size_t align = n & -n;
    return align < 4096 ? align : 4096;
}

static void *take(size_t size)
{
    void *p = hak_malloc(size);
    must(p && ssmap_find(p) && test_aligned(p, 16) && test_aligned(p, alignment_of(size)));
    must(hak_malloc_usable_size(p) == class_size(class_of(size)));
    struct slab *s = slab_of(p);
    must(s->class == class_of(size) && s->class >= CLASS_TINY && slab_heap(s) == heap_self);
    must((char *)p + s->block_size <= superslab_slot(s) + s->slots * SLAB_SIZE);
    return p;
}

/* Of every class: the smallest size, the largest, and one between; two of each alive at once. */
START_TEST(every_class)
{
    own_heap();
    for (unsigned c = CLASS_TINY; c < CLASS_ALL; c++) {
        size_t size[3] = {class_size(c - 1) + 1, (class_size(c - 1) + class_size(c)) / 2, class_size(c)};
        void *p[6];
        for (int i = 0; i < 6; i++) {
            p[i] = take(size[i % 3]);
            test_stamp(p[i], size[i % 3], c * 10u + (unsigned)i);
        }
        for (int i = 0; i < 6; i++) {
            must(test_stamped(p[i], size[i % 3], c * 10u + (unsigned)i));
            hak_free(p[i]);
        }
        must(hak_check());
    }
    must(mid_mappings() == 0 && test_stats().mid_blocks == 0 && test_stats().live_blocks == 0);
}
END_TEST

START_TEST(every_size_at_its_borders)
{
    own_heap();
    for (size_t size = TINY_MAX + 1; size <= MID_MAX; size += size < 8192 ? 1 : size / 512 * 16 + 1) {
        void *p = take(size);
        ((char *)p)[0] = ((char *)p)[size - 1] = 1;
        hak_free(p);
    }
    void *p = take(MID_MAX);
    hak_free(p);
    p = hak_malloc(MID_MAX + 1); /* the first that has a mapping */
    must(p && !ssmap_find(p) && test_stats().large_blocks == 1);
    hak_free(p);
    must(mid_mappings() == 0);
}
END_TEST

START_TEST(aligned_allocations)
{
    own_heap();
    for (size_t align = 16; align <= 4096; align *= 2) {
        for (size_t size = 1025; size <= MID_MAX; size = size * 5 / 4) {
            void *p = hak_aligned_alloc(align, size);
            must(p && test_aligned(p, align) && ssmap_find(p));
            memset(p, 1, size);
            hak_free(p);
        }
    }
    must(mid_mappings() == 0);
}
END_TEST

/* What does not belong to a block, in a slab of every class. */
START_TEST(waste_of_a_slab)
{
    struct heap *h = own_heap();
    for (unsigned c = 0; c < CLASS_ALL; c++) {
        struct slab *s = claim(h, c);
        size_t slots = s->slots * SLAB_SIZE, blocks = s->capacity * class_size(c);
        must(blocks <= slots && (slots - blocks) * 8 <= slots);
        must(s->slots >= 1 && s->slots <= 16 && slab_index(s) + s->slots <= SLABS_PER_SUPERSLAB);
        must(s->start == superslab_slot(s) && test_aligned(s->start, 4096));
        if (s->slots > 1) /* one slot less would waste more than an eighth, or not hold a block */
            must(class_size(c) > slots - SLAB_SIZE || (slots - SLAB_SIZE) % class_size(c) * 8 > slots - SLAB_SIZE);
        release(h, s);
    }
}
END_TEST

/* calloc: memory that nobody used since the kernel cleared it needs no clearing; used memory does. */
START_TEST(calloc_is_zero)
{
    own_heap();
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1025; size <= MID_MAX; size = size * 9 / 8) {
            void *p[3];
            for (int i = 0; i < 3; i++) {
                p[i] = hak_calloc(1, size);
                must(p[i] && ssmap_find(p[i]) && test_zero(p[i], size));
                memset(p[i], 0xee, hak_malloc_usable_size(p[i]));
            }
            for (int i = 0; i < 3; i++)
                hak_free(p[i]);
        }
    }
    struct hak_stats stats = test_stats();
    must(stats.calloc_known_zero > 0 && stats.calloc_cleared > stats.calloc_known_zero);
}
END_TEST

START_TEST(calloc_of_fresh_memory_clears_nothing)
{
    own_heap();
    for (int i = 0; i < 200; i++)
        must(test_zero(hak_calloc(1, 20000), 20000));
    must(test_stats().calloc_known_zero == 200 && test_stats().calloc_cleared == 0);
}
END_TEST

START_TEST(random_sizes_keep_their_contents)
{
    own_heap();
    void *block[SLOTS] = {NULL};
    size_t size[SLOTS];
    uint32_t seed = 99;
    for (size_t i = 0; i < test_scaled(12000); i++) {
        uint32_t r = test_random(&seed), at = r % SLOTS;
        unsigned scale = 10 + (r >> 8) % 11;
        size_t n = ((size_t)1 << scale) - (r >> 16) % ((size_t)1 << (scale - 1));
        if (block[at] && r >> 31) { /* grows or shrinks, moves or stays */
            size_t kept = n < size[at] ? n : size[at];
            block[at] = hak_realloc(block[at], n);
            must(block[at] && test_stamped(block[at], kept / 8 * 8, at));
        } else if (block[at]) {
            must(test_stamped(block[at], size[at], at));
            hak_free(block[at]);
            block[at] = NULL;
            continue;
        } else {
            block[at] = hak_malloc(n);
        }
        must(block[at] && (ssmap_find(block[at]) || large_grows(n + n / 2))); /* what realloc makes large may be mapped */
        size[at] = n;
        test_stamp(block[at], n, at);
    }
    for (size_t i = 0; i < SLOTS; i++) {
        must(!block[i] || test_stamped(block[i], size[i], i));
        hak_free(block[i]);
    }
    must(hak_check() && test_stats().live_blocks == 0 && mid_mappings() == 0);
    hak_malloc_trim(0);
    must(test_stats().superslabs == 0);
}
END_TEST

TEST_MAIN("pool: mid", every_class, every_size_at_its_borders, aligned_allocations, waste_of_a_slab, calloc_is_zero,
          calloc_of_fresh_memory_clears_nothing, random_sizes_keep_their_contents)
