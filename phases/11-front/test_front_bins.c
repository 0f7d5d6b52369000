/* SPDX-License-Identifier: MIT */
/* test_front_bins.c - the equations of front.h, walked: what a bin holds at most, what a miss fetches and in which order, what
 * a full bin gives back, and what the counters say about it; for the default sizes and for odd ones. */
#define TEST_SECONDS 300
#include "core/heap/env.h"
#include "test_front.h"

enum { MOST = 5000 };

static void *block[MOST];

/* The calling thread's heap, where malloc, whatever short way it may have, counts every hit. */
static struct heap *counting_heap(void)
{
    env_stats = ENV_STATS_TEXT;
    route_start();
    env_stats = ENV_STATS_OFF;
    return own_heap();
}

static void take(size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        block[i] = hak_malloc(size);
        must(block[i]);
    }
}

static void give(size_t count)
{
    for (size_t i = 0; i < count; i++)
        hak_free(block[i]);
}

START_TEST(slots_are_bounded_by_count_and_bytes)
{
    struct heap *h = counting_heap();
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        size_t slots = bin_slots(&h->front.bin[c]), fit = grow_bounds(c).least;
        must(slots == (fit < 256 ? fit : 256) && fit <= width_blocks(c));
        must(slots * class_size(c) <= (c < CLASS_TINY ? 16 * KIB : WIDTH_MAX));
    }
    bins_valid(h);
}
END_TEST

/* A fresh slab: a few blocks at first, then batches; lowest address first, without a gap. */
START_TEST(miss_fetches_a_batch)
{
    struct heap *h = counting_heap();
    for (unsigned c = 1; c < CLASS_TINY; c++) {
        size_t size = class_size(c), batch = batch_wanted(c), all = FRONT_FIRST + batch + 1;
        struct front_bin *bin = &h->front.bin[c];
        struct front_count *count = &h->front.count[c];
        must(batch == (31 < bin_slots(bin) / 2 ? 31 : bin_slots(bin) / 2) && batch >= 8);
        take(1, size);
        must(count->misses == 1 && bin->hits == 0 && count->refills == 1 && bin_held(bin) == FRONT_FIRST - 1);
        bin_valid(h, c);
        struct slab *s = slab_of(block[0]);
        must(s == h->current[c] && slab_used(s) == FRONT_FIRST && s->carved == FRONT_FIRST);
        for (size_t i = 1; i < all; i++) {
            must((block[i] = hak_malloc(size)) == (char *)block[0] + i * size);
            must(count->misses == 1 + (i >= FRONT_FIRST) && bin->hits == i + 1 - count->misses);
            must(bin_held(bin) == (i < FRONT_FIRST ? FRONT_FIRST : all) - i - 1);
        }
        block[all] = hak_malloc(size);
        must(count->misses == 3 && count->refills == 3 && bin_held(bin) == batch && slab_used(s) == all + batch + 1);
        give(all + 1);
        must(bin_held(bin) <= bin_slots(bin));
    }
    must(hak_check());
}
END_TEST

/* Newest on top. What does not fit waits, and goes home together; the bin stays as it is. */
START_TEST(full_bin_stays_and_the_rest_goes_home_together)
{
    struct heap *h = counting_heap();
    for (unsigned c = 1; c < CLASS_TINY; c++) {
        struct front_bin *bin = &h->front.bin[c];
        struct front_count *count = &h->front.count[c];
        size_t slots = bin_slots(bin), over = over_wanted(c);
        must(over > 0 && over <= FRONT_OVER_MOST);
        take(slots + over + 1, class_size(c));
        enter(h);
        front_flush(h); /* what the last batch left over */
        heap_leave(h);
        uint64_t drains = count->drains, drained = count->drained;
        give(slots + over);
        must(count->drains == drains && bin_held(bin) == slots && bin_over(bin) == over);
        bin_valid(h, c);
        hak_free(block[slots + over]);
        must(count->drains > drains && count->drained == drained + over && bin_held(bin) == slots && bin_over(bin) == 1);
        bin_valid(h, c);
        for (size_t i = slots; i-- > 0;)
            must(hak_malloc(class_size(c)) == block[i]);
    }
    must(hak_check());
}
END_TEST

/* However many are freed in a row, with no malloc between: always in batches. */
START_TEST(frees_in_a_row_go_home_in_batches)
{
    struct heap *h = counting_heap();
    for (unsigned c = 1; c < CLASS_TINY; c++) {
        struct front_bin *bin = &h->front.bin[c];
        struct front_count *count = &h->front.count[c];
        size_t slots = bin_slots(bin), over = over_wanted(c), blocks = slots + 12 * over + 1;
        take(blocks, class_size(c));
        enter(h);
        front_flush(h);
        heap_leave(h);
        uint64_t drains = count->drains, drained = count->drained;
        for (size_t i = 0; i < blocks; i++) {
            hak_free(block[i]);
            must(bin_held(bin) <= slots && bin_over(bin) <= over);
        }
        bin_valid(h, c);
        must(count->drained == drained + 12 * over && bin_held(bin) == slots && bin_over(bin) == 1);
        /* they lie in a row, so a batch is a piece, or two where a slab ends */
        must(count->drains <= drains + 12 + blocks * class_size(c) / SLAB_SIZE + 2);
    }
    must(hak_check());
}
END_TEST

