/* base/lock.h - the base answer of the lock seam: a heap is its thread's alone. */
#ifndef HAK_BASE_LOCK_H
#define HAK_BASE_LOCK_H

#define LOCK_SHARES false
enum { LOCK_HELP_PACKETS = 1 };
struct lock_heap {};

static inline bool lock_take(struct lock_heap *l)
{
    (void)l;
    return true;
}

static inline void lock_give(struct lock_heap *l)
{
    (void)l;
}

static inline bool lock_missed(struct lock_heap *l)
{
    (void)l;
    return false;
}

static inline bool lock_held(const struct lock_heap *l)
{
    (void)l;
    return false;
}

static inline enum lock_trip lock_go(void)
{
    return LOCK_FREE;
}

static inline void lock_back(enum lock_trip trip)
{
    (void)trip;
}

static inline void lock_help(struct heap *h)
{
    (void)h;
}

static inline bool lock_help_due(uint64_t before, uint64_t after)
{
    (void)before, (void)after;
    return false;
}

#endif
