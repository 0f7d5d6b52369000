/* SPDX-License-Identifier: MIT */
/* test_grow.c - a bin that runs empty after it has run over doubles, up to a bound; one that only fills and empties does not; what
 * empties the front makes it small again.
 */
#include "core/test/test_core.h"

enum { SIZE = 4096, MOST = 400 };
static void *block[MOST];

static void take(size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        must((block[i] = hak_malloc(size)));
        test_stamp(block[i], size, i);
    }
}

static void give(size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        must(test_stamped(block[i], size, i));
        hak_free(block[i]);
    }
}

static size_t now(unsigned class)
{
    const struct front_bin *bin = &heap_self->front.bin[class];
    size_t blocks = grow_now(&heap_self->front.grow, class);
    must(blocks >= grow_least(class) && blocks <= grow_most(class));
    must(bin->room - bin->base == (ptrdiff_t)blocks && bin->top <= bin->room);
    return blocks;
}

START_TEST(rule)
{
    size_t bytes = 0;
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        struct grow_heap fresh = {0}, full = {0};
        full.shift[c] = 8;
        size_t width = width_blocks(c), least = c < CLASS_TINY ? width : (width + 1) / 2;
        must(grow_least(c) == least && grow_now(&fresh, c) == least && grow_most(c) >= width);
        must(c < CLASS_TINY || grow_now(&full, c) == grow_most(c));
        must((grow_most(c) == width) == (c < CLASS_TINY || width == 0));
        bytes += c < CLASS_TINY ? 0 : grow_most(c) * class_size(c);
    }
    must(bytes <= 8 * MIB);
}
END_TEST

START_TEST(over_and_empty_doubles_up_to_the_bound)
{
    unsigned class = class_of(SIZE);
    hak_free(hak_malloc(SIZE));
    size_t blocks = now(class);
    must(blocks == grow_least(class));
    for (int i = 0; i < 10; i++) {
        take(MOST, SIZE);
        size_t grown = now(class);
        must(grown == (i == 0 || blocks == grow_most(class) ? blocks : 2 * blocks)); /* a power of two at this size */
        blocks = grown;
        give(MOST, SIZE);
        must(now(class) == blocks);
    }
    must(blocks == grow_most(class));
    walk_heap(heap_self);
    settle();
    hak_free(hak_malloc(SIZE)); /* which opens the bin again */
    must(now(class) == grow_least(class));
    must(test_stats().live_blocks == 0);
}
END_TEST

START_TEST(one_way_does_not_grow)
{
    unsigned class = class_of(SIZE);
    take(MOST, SIZE);
    must(now(class) == grow_least(class));
    give(MOST, SIZE);
    must(now(class) == grow_least(class));
}
END_TEST

START_TEST(tiny_bins_stay)
{
    unsigned class = class_of(64);
    for (int i = 0; i < 10; i++) {
        take(MOST, 64);
        give(MOST, 64);
    }
    must(now(class) == grow_least(class));
}
END_TEST

/* As many pairs as a bin has grown to cost no slow path. */
START_TEST(grown_bins_hold_what_they_say)
{
    unsigned class = class_of(SIZE);
    for (int i = 0; i < 10; i++) {
        take(MOST, SIZE);
        give(MOST, SIZE);
    }
    take(1, SIZE);
    hak_free(block[0]);
    for (size_t have = grow_most(class); have > 0; have--) /* empty, then full */
        block[have - 1] = hak_malloc(SIZE);
    for (size_t i = 0; i < grow_most(class); i++)
        hak_free(block[i]);
    const struct front_bin *bin = &heap_self->front.bin[class];
    const struct front_count *count = &heap_self->front.count[class];
    uint64_t misses = count->misses, drained = count->drained;
    size_t held = (size_t)(bin->top - bin->base);
    for (int i = 0; i < 20; i++) {
        for (size_t k = 0; k < held; k++)
            must((block[k] = hak_malloc(SIZE)));
        for (size_t k = 0; k < held; k++)
            hak_free(block[k]);
    }
    must(held > grow_least(class) && count->misses == misses && count->drained == drained);
}
END_TEST

/* Each move makes the block a quarter larger at least, and no block is larger than what was asked for by more than that. */
START_TEST(appending_moves_seldom)
{
    size_t moves = 0;
    char *p = hak_malloc(100);
    for (size_t size = 100; size <= 60000; size += 20) {
        char *old = p;
        size_t usable = hak_malloc_usable_size(p);
        must((p = hak_realloc(p, size)));
        must(p != old || hak_malloc_usable_size(p) == usable);
        must(hak_malloc_usable_size(p) <= 2 * size);
        moves += p != old;
    }
    must(moves <= 30); /* 1.25 to the power of 30 is more than 600 */
    hak_free(p);
}
END_TEST

TEST_MAIN("grow", appending_moves_seldom, rule, over_and_empty_doubles_up_to_the_bound, one_way_does_not_grow, tiny_bins_stay,
          grown_bins_hold_what_they_say)
