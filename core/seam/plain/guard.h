/* plain/guard.h - the plain answer of the guard seam: no questions. */
#ifndef HAK_BASE_GUARD_H
#define HAK_BASE_GUARD_H

struct guard_superslab {};
#define GUARD_EXACT false

hot_inline void guard_alloc(void *p)
{
    (void)p;
}

hot_inline void guard_free(const void *p, const char *api)
{
    (void)p, (void)api;
}

hot_inline void guard_live(const void *p, const char *api)
{
    (void)p, (void)api;
}

static inline uint32_t guard_count(const struct slab *s)
{
    (void)s;
    return 0;
}

#endif
