/* SPDX-License-Identifier: MIT */
/* ebb.c - see ebb.h. */
#include "phases/11-front/ebb.h"
#include <string.h>

enum { EBB_FEW = 2, EBB_PART = 16 }; /* of a slab so many blocks, or one in so many, are hardly any */
enum { EBB_MANY = 64, EBB_WORK = 1 << 15 }; /* many blocks of a bin; so many are counted, about, when an ebb begins */

static bool ebb_holds(const struct slab *s, const void *p)
{
    return (uintptr_t)p - (uintptr_t)superslab_slot(s) < s->slots * SLAB_SIZE;
}

/* Where the program has hardly a block of s, a slab of h, the pages on which it has none go: for as long as that takes the
 * blocks in the bin are free. turn: only if the last free has left it none, or hardly any for the first time; and where there
 * are many blocks to count they are not counted before so many have been freed as then stood in the way. */
static void ebb_purge(struct heap *h, struct slab *s, bool turn)
{
    struct front_bin *bin = &h->front.bin[s->class];
    uint16_t *wait = &h->front.ebb_wait[s->class];
    size_t part = s->carved / EBB_PART, few = part > EBB_FEW ? part : EBB_FEW, live = slab_used(s);
    size_t held = (size_t)(bin->top - bin->base);
    if (live > held + few)
        return;
    if (turn && *wait > 0 && held > EBB_MANY) {
        (*wait)--;
        return;
    }
    for (void **slot = bin->top; slot > bin->base; slot--)
        live -= ebb_holds(s, *slot);
    *wait = (uint16_t)(live > few ? live - few - 1 : live > 0 ? live - 1 : 0);
    if (live > few || (turn && live != few && live > 0))
        return;
    for (void **slot = bin->top; slot > bin->base; slot--) {
        if (ebb_holds(s, *slot))
            freelist_add(s, *slot, 1);
    }
    freelist_purge(s);
    for (void **slot = bin->base + 1; slot <= bin->top; slot++) { /* the last that was added first */
        if (ebb_holds(s, *slot))
            freelist_undo(s, *slot);
    }
}

/* The bin takes no more. A handler that frees meanwhile finds no room at all. */
static void ebb_lower(struct heap *h, unsigned class)
{
    struct front_bin *bin = &h->front.bin[class];
    bool tiny = class < CLASS_TINY;
    if (section_is_shut(bin))
        return;
    front_give_over(h, class);
    bin->over_limit = bin->over_base;
    bin->room = bin->limit = bin->base;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    void **top = bin->top;
    bin->room = top;
    bin->limit = tiny ? top : bin->base;
}

/* Slabs of the bin's blocks, where these lie together in the bin, and the current slab. */
static void ebb_class(struct heap *h, unsigned class)
{
    struct front_bin *bin = &h->front.bin[class];
    struct slab *s = h->current[class];
    size_t held = (size_t)(bin->top - bin->base), looks = 0;
    if (s != &slab_none)
        ebb_purge(h, s, false);
    for (void **slot = bin->top; slot > bin->base && looks * held < EBB_WORK; slot--) {
        if (s != &slab_none && ebb_holds(s, *slot))
            continue;
        s = slab_of(*slot);
        if (slab_heap(s) == h) /* not one that the foreign seam keeps */
            ebb_purge(h, s, false);
        looks++;
    }
}

noinline void ebb_begin(struct heap *h)
{
    memset(h->front.ebb_wait, 0, sizeof h->front.ebb_wait);
    front_each_open(h, ebb_lower);
    pool_park(h);
    front_each_open(h, ebb_class);
}

static void ebb_raise(struct heap *h, unsigned class)
{
    front_allow(&h->front, class);
}

noinline void ebb_end(struct heap *h)
{
    front_each_open(h, ebb_raise);
}

/* Whoever has claimed s since then has another heap, or it is h's once more. */
void ebb_look(struct heap *h, struct slab *s, unsigned class)
{
    if (slab_heap(s) == h && s->class == class)
        ebb_purge(h, s, true);
    else
        pool_park(h);
}
