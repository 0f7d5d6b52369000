/* SPDX-License-Identifier: MIT */
/* test_grow.c - a bin that runs empty after it has run over doubles, up to a bound, and all together up to another; one that
 * only fills and empties does not; what empties the front makes it small again.
 */
#include "core/test/test_core.h"

enum { SIZE = 4096, MOST = 400, MANY = 2100 };
static void *block[MANY];

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
    size_t blocks = heap_self->front.width[class].now;
    must(blocks >= grow_bounds(class).least && blocks <= grow_bounds(class).most);
    must(bin->room - bin->base == (ptrdiff_t)blocks && bin->top <= bin->room);
    return blocks;
}

START_TEST(rule)
{
    size_t bytes = 0;
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        struct grow_bounds b = grow_bounds(c);
        struct grow_heap g = {0};
        size_t width = width_blocks(c), least = c < CLASS_TINY ? width : (width + 1) / 2, grown = b.least;
        must(b.least == least && b.least <= b.laid && b.laid <= b.most && b.most >= width && (b.laid == 0) == (width == 0));
        must(grow_missed(&g, c, grown, SIZE_MAX) == grown); /* it has not run over */
        for (size_t last = 0; last != grown; g.bytes = 0) {
            last = grown;
            grow_drained(&g, c);
            grown = grow_missed(&g, c, last, SIZE_MAX);
            must(grown == (2 * last < b.most ? 2 * last : b.most));
            grow_drained(&g, c);
            must(grow_missed(&g, c, last, last) == last); /* the cap */
        }
        must(grown == b.most);
        bytes += c < CLASS_TINY ? 0 : b.laid * class_size(c);
    }
    must(bytes <= 8 * MIB);
}
END_TEST

START_TEST(over_and_empty_doubles_up_to_the_bound)
{
    unsigned class = class_of(SIZE);
    hak_free(hak_malloc(SIZE));
    size_t blocks = now(class);
    must(blocks == grow_bounds(class).least);
    for (int i = 0; i < 10; i++) {
        take(MOST, SIZE);
        size_t grown = now(class);
        must(grown == (i == 0 || blocks == grow_bounds(class).most ? blocks : 2 * blocks)); /* a power of two at this size */
        blocks = grown;
        give(MOST, SIZE);
        must(now(class) == blocks);
    }
    must(blocks == grow_bounds(class).most);
    walk_heap(heap_self);
    settle();
    hak_free(hak_malloc(SIZE)); /* which opens the bin again */
    must(now(class) == grow_bounds(class).least);
    must(test_stats().live_blocks == 0);
}
END_TEST

START_TEST(one_way_does_not_grow)
{
    unsigned class = class_of(SIZE);
    take(MOST, SIZE);
    must(now(class) == grow_bounds(class).least);
    give(MOST, SIZE);
    must(now(class) == grow_bounds(class).least);
}
END_TEST

/* What the bins may hold beyond what each of them may. */
static size_t beyond(void)
{
    size_t bytes = 0;
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        size_t blocks = heap_self->front.width[c].now, laid = grow_bounds(c).laid;
        bytes += blocks > laid ? (blocks - laid) * class_size(c) : 0;
    }
    must(heap_self->front.grow.bytes == bytes && bytes <= GROW_BYTES);
    return bytes;
}

START_TEST(tiny_bins_double_up_to_the_bound)
{
    unsigned class = class_of(1024);
    hak_free(hak_malloc(1024));
    size_t blocks = grow_bounds(class).least;
    for (int i = 0; i < 10; i++, blocks = 2 * blocks < grow_bounds(class).most ? 2 * blocks : grow_bounds(class).most) {
        take(MANY, 1024);
        must(now(class) == blocks);
        give(MANY, 1024);
        must(now(class) == blocks && beyond() == (blocks - grow_bounds(class).least) * 1024);
    }
    must(blocks == grow_bounds(class).most);
    walk_heap(heap_self);
    settle();
    hak_free(hak_malloc(1024));
    must(now(class) == grow_bounds(class).least && beyond() == 0);
}
END_TEST

/* A bin that shall hold more than its slots takes all along that it has, and a bin that was made small uses its slots again. */
START_TEST(a_bin_that_gets_more_slots_loses_nothing)
{
    for (int i = 0; i < 30; i++) {
        take(MANY, 256);
        give(MANY, 256);
        walk_heap(heap_self);
        if (i % 10 == 9)
            settle();
        must(test_stats().live_blocks == 0);
    }
}
END_TEST

