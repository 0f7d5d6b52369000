/* lock.c - see lock.h. */
#include "core/heap.h"
#include "core/os.h"
#include <errno.h>

enum { LOCK_SPINS = 200, LOCK_WAIT_MS = 1000 };

/* The lock was taken. After a wait in vain the next ones are short, until it has been had again. By the clock and not by a
 * count: a yield takes as long as the machine has others to run, and who is inside may be one of them. */
noinline bool lock_wait(struct lock_heap *l)
{
    bool got = false;
    store_relaxed(&l->wanted, true);
    for (int i = 0; !got && i < LOCK_SPINS; i++)
        got = lock_try(l);
    for (uint64_t end = os_now_ms() + (l->stuck ? 0 : LOCK_WAIT_MS); !got;) {
        os_yield();
        got = lock_try(l);
        if (os_now_ms() >= end)
            break;
    }
    store_relaxed(&l->wanted, false);
    l->missed = l->stuck = !got;
    return got;
}

bool lock_visit(struct heap *h)
{
    return load_relaxed(&h->state) != HEAP_LOST && lock_try(&h->lock);
}

bool lock_asleep(struct lock_heap *l, uint64_t now_ms)
{
    uint64_t entries = load_relaxed(&l->entries);
    if (load_relaxed(&l->looked) == entries)
        return now_ms - load_relaxed(&l->looked_ms) >= LOCK_ASLEEP_MS;
    store_relaxed(&l->looked, entries);
    store_relaxed(&l->looked_ms, now_ms);
    return false;
}

static HAK_TLS bool lock_away; /* this thread is in another's heap, or in one that it has just given up */

/* Its own heap counts as busy meanwhile, so that a handler's free neither drains a front nor enters a parked heap, where it may
 * want a lock that the code it interrupts holds. */
enum lock_trip lock_go(void)
{
    struct heap *h = heap_self;
    if (lock_away)
        return LOCK_NO;
    lock_away = true;
    if (h == &heap_none || h->busy)
        return LOCK_BUSY;
    h->busy = true;
    return LOCK_FREE;
}

void lock_back(enum lock_trip trip)
{
    if (trip == LOCK_NO)
        return;
    if (trip == LOCK_FREE)
        heap_self->busy = false;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    lock_away = false;
}

void lock_help(struct heap *h)
{
    if (!lock_asleep(&h->lock, os_now_ms()) || !purge_on)
        return;
    enum lock_trip trip = lock_go();
    if (trip != LOCK_NO && lock_visit(h)) {
        int saved = errno;
        heap_drain(h);
        count_add(&h->lock.helped, 1);
        lock_give(&h->lock);
        errno = saved;
    }
    lock_back(trip);
}
