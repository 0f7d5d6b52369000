/* plain/front.c - see plain/front.h. */
#include "core/heap/heap.h"

void *front_refill(struct heap *h, unsigned class)
{
    return heap_take(h, class);
}

void front_drain(struct heap *h, struct slab *s, void *p)
{
    heap_give(h, s, p);
}

void front_drain_inside(struct heap *h, struct slab *s, void *p)
{
    heap_give_inside(h, s, p);
}

void front_flush(struct heap *h)
{
    (void)h;
}

void front_open(struct heap *h)
{
    (void)h;
}

uint64_t front_over_cached(const struct heap *h, const struct slab *s)
{
    (void)h, (void)s;
    return 0;
}

uint64_t front_cached(const struct heap *h, const struct slab *s)
{
    (void)h, (void)s;
    return 0;
}

uint64_t front_cached_total(const struct heap *h, uint64_t *bytes)
{
    (void)h;
    *bytes = 0;
    return 0;
}

void front_stats(stats_each *each, void *context)
{
    (void)each, (void)context;
}

void front_start(void)
{
}

void front_stop(void)
{
}
