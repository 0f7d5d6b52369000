/* SPDX-License-Identifier: MIT */
/* test_flat_young.c - a heap begins with few sizes of tiny blocks; each fits what was asked for and is aligned as asked for.
 * After HAKMEM_YOUNG misses all classes serve, and the blocks of before go back to where they came from.
 */
#include "test_flat.h"

enum { YOUNG = 48, FEW = 10 };

/* A heap that has not missed yet; those of other threads were never young (test_alone.h). */
static void begin(void)
{
    route_young = YOUNG;
    must(!route_counts() && thread_heap()->front.route.young == YOUNG);
}

static unsigned class_now(const void *p)
{
    return slab_of(p)->class;
}

static void *few(void *context)
{
    void *block[TINY_MAX / 16];
    bool seen[HEAP_CLASSES] = {false};
    size_t count = 0;
    begin();
    for (size_t i = 0; i < TINY_MAX / 16; i++) {
        size_t size = 16 * i + 1 + i % 16;
        must((block[i] = hak_malloc(size)) && hak_malloc_usable_size(block[i]) >= size);
        test_stamp(block[i], size, i);
        must(class_now(block[i]) == class_of(route_coarse(size)));
        count += !seen[class_now(block[i])];
        seen[class_now(block[i])] = true;
    }
    must(count == FEW && heap_self->front.route.young > 0);
    for (size_t i = 0; i < TINY_MAX / 16; i++) {
        must(test_stamped(block[i], 16 * i + 1 + i % 16, i));
        hak_free(block[i]);
    }
    must(hak_check());
    return context;
}

START_TEST(a_young_heap_has_few_sizes)
{
    run_thread(few, NULL);
}
END_TEST

static void *aligned(void *context)
{
    begin();
    for (size_t align = 16; align <= TINY_MAX; align *= 2) {
        for (size_t size = align; size <= TINY_MAX && heap_self->front.route.young > 0; size += align) {
            char *p = hak_aligned_alloc(align, size);
            must(p && (uintptr_t)p % align == 0 && hak_malloc_usable_size(p) >= size);
            must(route_coarse(size) >= size && class_size(class_of(route_coarse(size))) == route_coarse(size));
            must(route_coarse(size) % align == 0);
            hak_free(p);
        }
    }
    return context;
}

START_TEST(alignment_holds)
{
    run_thread(aligned, NULL);
}
END_TEST

static void *grow_up(void *context)
{
    enum { SIZE = 40, MOST = 4096 };
    static void *block[MOST];
    size_t count = 0;
    begin();
    for (; heap_self->front.route.young > 0; count++)
        must(count < MOST && (block[count] = hak_malloc(SIZE)) && class_now(block[count]) == class_of(64));
    struct front_heap *f = &heap_self->front;
    for (size_t size = 0; size <= TINY_MAX; size++)
        must(section_bin(&f->route.closed, f->route.size_bin[size]) == &f->bin[class_of_tiny(size)]);
    void *p = hak_malloc(SIZE);
    must(class_now(p) == class_of(SIZE));
    hak_free(p);
    while (count > 0)
        hak_free(block[--count]);
    must(hak_check());
    hak_malloc_trim(0);
    must(test_stats().live_blocks == 0);
    return context;
}

START_TEST(a_heap_grows_up_by_misses)
{
    run_thread(grow_up, NULL);
}
END_TEST

TEST_MAIN("flat: young heaps", a_young_heap_has_few_sizes, alignment_holds, a_heap_grows_up_by_misses)
