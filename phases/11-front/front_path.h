/* SPDX-License-Identifier: MIT */
/* front_path.h - phase 11: what malloc and free ask of the bins. The route seam may know a shorter way to the bin. */
#ifndef HAK_FRONT_PATH_H
#define HAK_FRONT_PATH_H

/* The newest block of the bin of a class, or NULL. */
hot_inline void *front_bin_pop(struct front_heap *f, unsigned class)
{
    struct front_bin *bin = &f->bin[class];
    keep_pointer(bin);
    void **top = bin->top, *p = *top;
    if (unlikely(!p))
        return NULL;
    bin->hits++;
    store_relaxed(&bin->top, top - 1);
    return p;
}

/* False: no room. */
hot_inline bool front_bin_push(struct front_bin *bin, void *p)
{
    void **top = bin->top;
    if (unlikely(top >= bin->room))
        return false;
    top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* a handler must not find a slot below top that holds nothing yet */
    store_relaxed(&bin->top, top + 1);
    return true;
}

/* A bin of a mid class? */
hot_inline bool front_wide(const struct front_heap *f, const struct front_bin *bin)
{
    return bin >= &f->bin[CLASS_TINY];
}

/* Has `over` room? */
hot_inline bool front_spills(const struct front_bin *bin)
{
    return bin->over_top < bin->over_limit;
}

/* A block whose bin is full goes where blocks wait for being given back together. False: there is no room either. */
hot_inline bool front_spill(struct front_bin *bin, void *p)
{
    void **top = bin->over_top;
    if (unlikely(!front_spills(bin)))
        return false;
    top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* as in front_bin_push */
    store_relaxed(&bin->over_top, top + 1);
    return true;
}

/* Did p come last into the bin? */
hot_inline bool front_newest(const struct front_bin *bin, const void *p)
{
    return *bin->top == p;
}

hot_inline void *front_pop(struct heap *h, size_t size)
{
    void *p;
    return route_pop(&h->front.route, size, &p) ? p : front_bin_pop(&h->front, class_of_tiny(size));
}

hot_inline void *front_pop_wide(struct heap *h, size_t size)
{
    return size <= SLAB_MAX ? front_bin_pop(&h->front, class_of_wide(size)) : NULL;
}

void front_full(struct heap *h, void *p); /* the bin of p, a block of h's, has no room */

/* Tiny: malloc came without the shorter way, or the heap has none yet. Wide: what the pool keeps for the next malloc. */
hot_inline void *front_look(struct heap *h, size_t size)
{
    if (size > TINY_MAX)
        return size <= SLAB_MAX ? pool_pop(h, class_of_wide(size)) : NULL;
    void *p = front_bin_pop(&h->front, class_of_tiny(size));
    if (p)
        route_open(h);
    return p;
}

ANSWER(bool, front_wants, (const struct heap *h, unsigned class), foreign_wants(&h->front.foreign, class))

hot_inline bool front_push(struct heap *h, void *p, struct front_bin **hint)
{
    bool taken;
    if (route_push(&h->front.route, p, hint, &taken))
        return taken;
    struct slab *s = heap_own_slab(h, p);
    if (unlikely(!s))
        return false;
    struct front_bin *bin = &h->front.bin[s->class];
    keep_pointer(bin);
    if (unlikely(front_newest(bin, p)))
        return false;
    guard_free(p, "free");
    if (unlikely(!front_bin_push(bin, p)))
        front_full(h, p);
    return true;
}

/* A full bin, or one of a mid class, whose blocks are looked up in the map of live ones. False for any other block. */
hot_inline bool front_push_again(struct heap *h, void *p, struct front_bin *bin)
{
    if (unlikely(!bin))
        return false;
    if (front_wide(&h->front, bin)) {
        if (unlikely(!superslab_unmark(ssmap_find_near(p), p))) /* the tables of the route seam are of the window */
            return false;
        guard_free(p, "free");
        if (unlikely(!front_bin_push(bin, p)) && unlikely(!front_spill(bin, p)))
            front_full(h, p);
        return true;
    }
    if (unlikely(front_newest(bin, p)) || unlikely(!front_spills(bin)))
        return false; /* it may have been freed already; or what waits must go home first */
    guard_free(p, "free");
    front_spill(bin, p);
    return true;
}

#endif
