/* SPDX-License-Identifier: MIT */
/* test_flat.h - what the tests of phase 13 share. */
#ifndef HAK_TEST_FLAT_H
#define HAK_TEST_FLAT_H

#include "core/test/test_core.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>

static inline bool mapped(const struct heap *h)
{
    return h->front.route.outside != ~(uintptr_t)0;
}

/* The calling thread's heap, with its table, which it gets by frees. */
static inline struct heap *table_heap(void)
{
    struct heap *h = thread_heap();
    must(h);
    for (int i = 0; i < 2 * ROUTE_MISSES && !mapped(h); i++)
        hak_free(hak_malloc(16 + (size_t)i % 64));
    return h;
}

/* Addresses below this are covered by the table of h. */
static inline uintptr_t covered(const struct heap *h)
{
    return mapped(h) ? (~h->front.route.outside | 15) + 1 : 0;
}

/* The bin that a pointer leads to, for heap h; &h->front.route.closed: none. */
static inline struct front_bin *led_to(struct heap *h, const void *p)
{
    return (uintptr_t)p < covered(h) ? section_bin(&h->front.route.closed, h->front.route.bin[(uintptr_t)p >> SLAB_SHIFT])
                                     : &h->front.route.closed;
}

/* Does p lead to the bin of that class, or to what waits beside it? */
static inline bool led_home(struct heap *h, const void *p, unsigned class)
{
    struct front_bin *bin = &h->front.bin[class], *led = led_to(h, p);
    return led == bin || (led == front_beside(bin) && class < CLASS_TINY);
}

/* Does p lead to where blocks of another heap wait for being sent? */
static inline bool leads(struct heap *h, const void *p)
{
    return led_to(h, p) < h->front.bin && led_to(h, p) != &h->front.route.closed;
}

/* Does free take p the short way? Afterwards it is live again. */
static inline bool takes(struct heap *h, void *p)
{
    struct front_bin *bin = NULL;
    size_t distance;
    if (route_push(&h->front.route, &h->front.section, p, &distance) != ROUTE_TAKEN) {
        bin = route_bin(&h->front.route, distance);
        must(bin == ((uintptr_t)p % 16 ? &h->front.route.closed : led_to(h, p)));
        return false;
    }
    bin = led_to(h, p);
    must(*bin->top == p);
    bin->top--;
    guard_alloc(p);
    return true;
}

struct table_sum {
    struct heap *heap;
    uint64_t slots;
};

static inline void table_slab(void *context, struct slab *s)
{
    struct table_sum *sum = context;
    if (slab_heap(s) != sum->heap)
        return;
    for (unsigned i = 0; i < s->slots; i++) {
        char *p = superslab_slot(s) + i * SLAB_SIZE;
        must(led_home(sum->heap, p, s->class));
        must(led_home(sum->heap, p + SLAB_SIZE - 1, s->class));
    }
    sum->slots += s->slots;
}

/* Entries of one page of h's table, each of which must name a slab of h. */
static inline uint64_t table_page(struct heap *h, const uint16_t *entry, const uint16_t *end)
{
    uint64_t entries = 0;
    for (; entry < end; entry++) {
        void *p = (void *)((uintptr_t)(entry - h->front.route.bin) << SLAB_SHIFT);
        if (!*entry || leads(h, p))
            continue;
        must(ssmap_find(p) && slab_heap(slab_of(p)) == h);
        entries++;
    }
    return entries;
}

/* Every slot of h's slabs leads to the bin of its class, and no other address leads to a bin. Returns the number of slots. Pages
 * of the table that were never touched are not read. */
static inline uint64_t table_valid(struct heap *h)
{
    struct table_sum sum = {.heap = h};
    uint64_t entries = 0;
    must(mapped(h) && h->front.route.refused == 0);
    if (h == heap_self)
        enter(h); /* helpers let its empty slabs go */
    superslab_each_slab(table_slab, &sum);
    const uint16_t *entry = h->front.route.bin, *end = entry + (covered(h) >> SLAB_SHIFT);
    unsigned char there[((uintptr_t)1 << (HAK_WINDOW_BITS - SLAB_SHIFT)) * sizeof(uint16_t) / 4096 + 2];
    uintptr_t first = (uintptr_t)entry & ~(os_page - 1);
    must(mincore((void *)first, (uintptr_t)end - first, there) == 0);
    for (uintptr_t page = first; page < (uintptr_t)end; page += os_page) {
        uintptr_t stop = page + os_page < (uintptr_t)end ? page + os_page : (uintptr_t)end;
        if (there[(page - first) / os_page] & 1)
            entries += table_page(h, page < (uintptr_t)entry ? entry : (const uint16_t *)page, (const uint16_t *)stop);
    }
    must(entries == sum.slots);
    if (h == heap_self)
        heap_leave(h);
    return entries;
}

struct flat_counts {
    uint64_t tables, tables_refused, slots_entered, slots_refused;
};

static inline void flat_count_one(void *context, const char *name, uint64_t value)
{
    static const char *const names[] = {"flat.tables", "flat.tables_refused", "flat.slots_entered", "flat.slots_refused"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0)
            ((uint64_t *)context)[i] = value;
    }
}

static inline struct flat_counts flat_counted(void)
{
    struct flat_counts counts;
    memset(&counts, 0xff, sizeof counts);
    hak_stats_each(flat_count_one, &counts);
    must(counts.tables != UINT64_MAX && counts.slots_refused != UINT64_MAX);
    return counts;
}

/* Random allocations and frees of 16 bytes to most, their beginnings stamped; what is left is freed. between: called now and
 * then. */
static inline void churn(uint32_t seed, size_t steps, size_t most, void (*between)(void))
{
    enum { MANY = 400 };
    static _Thread_local struct {
        void *p;
        size_t size;
    } block[MANY];
    for (size_t step = 0; step < steps; step++) {
        uint32_t r = test_random(&seed), i = r % MANY;
        if (block[i].p) {
            must(test_stamped(block[i].p, block[i].size < 200 ? block[i].size : 200, i));
            hak_free(block[i].p);
            block[i].p = NULL;
        } else {
            size_t limit = (size_t)32 << (r >> 20) % 16;
            block[i].size = 16 + (r >> 8) % (limit < most ? limit : most);
            must((block[i].p = hak_malloc(block[i].size)));
            test_stamp(block[i].p, block[i].size < 200 ? block[i].size : 200, i);
        }
        if (between && step % 997 == 0)
            between();
    }
    for (size_t i = 0; i < MANY; i++) {
        hak_free(block[i].p);
        block[i].p = NULL;
    }
}

#endif