START_TEST(all_bins_together_are_bounded)
{
    size_t stopped = 0;
    for (int i = 0; i < 10; i++) {
        for (unsigned c = class_of(256); c < HEAP_CLASSES && class_size(c) <= 16 * KIB; c++) {
            size_t count = 2 * MIB / class_size(c) < MANY ? 2 * MIB / class_size(c) : MANY;
            take(count, class_size(c));
            give(count, class_size(c));
        }
        must(beyond() <= GROW_BYTES);
    }
    must(heap_self->front.slots <= heap_self->front.slots_end);
    for (unsigned c = class_of(256); c < CLASS_TINY; c++)
        stopped += now(c) < grow_bounds(c).most;
    must(beyond() > GROW_BYTES / 2 && stopped > 0);
    walk_heap(heap_self);
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
    for (size_t have = grow_bounds(class).most; have > 0; have--) /* empty, then full */
        block[have - 1] = hak_malloc(SIZE);
    for (size_t i = 0; i < grow_bounds(class).most; i++)
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
    must(held > grow_bounds(class).least && count->misses == misses && count->drained == drained);
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
    must(moves <= 24); /* 1.25 to the power of 12 is more than 11, 1.5 to the power of 11 more than 60; sizes round up */
    hak_free(p);
}
END_TEST

/* Of several that grow in turn, too; but the first move of a block leaves a quarter only. */
START_TEST(what_grew_once_may_grow_more)
{
    char *p = hak_malloc(4096), *other = hak_malloc(4096);
    must((p = hak_realloc(p, 4097)) && hak_malloc_usable_size(p) == 5120);
    must((p = hak_realloc(p, 5121)) && hak_malloc_usable_size(p) == 7680);
    must((other = hak_realloc(other, 4097)) && hak_malloc_usable_size(other) == 5120);
    must((p = hak_realloc(p, 20000)) && hak_malloc_usable_size(p) == 20480); /* what was asked for is enough */
    hak_free(other);
    hak_free(p);
    p = hak_malloc(100);
    for (size_t last = 0, size = 100; size <= 1000; size++) {
        must((p = hak_realloc(p, size)));
        void *quarter = hak_malloc(last + last / 4);
        must(last == 0 || hak_malloc_usable_size(p) <= hak_malloc_usable_size(quarter));
        hak_free(quarter);
        last = hak_malloc_usable_size(p);
    }
    hak_free(p);
}
END_TEST

/* Drains until bins ebb. */
static uint32_t drains(struct grow_heap *g)
{
    uint32_t count = 1;
    while (!grow_ebbs(g))
        count++;
    return count;
}

/* Each ebb that ends needs four times as many drains for the next, but for one that comes a second later. */
START_TEST(bins_ebb_seldom)
{
    struct grow_heap g = {0};
    uint32_t need = GROW_EBB_DRAINS, frees = 1;
    must(drains(&g) == need && grow_ebbing(&g));
    for (int i = 0; i < 3; i++) {
        grow_flows(&g);
        must(!grow_ebbing(&g) && grow_need(&g) == 4 * need);
        for (uint32_t k = 0; k + 1 < 4 * need; k++) {
            g.ebb_ms = os_now_ms();
            must(!grow_ebbs(&g));
        }
        g.ebb_ms = os_now_ms();
        must(grow_ebbs(&g));
        need *= 4;
    }
    grow_flows(&g);
    g.ebb_ms = os_now_ms() - GROW_EBB_MS;
    must(drains(&g) == GROW_EBB_DRAINS);
    while (grow_ebbs(&g))
        frees++;
    must(frees == GROW_EBB_FREES && !grow_ebbing(&g) && grow_need(&g) == 4 * GROW_EBB_DRAINS);
    grow_ebbs(&g);
    grow_reset(&g);
    must(g.drains == 0 && grow_need(&g) == 4 * GROW_EBB_DRAINS);
}
END_TEST

TEST_MAIN("grow", bins_ebb_seldom, appending_moves_seldom, what_grew_once_may_grow_more, rule,
          over_and_empty_doubles_up_to_the_bound, one_way_does_not_grow, tiny_bins_double_up_to_the_bound,
          a_bin_that_gets_more_slots_loses_nothing, all_bins_together_are_bounded, grown_bins_hold_what_they_say)
