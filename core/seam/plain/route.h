/* plain/route.h - the plain answer of the route seam: there is no shorter way. */
#ifndef HAK_BASE_ROUTE_H
#define HAK_BASE_ROUTE_H

#define ROUTE_MAPS false
#define ROUTE_INIT {}
struct route_heap {};

hot_inline void *route_pop(struct route_heap *r, size_t size)
{
    (void)r, (void)size;
    return NULL;
}

hot_inline bool route_push(struct route_heap *r, void *p, struct front_bin **bin)
{
    (void)r, (void)p, (void)bin;
    return false;
}

hot_inline bool route_return(struct route_heap *r, void *p, struct front_bin **bin)
{
    (void)r, (void)p, (void)bin;
    return false;
}

static inline void route_new(struct heap *h)
{
    (void)h;
}

static inline void route_miss(struct heap *h, uint32_t count)
{
    (void)h, (void)count;
}

static inline void route_open(struct heap *h)
{
    (void)h;
}

static inline bool route_counts(void)
{
    return true;
}

static inline void route_start(void)
{
}

static inline void route_own(struct heap *h, const struct slab *s)
{
    (void)h, (void)s;
}

static inline void route_disown(struct heap *h, const struct slab *s)
{
    (void)h, (void)s;
}

static inline void route_valid(struct heap *h, const struct slab *s)
{
    (void)h, (void)s;
}

static inline void route_stats(stats_each *each, void *context)
{
    (void)each, (void)context;
}

#endif
