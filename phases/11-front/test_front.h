/* SPDX-License-Identifier: MIT */
/* test_front.h - what the tests of phase 11 share. */
#ifndef HAK_TEST_FRONT_H
#define HAK_TEST_FRONT_H

#include "core/heap/heap.h"
#include "core/heap/superslab.h"
#include "core/test/test.h"
#include "core/test/test_alone.h"
#include "core/test/test_api.h"
#include "core/test/test_plain.h"
#include "core/test/test_enter.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* The calling thread's heap, with every bin empty again, and with all its slots. */
static inline struct heap *own_heap(void)
{
    hak_free(hak_malloc(1));
    must(heap_self != &heap_none);
    enter(heap_self);
    for (unsigned c = 0; c < CLASS_TINY; c++)
        front_widen(heap_self, c);
    front_flush(heap_self);
    heap_leave(heap_self);
    return heap_self;
}

static inline struct front_bin *bin_of(struct heap *h, size_t size)
{
    return &h->front.bin[class_of(size)];
}

/* Blocks that a malloc may get from it. */
static inline size_t bin_held(const struct front_bin *bin)
{
    must(bin->top >= bin->base);
    return (size_t)(bin->top - bin->base);
}

/* Blocks that did not fit, and wait for going back together. */
static inline size_t bin_over(const struct front_bin *bin)
{
    must(bin->over_top >= bin->over_base);
    return (size_t)(bin->over_top - bin->over_base);
}

static inline struct front_count *count_of(struct heap *h, size_t size)
{
    return &h->front.count[class_of(size)];
}

static inline size_t slots_wanted(unsigned class)
{
    size_t now = heap_self->front.width[class].now;
    size_t least = grow_bounds(class).least;
    must(now >= (least < front_cap ? least : front_cap) && now <= grow_bounds(class).most && now <= front_cap);
    return now;
}

/* How many a bin of this thread's heap may hold once it is open. */
static inline size_t bin_slots(const struct front_bin *bin)
{
    return slots_wanted((unsigned)(bin - heap_self->front.bin));
}

static inline size_t over_wanted(unsigned class)
{
    size_t most = grow_bounds(class).laid, half = (most < front_cap ? most : front_cap) / 2;
    size_t over = class < CLASS_TINY ? 64 : class_size(class) <= 8 * KIB ? 4 : 0, slots = slots_wanted(class);
    size_t part = class < CLASS_TINY ? slots / 8 < 256 ? slots / 8 : 256 : 0; /* of a bin that has grown */
    over = half < over ? half : over;
    return part > over ? part : over;
}

/* Blocks that a miss brings beside the one that it answers: more where the bin has grown. */
static inline size_t batch_wanted(unsigned class)
{
    size_t slots = slots_wanted(class), laid = grow_bounds(class).laid, half = slots / 2;
    laid = laid < front_cap ? laid : front_cap;
    size_t batch = slots > laid ? (front_batch - 1) * slots / laid : front_batch - 1;
    return batch < half ? batch : half;
}

/* ebb.h: what a limit lets in now, and what lies there: while it ebbs both are bounded by `most`, and the block of a push that
 * a handler interrupted lies above the limit. */
static inline void limit_valid(void **base, void **top, void **limit, size_t most, bool ebbs)
{
    must(base <= top && (size_t)(top - base) <= most && base <= limit && (size_t)(limit - base) <= most);
    must(ebbs || (top <= limit && (size_t)(limit - base) == most));
}

/* Every equation of front.h that the bin itself can show. h: the calling thread's heap. */
static inline void bin_valid(struct heap *h, unsigned class)
{
    const struct front_bin *bin = &h->front.bin[class];
    bool open = h->front.open[class / 64] >> class % 64 & 1, ebbs = grow_ebbing(&h->front.grow);
    must(bin->base[0] == NULL && bin->limit == (class < CLASS_TINY ? bin->room : bin->base));
    limit_valid(bin->base, bin->top, bin->room, open ? slots_wanted(class) : 0, ebbs);
    limit_valid(bin->over_base, bin->over_top, bin->over_limit, open ? over_wanted(class) : 0, ebbs);
    for (void **slot = bin->over_base + 1; slot <= bin->over_top; slot++)
        must(!*slot || (slab_of(*slot)->class == class && slab_heap(slab_of(*slot)) == h));
    for (void **slot = bin->base + 1; slot <= bin->top; slot++) {
        struct slab *s = slab_of(*slot);
        must(ssmap_find(*slot) && s->class == class && slab_bad_block(s, *slot) == NULL);
        must(slab_heap(s) == h || test_keeps_others());
    }
}

static inline void bins_valid(struct heap *h)
{
    for (unsigned c = 0; c < HEAP_CLASSES; c++)
        bin_valid(h, c);
}

static inline size_t held_total(struct heap *h)
{
    uint64_t bytes;
    return front_cached_total(h, &bytes);
}

static inline void run_thread(void *(*work)(void *), void *context)
{
    pthread_t thread;
    must(!pthread_create(&thread, NULL, work, context));
    must(!pthread_join(thread, NULL));
}

#endif
