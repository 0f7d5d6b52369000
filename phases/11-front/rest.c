/* SPDX-License-Identifier: MIT */
/* rest.c - the front of a thread that has ended is left as it is, for the next thread.
 *
 * An end that empties the bins gives each block to the map of its slab, and empty slabs to the pool. The next thread claims
 * and formats slabs, and takes the blocks out of the maps again. For a thread that allocates a hundred blocks this is three
 * quarters of what allocating costs. The heap that rests is left like that of a thread that sleeps, but without other heaps'
 * blocks.
 *
 * What rests is of use to no other thread until one starts. So all heaps that rest have HAKMEM_FC_REST slots at most, and
 * one of them has half of that at most. Any other heap gives back all that it can when its thread ends. So do all that rest
 * before a SuperSlab is mapped, where that is the only way to a slot.
 *
 * Must hold: owned = the sum of slots of the heap's slabs;  rest_charged <= HAKMEM_FC_REST
 *   rest_charged = the sum of rested over all heaps; heaps that fork has lost stay charged
 *   rested > 0 <=> the front rests  =>  every block in it belongs to a slab of its heap
 */
#include "core/heap/env.h"
#include "core/heap/heap.h"
#include "core/heap/stats.h"
#include "core/heap/thread.h"

#define REST_KNOBS(X) \
    X(rest_most, "FC_REST", 128, 0, 65536, "slots", "heaps of ended threads keep cached blocks in at most so many slots")
KNOBS(REST_KNOBS);

static uint64_t rest_charged; /* atomic, relaxed */

static bool rest_charge(uint64_t slots)
{
    uint64_t all = load_relaxed(&rest_charged);
    do {
        if (all + slots > rest_most)
            return false;
    } while (!__atomic_compare_exchange_n(&rest_charged, &all, all + slots, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return true;
}

/* Slots base < slot <= top without what other heaps own: that goes home. The new top. */
static void **rest_own(struct heap *h, void **base, void **top)
{
    void **to = base;
    for (void **slot = base + 1; slot <= top; slot++) {
        if (*slot && !foreign_return(h, slab_of(*slot), *slot))
            *++to = *slot;
    }
    return to;
}

static void rest_bin(struct heap *h, unsigned class)
{
    struct front_bin *bin = &h->front.bin[class];
    if (!foreign_holds(class))
        return;
    store_relaxed(&bin->top, rest_own(h, bin->base, bin->top));
    store_relaxed(&bin->over_top, rest_own(h, bin->over_base, bin->over_top));
}

/* A handler that frees meanwhile has no heap: it queues. */
bool front_rests(struct heap *h)
{
    struct front_heap *f = &h->front;
    if (!f->opened || f->owned == 0 || f->owned > rest_most / 2 || section_takes() || !rest_charge(f->owned))
        return false;
    f->rested = f->owned;
    count_add(&f->rests, 1);
    pool_flush(h);
    foreign_emptied(&f->foreign);
    uint64_t tiny = ((uint64_t)1 << CLASS_TINY) - 1; /* of the first word */
    for (unsigned i = 0; i < sizeof f->open / sizeof *f->open; i++, tiny = 0) {
        for (uint64_t left = f->open[i] & ~tiny; left; left &= left - 1)
            rest_bin(h, i * 64 + (unsigned)__builtin_ctzll(left));
    }
    return true;
}

void front_wakes(struct front_heap *f)
{
    if (f->rested > 0)
        __atomic_fetch_sub(&rest_charged, f->rested, __ATOMIC_RELAXED);
    f->rested = 0;
}

static void rest_rouse(void *context, struct heap *h)
{
    if (load_relaxed(&h->rests) && thread_trim_parked(h))
        *(bool *)context = true;
}

bool front_rouse(void)
{
    bool roused = false;
    if (load_relaxed(&rest_charged) > 0)
        thread_each_heap(rest_rouse, &roused);
    return roused;
}

static void rest_stats(stats_each *each, void *context)
{
    each(context, "front.rests", STATS_HEAPS(front.rests), "ends of threads that left their bins as they were, for the next");
    each(context, "front.rest_slots", load_relaxed(&rest_charged), "slots of 64 KiB in heaps that rest now");
}
STATS_PART(rest_stats);
PEEK(rest, NULL, PEEK_HEAPS("front.rests", front.rests));
PEEK(rest_charged, &rest_charged, PEEK_OBJECT("front.rest_slots"));
