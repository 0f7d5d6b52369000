/* SPDX-License-Identifier: MIT */
/* foreign.c - see foreign.h. */
#include "core/heap/heap.h"
#include "core/heap/stats.h"
#include "core/heap/thread.h"

bool foreign_keep(struct foreign_heap *o, struct front_heap *f, const struct slab *s, void *p)
{
    if (!front_bin_push(f, &f->bin[s->class], p)) {
        grow_drained(&f->grow, s->class);
        return false;
    }
    count_add(&o->kept, 1);
    return true;
}

bool foreign_return(struct heap *h, struct slab *s, void *p)
{
    struct heap *to = slab_heap(s);
    if (likely(to == h))
        return false;
    hak_assert(h->orphan || (load_relaxed(&h->state) != HEAP_PARKED && load_relaxed(&h->state) != HEAP_BUSY));
    count_add(&h->front.foreign.returned, 1);
    remote_give_inside(h, to, s, p);
    return true;
}

bool foreign_taken(struct heap *h, const struct slab *s)
{
    if (likely(slab_heap(s) == h))
        return false;
    count_add(&h->front.foreign.returned, 1);
    return true;
}

struct foreign_walk {
    const struct slab *slab;
    uint64_t count;
};

/* Of a heap whose thread may be at work: what a slot holds is not looked at. */
static void foreign_add(void *context, struct heap *h)
{
    struct foreign_walk *walk = context;
    uintptr_t start = (uintptr_t)superslab_slot(walk->slab), bytes = walk->slab->slots * SLAB_SIZE;
    const struct front_bin *bin = &h->front.bin[walk->slab->class];
    void **from, **top = front_seen(&bin->top, &bin->base, &from);
    for (void **slot = from + 1; slot <= top; slot++)
        walk->count += (uintptr_t)load_relaxed(slot) - start < bytes;
    walk->count += front_over_cached(h, walk->slab);
}

uint64_t foreign_cached(const struct heap *h, const struct slab *s)
{
    struct foreign_walk walk = {s, 0};
    (void)h;
    thread_each_heap(foreign_add, &walk);
    return walk.count;
}

static void foreign_stats(stats_each *each, void *context)
{
    each(context, "keep.kept", STATS_HEAPS(front.foreign.kept), "blocks of other heaps that came into a front");
    each(context, "keep.returned", STATS_HEAPS(front.foreign.returned), "blocks of other heaps that a front gave back");
}
STATS_PART(foreign_stats);
PEEK(foreign, NULL, PEEK_HEAPS("keep.kept", front.foreign.kept), PEEK_HEAPS("keep.returned", front.foreign.returned));
