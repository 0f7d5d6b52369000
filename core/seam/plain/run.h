/* plain/run.h - the plain answer of the run seam: an empty run goes to the pool. */
#ifndef HAK_BASE_RUN_H
#define HAK_BASE_RUN_H

struct run_heap {};
#define RUN_POP_MIN SIZE_MAX

static inline bool run_holds(const struct run_heap *r, const void *p)
{
    (void)r, (void)p;
    return false;
}

static inline void *run_take(struct heap *h, size_t size)
{
    (void)h, (void)size;
    return NULL;
}

void front_drain(struct heap *h, struct slab *s, void *p);

hot_inline void run_drain(struct heap *h, struct slab *s, void *p)
{
    front_drain(h, s, p);
}

static inline bool run_keep(struct heap *h, struct slab *s)
{
    (void)h, (void)s;
    return false;
}

static inline void run_flush(struct heap *h)
{
    (void)h;
}

static inline uint64_t run_cached(const struct heap *h, const struct slab *s)
{
    (void)h, (void)s;
    return 0;
}

static inline uint64_t run_cached_bytes(const struct heap *h)
{
    (void)h;
    return 0;
}

static inline bool run_yield(struct heap *h)
{
    (void)h;
    return false;
}

static inline void run_park(struct heap *h)
{
    (void)h;
}

#endif