/* Random mallocs and frees of one class against a model in counters. */
static void walk(size_t size, size_t steps, uint32_t seed)
{
    struct heap *h = counting_heap();
    struct front_bin *bin = bin_of(h, size);
    unsigned class = class_of(size);
    size_t live = 0, pops = 0, pushes = 0, refilled = 0;
    struct front_count *count = count_of(h, size);
    uint64_t hits = bin->hits, misses = count->misses, drained = count->drained;
    for (size_t i = 0; i < steps; i++) {
        uint32_t r = test_random(&seed);
        size_t phase = i / 512 % 2, held = bin_held(bin), over = bin_over(bin);
        if (live < MOST && (live == 0 || r % 4 <= 2 * phase)) {
            uint64_t before = count->misses;
            block[live] = hak_malloc(size);
            must(block[live++]);
            pops++;
            if (count->misses > before) {
                must(held == 0 && bin_held(bin) + bin_over(bin) <= (over > 0 ? over - 1 : batch_wanted(class)));
                refilled += bin_held(bin) + bin_over(bin) - over; /* where blocks waited, one of them was the answer */
            } else {
                must(held > 0 && bin_held(bin) == held - 1);
            }
        } else {
            size_t at = r % live;
            hak_free(block[at]);
            block[at] = block[--live];
            pushes++;
        }
        must(pops == bin->hits - hits + count->misses - misses);
        must(bin_held(bin) + bin_over(bin) == refilled + pushes - (bin->hits - hits) - (count->drained - drained));
        if (i % 64 == 0)
            bin_valid(h, class);
    }
    give(live);
    must(hak_check());
}

START_TEST(walk_of_default_sizes)
{
    walk(16, test_scaled(200000), 1);
    walk(64, test_scaled(200000), 2);
    walk(500, test_scaled(200000), 3);
    walk(1024, test_scaled(200000), 4);
}
END_TEST

static void *walk_in_thread(void *unused)
{
    walk(16, test_scaled(40000), 5);
    walk(96, test_scaled(40000), 6);
    walk(1024, test_scaled(40000), 7);
    bins_valid(heap_self);
    return unused;
}

/* Each thread adopts the heap of the last, whose slots were laid out for other sizes. */
START_TEST(walk_of_odd_sizes)
{
    static const uint64_t caps[] = {0, 1, 2, 3, 7, 255, 256, 4096}, batches[] = {1, 2, 3, 32, 4096};
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        for (size_t k = 0; k < sizeof batches / sizeof *batches; k++) {
            front_cap = caps[i];
            front_batch = batches[k];
            run_thread(walk_in_thread, NULL);
        }
    }
    hak_malloc_trim(0);
    struct hak_stats stats = test_stats();
    must(stats.heaps <= 2 && stats.cached_blocks == 0 && stats.live_blocks == 0);
}
END_TEST

/* A thread may be at work before the environment is read: its bins hold what they were laid out for. */
static void *opened_before(void *unused)
{
    struct heap *h = counting_heap();
    front_cap = 4096;
    for (int round = 0; round < 3; round++) {
        for (size_t size = 16; size <= 64; size *= 2) {
            take(MOST, size);
            for (size_t i = 0; i < MOST; i++)
                test_stamp(block[i], size, i);
            for (size_t i = 0; i < MOST; i++) {
                must(test_stamped(block[i], size, i));
                hak_free(block[i]);
            }
            must(bin_held(bin_of(h, size)) <= 256 && bin_over(bin_of(h, size)) <= FRONT_OVER);
        }
        for (unsigned c = 0; c < HEAP_CLASSES; c++) {
            for (void **slot = h->front.bin[c].base + 1; slot <= h->front.bin[c].top; slot++)
                must(slab_of(*slot)->class == c);
        }
    }
    return unused;
}

START_TEST(cap_is_the_one_that_the_heap_was_opened_with)
{
    front_cap = 256;
    run_thread(opened_before, NULL);
    run_thread(walk_in_thread, NULL); /* adopts the heap, whose cap is the new one then */
    must(hak_check() && test_stats().live_blocks == 0);
}
END_TEST

/* Two hops: the slab's list first. Other order, same equations. */
START_TEST(walk_of_the_refill_by_list)
{
    front_direct = 0;
    run_thread(walk_in_thread, NULL);
    front_batch = 3;
    run_thread(walk_in_thread, NULL);
}
END_TEST

/* Without a slot nothing is held, and every free reaches its slab at once. */
static void *uncached(void *unused)
{
    struct heap *h = counting_heap();
    for (int round = 0; round < 3; round++) {
        take(300, 48);
        must(held_total(h) == 0);
        struct slab *s = slab_of(block[0]);
        uint32_t used = slab_used(s);
        hak_free(block[0]);
        must(slab_used(s) == used - 1 && held_total(h) == 0);
        block[0] = hak_malloc(48);
        give(300);
        must(test_stats().live_blocks == 0);
    }
    return unused;
}

START_TEST(no_slots)
{
    front_cap = 0;
    run_thread(uncached, NULL);
}
END_TEST

TEST_MAIN("front: bins", slots_are_bounded_by_count_and_bytes, miss_fetches_a_batch,
          full_bin_stays_and_the_rest_goes_home_together, frees_in_a_row_go_home_in_batches, walk_of_default_sizes,
          walk_of_odd_sizes, walk_of_the_refill_by_list,
          cap_is_the_one_that_the_heap_was_opened_with, no_slots)
