/* foreign.c - see foreign.h. */
#include "core/heap.h"
#include "core/thread.h"

bool foreign_return(struct heap *h, struct slab *s, void *p)
{
    struct heap *to = slab_heap(s);
    if (likely(to == h))
        return false;
    count_add(&h->foreign.returned, 1);
    remote_give_inside(h, to, s, p);
    return true;
}

struct foreign_walk {
    const struct slab *slab;
    uint64_t count;
};

static void foreign_add(void *context, struct heap *h)
{
    struct foreign_walk *walk = context;
    walk->count += front_cached(h, walk->slab);
}

uint64_t foreign_cached(const struct heap *h, const struct slab *s)
{
    struct foreign_walk walk = {s, 0};
    (void)h;
    thread_each_heap(foreign_add, &walk);
    return walk.count;
}

static void foreign_sum(void *context, struct heap *h)
{
    struct foreign_heap *sum = context;
    sum->kept += load_relaxed(&h->foreign.kept);
    sum->returned += load_relaxed(&h->foreign.returned);
}

void foreign_stats(stats_each *each, void *context)
{
    struct foreign_heap sum = {0};
    thread_each_heap(foreign_sum, &sum);
    each(context, "keep.kept", sum.kept);
    each(context, "keep.returned", sum.returned);
}
