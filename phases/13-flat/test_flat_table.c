/* SPDX-License-Identifier: MIT */
/* test_flat_table.c - the equation of route.h, walked: the slots of a heap's slabs lead to the bins of their classes, and
 * nothing else leads anywhere, whatever slabs come, go, change their class, wait empty, or stay behind in a parked heap.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 300
#include "test_flat.h"

enum { MANY = 3000 };
static void *block[MANY];

static void valid_now(void)
{
    must(table_valid(heap_self) > 0);
}

START_TEST(walk_of_all_sizes)
{
    table_heap();
    churn(11, test_scaled(40000), MID_MAX, valid_now);
    churn(12, test_scaled(40000), TINY_MAX, valid_now);
    churn(13, test_scaled(20000), 64 * KIB, valid_now);
    must(hak_check());
}
END_TEST

START_TEST(sizes_lead_to_bins)
{
    struct heap *h = table_heap();
    for (size_t size = 0; size <= TINY_MAX; size++)
        must(section_bin(&h->front.route.closed, h->front.route.size_bin[size]) == &h->front.bin[class_of_tiny(size)]);
}
END_TEST

/* Slabs that empty leave the table; those that come take their places, as another class. */
/* All sizes that share an entry of the second table share a bin, and no size of a bin is left out. */
START_TEST(wide_sizes_lead_to_bins)
{
    struct heap *h = thread_heap();
    for (size_t size = TINY_MAX + 1; size <= ROUTE_WIDE_MAX; size++) {
        uint16_t distance = route_wide_bin[(size + ROUTE_WIDE_STEP - 1) / ROUTE_WIDE_STEP];
        must(distance >= ROUTE_WIDE && section_bin(&h->front.route.closed, distance) == &h->front.bin[class_of(size)]);
    }
    must(!front_serves(class_of(ROUTE_WIDE_MAX + 1)) && heap_none.front.route.wide == 0);
    must(section_bin(&h->front.route.closed, ROUTE_WIDE) == &h->front.bin[CLASS_TINY]);
}
END_TEST

/* Of a slab with one live block its start alone is live, not what begins a slot and has never been handed out. */
START_TEST(live_map_has_starts_only)
{
    for (size_t size = TINY_MAX + 1; size <= ROUTE_WIDE_MAX; size += 127) {
        char *p = hak_malloc(size);
        struct slab *s = slab_of(p);
        for (char *at = s->start, *end = at + s->slots * SLAB_SIZE; at < end; at += 16)
            must(superslab_marked(superslab_of(s), at) == (at == p));
        hak_free(p);
        must(!superslab_marked(superslab_of(s), p));
    }
}
END_TEST

START_TEST(slots_change_classes)
{
    struct heap *h = table_heap();
    hak_malloc_trim(0);
    uint64_t before = table_valid(h);
    for (size_t size = 16; size <= 16 * KIB; size += size / 2) {
        for (int i = 0; i < MANY; i++)
            must((block[i] = hak_malloc(size)) && memset(block[i], 1, 16));
        must(table_valid(h) >= before + MANY * size / SUPERSLAB_SIZE);
        for (int i = 0; i < MANY; i++)
            hak_free(block[i]);
        table_valid(h);
        hak_malloc_trim(0);
        must(table_valid(h) == 0);
    }
}
END_TEST

/* Each slot of a run of several has an entry, so that a block is found wherever in the run it starts. */
START_TEST(runs)
{
    struct heap *h = table_heap();
    bool later = false;
    for (unsigned c = CLASS_TINY; c < CLASS_ALL; c++) {
        for (int i = 0; i < 5; i++) {
            must((block[i] = hak_malloc(class_size(c))));
            must(led_home(h, block[i], c));
            later |= slab_in(ssmap_find(block[i]), block[i])->back != 0;
        }
        table_valid(h);
        for (int i = 0; i < 5; i++)
            hak_free(block[i]);
        table_valid(h);
    }
    must(later && hak_check());
}
END_TEST

START_TEST(short_way_takes_own_blocks)
{
    struct heap *h = table_heap();
    for (unsigned c = 0; c < CLASS_ALL; c++) {
        void *p = hak_malloc(class_size(c));
        must(p);
        bool room = h->front.bin[c].top < h->front.bin[c].limit;
        must(takes(h, p) == room && room == (c < CLASS_TINY));
        hak_free(p);
    }
    must(hak_check());
}
END_TEST

