/* plain/lock.h - the plain answer of the lock seam: nobody helps. */
#ifndef HAK_BASE_LOCK_H
#define HAK_BASE_LOCK_H

#define LOCK_SHARES false
enum { LOCK_HELP_PACKETS = 1 };

struct lock_heap {
    LOCK_HEAP_FIELDS
};

static inline void lock_entered(struct lock_heap *l)
{
    (void)l;
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
