/* test_front_bins.c - the equations of front.h, walked: what a bin holds at most, what a miss fetches and in which order, what
 * a full bin gives back, and what the counters say about it; for the default sizes and for odd ones. */
#define TEST_SECONDS 300
#include "core/env.h"
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
        size_t slots = bin_slots(&h->front.bin[c]), fit = width_blocks(c);
        must(slots == (fit < 256 ? fit : 256) && slots * class_size(c) <= (c < CLASS_TINY ? 16 * KIB : WIDTH_MAX));
    }
    bins_valid(h);
}
END_TEST

/* A fresh slab: the batch comes lowest address first, without a gap. */
START_TEST(miss_fetches_a_batch)
{
    struct heap *h = counting_heap();
    for (unsigned c = 1; c < CLASS_TINY; c++) {
        size_t size = class_size(c), batch = batch_wanted(c);
        struct front_bin *bin = &h->front.bin[c];
        must(batch == (31 < bin_slots(bin) / 2 ? 31 : bin_slots(bin) / 2) && batch >= 8);
        take(1, size);
        must(bin->misses == 1 && bin->hits == 0 && bin->refills == 1 && bin_held(bin) == batch);
        bin_valid(h, c);
        struct slab *s = slab_of(block[0]);
        must(s == h->current[c] && slab_used(s) == batch + 1 && s->carved == batch + 1);
        for (size_t i = 1; i <= batch; i++) {
            must((block[i] = hak_malloc(size)) == (char *)block[0] + i * size);
            must(bin->hits == i && bin->misses == 1 && bin_held(bin) == batch - i);
        }
        block[batch + 1] = hak_malloc(size);
        must(bin->misses == 2 && bin->refills == 2 && bin_held(bin) == batch && slab_used(s) == 2 * (batch + 1));
        give(batch + 2);
        must(bin_held(bin) <= bin_slots(bin));
    }
    must(hak_check());
}
END_TEST

/* Newest on top, and the one more than fits sends the oldest half home. */
START_TEST(full_bin_drains_its_oldest_half)
{
    struct heap *h = counting_heap();
    for (unsigned c = 1; c < CLASS_TINY; c++) {
        struct front_bin *bin = &h->front.bin[c];
        size_t slots = bin_slots(bin), half = slots / 2;
        take(slots + 1, class_size(c));
        must(heap_enter(h));
        front_flush(h); /* what the last batch left over */
        heap_leave(h);
        uint64_t drains = bin->drains, drained = bin->drained;
        give(slots);
        must(bin->drains == drains && bin_held(bin) == slots);
        for (size_t i = 0; i < slots; i++)
            must(bin->base[1 + i] == block[i]);
        hak_free(block[slots]);
        must(bin->drains == drains + 1 && bin->drained == drained + half && bin_held(bin) == slots - half + 1);
        for (size_t i = half; i <= slots; i++)
            must(bin->base[1 + i - half] == block[i]);
        bin_valid(h, c);
        for (size_t i = slots + 1; i-- > half;)
            must(hak_malloc(class_size(c)) == block[i]);
    }
    must(hak_check());
}
END_TEST

/* Without a miss between them the drains raise base until the slots end; then a full bin passes on what comes, one by one. */
START_TEST(drains_until_the_slots_end)
{
    struct heap *h = counting_heap();
    for (unsigned c = 1; c < CLASS_TINY; c++) {
        struct front_bin *bin = &h->front.bin[c];
        size_t slots = bin_slots(bin), count = 4 * slots;
        take(count, class_size(c));
        must(heap_enter(h));
        front_flush(h);
        heap_leave(h);
        must(bin->base == h->front.start[c] && bin_room(h, bin) == slots);
        uint64_t drains = bin->drains, drained = bin->drained;
        size_t i = 0;
        for (; bin_room(h, bin) > 0 || bin_held(bin) < slots; i++) {
            must(i < count && bin_held(bin) <= slots && bin_slots(bin) == slots);
            hak_free(block[i]);
            bin_valid(h, c);
        }
        must(bin->drains == drains + 2 + slots % 2 && bin->drained == drained + slots && i == 2 * slots);
        struct slab *s = slab_of(block[i]);
        uint32_t used = slab_used(s);
        void **top = bin->top;
        hak_free(block[i]);
        must(bin->top == top && *top == block[i - 1] && slab_used(s) == used - 1 && bin->drained == drained + slots + 1);
        must(hak_malloc(class_size(c)) == block[i - 1]);
        hak_free(block[i - 1]);
        for (i++; i < count; i++)
            hak_free(block[i]);
        must(bin->drains == drains + 2 + slots % 2 && bin_held(bin) == slots && bin->top == top);
        for (i = 0; i <= slots; i++) /* the miss at the end starts again below */
            block[i] = hak_malloc(class_size(c));
        must(bin->base == h->front.start[c] && bin_room(h, bin) == slots && bin_held(bin) == batch_wanted(c));
        give(slots + 1);
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
    uint64_t hits = bin->hits, misses = bin->misses, drained = bin->drained;
    for (size_t i = 0; i < steps; i++) {
        uint32_t r = test_random(&seed);
        size_t phase = i / 512 % 2, held = bin_held(bin);
        if (live < MOST && (live == 0 || r % 4 <= 2 * phase)) {
            uint64_t before = bin->misses;
            block[live] = hak_malloc(size);
            must(block[live++]);
            pops++;
            if (bin->misses > before) {
                must(held == 0 && bin_held(bin) <= batch_wanted(class));
                refilled += bin_held(bin);
            } else {
                must(held > 0 && bin_held(bin) == held - 1);
            }
        } else {
            size_t at = r % live;
            hak_free(block[at]);
            block[at] = block[--live];
            pushes++;
        }
        must(pops == bin->hits - hits + bin->misses - misses);
        must(bin_held(bin) == refilled + pushes - (bin->hits - hits) - (bin->drained - drained));
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
    struct hak_stats stats = test_stats();
    must(stats.heaps <= 2 && stats.cached_blocks == 0 && stats.live_blocks == 0);
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

TEST_MAIN("front: bins", slots_are_bounded_by_count_and_bytes, miss_fetches_a_batch, full_bin_drains_its_oldest_half,
          drains_until_the_slots_end, walk_of_default_sizes, walk_of_odd_sizes, walk_of_the_refill_by_list, no_slots)