static void *leave_half(void *context)
{
    table_heap();
    for (int i = 0; i < MANY; i++)
        must((block[i] = hak_malloc(16 + (size_t)i % 3000)));
    table_valid(heap_self);
    for (int i = 0; i < MANY; i += 2)
        hak_free(block[i]);
    table_valid(heap_self);
    *(struct heap **)context = heap_self;
    return NULL;
}

static void *take_over(void *context)
{
    hak_free(hak_malloc(1));
    must(heap_self == *(struct heap **)context);
    table_valid(heap_self);
    for (int i = 1; i < MANY; i += 2) { /* whoever allocated it: the heap is the same */
        must(led_home(heap_self, block[i], slab_of(block[i])->class));
        hak_free(block[i]);
    }
    churn(5, test_scaled(5000), MID_MAX, valid_now);
    return NULL;
}

/* A parked heap keeps its table; others that free into it clear its entries. */
START_TEST(parked_and_adopted)
{
    struct heap *h = NULL, *same = NULL;
    table_heap();
    run_thread(leave_half, &h);
    must(table_valid(h) > 0);
    run_thread(take_over, &h);
    front_rouse(); /* it may rest */
    must(table_valid(h) == 0);
    run_thread(leave_half, &same);
    front_rouse();
    must(same == h);
    uint64_t left = table_valid(h);
    for (int i = 1; i < MANY; i += 2) {
        must(led_to(heap_self, block[i]) == &heap_self->front.route.closed);
        hak_free(block[i]);
        if (i % 500 == 1)
            must(table_valid(h) <= left);
    }
    must(left > 0 && table_valid(h) == 0 && table_valid(heap_self) > 0);
}
END_TEST

/* A thread that does little has no table; one that goes on freeing gets one, and then its slabs are all in it. */
START_TEST(a_table_comes_with_use)
{
    struct heap *h = thread_heap();
    must(h && !mapped(h) && flat_counted().tables == 0);
    for (int i = 0; i < 100; i++)
        must((block[i] = hak_malloc(16 + (size_t)i * 8)));
    for (int i = 0; i < 100; i++)
        hak_free(block[i]);
    must(!mapped(h));
    table_heap();
    must(mapped(h) && flat_counted().tables == 1 && table_valid(h) > 5);
}
END_TEST

/* A slab beyond what the table covers: a larger one takes its place, with what the old one held. */
START_TEST(a_table_grows)
{
    struct heap *h = table_heap();
    uintptr_t bound = covered(h);
    if (HAK_WINDOW_BITS == HAK_ADDRESS_BITS || bound >> HAK_WINDOW_BITS || test_shadowed())
        return;
    char *low = hak_malloc(100);
    uint64_t slots = table_valid(h);
    for (uintptr_t at = SUPERSLAB_SIZE * 64; at < bound; at += SUPERSLAB_SIZE)
        mmap((void *)at, SUPERSLAB_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    for (int round = 0; round < 300 && covered(h) == bound; round++) { /* each try goes on at the next address */
        for (int i = 0; i < MANY; i++)
            must((block[i] = hak_malloc(4096)));
        if (covered(h) == bound) {
            for (int i = 0; i < MANY; i++)
                hak_free(block[i]);
            hak_malloc_trim(0);
        }
    }
    must((uintptr_t)low < bound && led_home(h, low, class_of(100)));
    must(covered(h) == bound || table_valid(h) > slots || h->front.route.refused > 0);
}
END_TEST

START_TEST(counters)
{
    table_heap();
    struct flat_counts counts = flat_counted();
    must(counts.tables == 1 && counts.tables_refused == 0 && counts.slots_refused == 0);
    must(counts.slots_entered == table_valid(heap_self));
    void *p = hak_malloc(300 * KIB);
    must(flat_counted().slots_entered == counts.slots_entered + slab_of(p)->slots);
    hak_free(p);
    must(hak_check());
}
END_TEST

TEST_MAIN("flat: table", walk_of_all_sizes, sizes_lead_to_bins, wide_sizes_lead_to_bins, live_map_has_starts_only,
          slots_change_classes, runs, short_way_takes_own_blocks, parked_and_adopted, a_table_comes_with_use, a_table_grows,
          counters)
