/* base/front.h - the base answer of the front seam: nothing is cached; every block comes from its slab and goes back to it. */
#ifndef HAK_BASE_FRONT_H
#define HAK_BASE_FRONT_H

struct front_heap {};
#define FRONT_INIT {}
#define FRONT_CACHES false
#define FRONT_ENV(X)

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

#endif
