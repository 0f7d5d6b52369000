/* plain/front.h - the plain answer of the front seam: nothing is cached; a block comes from its slab and goes back to it. */
#ifndef HAK_BASE_FRONT_H
#define HAK_BASE_FRONT_H

struct front_bin {};
struct front_heap {
    struct front_bin bin[0];
};
#define FRONT_INIT {}
#define FRONT_CACHES false

hot_inline void *front_pop(struct front_heap *f, unsigned class)
{
    (void)f, (void)class;
    return NULL;
}

hot_inline bool front_push(struct front_heap *f, unsigned class, void *p)
{
    (void)f, (void)class, (void)p;
    return false;
}

hot_inline bool front_push_bin(struct front_bin *bin, void *p)
{
    (void)bin, (void)p;
    return false;
}

hot_inline bool front_wide(const struct front_heap *f, const struct front_bin *bin)
{
    (void)f, (void)bin;
    return false;
}

hot_inline bool front_spills(const struct front_bin *bin)
{
    (void)bin;
    return false;
}

hot_inline bool front_spill(struct front_bin *bin, void *p)
{
    (void)bin, (void)p;
    return false;
}

hot_inline bool front_newest(const struct front_bin *bin, const void *p)
{
    (void)bin, (void)p;
    return false;
}

static inline bool front_holds(const struct front_heap *f, unsigned class, const void *p)
{
    (void)f, (void)class, (void)p;
    return false;
}

#endif
