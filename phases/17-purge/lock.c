/* lock.c - see lock.h. */
#include "core/heap.h"
#include "core/os.h"
#include <errno.h>

enum { LOCK_SPINS = 200, LOCK_YIELDS = 200000 };

/* The lock was taken. After a wait in vain the next ones are short, until it has been had again. */
noinline bool lock_wait(struct lock_heap *l)
{
    int yields = l->stuck ? 1 : LOCK_YIELDS;
    bool got = false;
    store_relaxed(&l->wanted, true);
    for (int i = 0; !got && i < LOCK_SPINS + yields; i++) {
        if (i >= LOCK_SPINS)
            os_yield();
        got = lock_try(l);
    }
    store_relaxed(&l->wanted, false);
    l->missed = l->stuck = !got;
    return got;
}

bool lock_visit(struct heap *h)
{
    return load_relaxed(&h->state) != HEAP_LOST && lock_try(&h->lock);
}

void lock_help(struct heap *h)
{
    uint64_t entries = load_relaxed(&h->lock.entries);
    bool asleep = load_relaxed(&h->lock.looked) == entries;
    store_relaxed(&h->lock.looked, entries);
    if (!asleep || !purge_on || !lock_visit(h))
        return;
    int saved = errno;
    heap_drain(h);
    count_add(&h->lock.helped, 1);
    lock_give(&h->lock);
    errno = saved;
}
