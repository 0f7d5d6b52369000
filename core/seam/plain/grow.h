/* plain/grow.h - the plain answer of the grow seam: as many as the width seam says, always. */
#ifndef HAK_BASE_GROW_H
#define HAK_BASE_GROW_H

struct grow_heap {};

static inline size_t grow_most(unsigned class)
{
    return width_blocks(class);
}

static inline size_t grow_now(const struct grow_heap *g, unsigned class)
{
    (void)g;
    return width_blocks(class);
}

static inline void grow_missed(struct grow_heap *g, unsigned class)
{
    (void)g, (void)class;
}

static inline void grow_drained(struct grow_heap *g, unsigned class)
{
    (void)g, (void)class;
}

static inline void grow_reset(struct grow_heap *g)
{
    (void)g;
}

static inline void grow_stats(stats_each *each, void *context)
{
    (void)each, (void)context;
}

static inline size_t grow_room(size_t size, size_t usable)
{
    (void)usable;
    return size;
}

#endif
