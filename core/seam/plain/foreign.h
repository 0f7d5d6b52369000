/* plain/foreign.h - the plain answer of the foreign seam: every block goes home. */
#ifndef HAK_BASE_FOREIGN_H
#define HAK_BASE_FOREIGN_H

#define FOREIGN_KEEPS false
struct foreign_heap {};

static inline bool foreign_keep(struct foreign_heap *o, struct front_heap *f, const struct slab *s, void *p)
{
    (void)o, (void)f, (void)s, (void)p;
    return false;
}

static inline bool foreign_holds(unsigned class)
{
    (void)class;
    return false;
}

static inline void foreign_missed(struct foreign_heap *o, unsigned class)
{
    (void)o, (void)class;
}

static inline void foreign_emptied(struct foreign_heap *o)
{
    (void)o;
}

static inline bool foreign_return(struct heap *h, struct slab *s, void *p)
{
    (void)h, (void)s, (void)p;
    return false;
}

#define foreign_cached front_cached

#endif
