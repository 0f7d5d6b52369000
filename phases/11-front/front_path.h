/* SPDX-License-Identifier: MIT */
/* front_path.h - phase 11: what malloc and free ask of the bins. The route seam may know a shorter way to the bin. */
#ifndef HAK_FRONT_PATH_H
#define HAK_FRONT_PATH_H

/* The newest block of the bin of a class, or NULL. */
hot_inline void *front_bin_pop(struct front_heap *f, unsigned class)
{
    struct front_bin *bin = &f->bin[class];
    keep_pointer(bin);
    return section_pop(&f->section, bin);
}

/* False: no room. */
hot_inline bool front_bin_push(struct front_heap *f, struct front_bin *bin, void *p)
{
    return section_push(&f->section, &bin->top, &bin->room, p);
}

/* A bin of a mid class? */
hot_inline bool front_wide(const struct front_heap *f, const struct front_bin *bin)
{
    return bin >= &f->bin[CLASS_TINY];
}

/* A block whose bin is full goes where blocks wait for being given back together. False: there is no room either. */
hot_inline bool front_spill(struct front_heap *f, struct front_bin *bin, void *p)
{
    return section_push(&f->section, &bin->over_top, &bin->over_limit, p);
}

/* What waits beside a bin, for free's short way: where it is full, the slots of its blocks lead here. */
hot_inline struct front_bin *front_beside(struct front_bin *bin)
{
    return (struct front_bin *)&bin->over_top;
}

/* The bin that has refused a block, or beside which there was no room for it. */
hot_inline struct front_bin *front_behind(struct front_heap *f, struct front_bin *refused)
{
    return &f->bin[(size_t)((char *)refused - (char *)f->bin) / sizeof *refused];
}

/* Did p come last into the bin? */
hot_inline bool front_newest(const struct front_bin *bin, const void *p)
{
    return *bin->top == p;
}

hot_inline void *front_pop(struct heap *h, size_t size)
{
    void *p;
    return route_pop(&h->front.route, &h->front.section, size, &p) ? p : front_bin_pop(&h->front, class_of_tiny(size));
}

hot_inline void *front_pop_wide(struct heap *h, size_t size)
{
    void *p;
    return route_pop_wide(&h->front.route, &h->front.section, size, &p) ? p : NULL;
}

void front_full(struct heap *h, void *p); /* the bin of p, a block of h's, has no room */
/* The same of a tiny block, found by free's short way; or what waits beside the bin has none. False: p has been freed
 * already. */
bool front_crowded(struct heap *h, void *p, struct front_bin *bin);
void front_full_wide(struct heap *h, void *p, size_t distance); /* the same of a mid class; distance as of route_push */

/* Into the bin of a mid class goes what the map of live blocks knows. The tables of the route seam are of the window. */
hot_inline bool front_push_wide(struct heap *h, void *p, size_t distance)
{
    if (unlikely(!superslab_unmark(ssmap_find_near(p), p)))
        return false;
    guard_free(p, "free");
    if (unlikely(!route_push_wide(&h->front.route, &h->front.section, p, &distance)))
        front_full_wide(h, p, distance);
    return true;
}

/* malloc came without the shorter way, or the heap has none yet; or it has no bin, and the pool keeps something for it. */
hot_inline void *front_look(struct heap *h, size_t size)
{
    if (size > SLAB_MAX)
        return NULL;
    if (size > WIDTH_MAX)
        return pool_pop(h, class_of_wide(size));
    unsigned class = class_of(size);
    void *p = h->front.bin[class].top ? front_bin_pop(&h->front, class) : NULL; /* NULL: heap_none's (ROUTE_BINS) */
    if (p)
        route_open(h);
    return p;
}

ANSWER(unsigned, front_class, (const struct heap *h, size_t size), route_class(&h->front.route, size))
ANSWER(struct front_bin *, front_nowhere, (struct heap *h), route_nowhere(&h->front.route))
ANSWER(bool, front_wants, (const struct heap *h, unsigned class), foreign_wants(&h->front.foreign, class))

hot_inline bool front_push(struct heap *h, void *p, struct front_bin **hint)
{
    size_t distance = 0;
    enum route_way way = route_push(&h->front.route, &h->front.section, p, &distance);
    if (likely(way == ROUTE_TAKEN) || (way == ROUTE_WIDE_BIN && likely(front_push_wide(h, p, distance))))
        return true;
    if (way != ROUTE_NONE) {
        forget_value(distance);
        *hint = route_bin(&h->front.route, distance);
        return false;
    }
    struct slab *s = heap_own_slab(h, p);
    if (unlikely(!s))
        return false;
    struct front_bin *bin = &h->front.bin[s->class];
    keep_pointer(bin);
    if (unlikely(front_newest(bin, p)))
        return false;
    guard_free(p, "free");
    if (unlikely(!front_bin_push(&h->front, bin, p)))
        front_full(h, p);
    return true;
}

/* A full bin of a tiny class, or a lead. False for any other block. */
hot_inline bool front_push_again(struct heap *h, void *p, struct front_bin *bin)
{
    if (bin == front_nowhere(h) || unlikely(front_wide(&h->front, bin)))
        return false;
    if (lead_refuses(bin, h->front.bin))
        return lead_again(h, p, bin);
    return front_crowded(h, p, front_behind(&h->front, bin));
}

#endif
