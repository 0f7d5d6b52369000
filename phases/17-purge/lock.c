/* SPDX-License-Identifier: MIT */
/* lock.c - see lock.h. */
#include "core/heap/heap.h"
#include "core/low/os.h"
#include <errno.h>

bool lock_visit(struct heap *h)
{
    return load_relaxed(&h->state) != HEAP_LOST && lock_visit_word(&h->lock);
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

void lock_help(struct heap *h)
{
    if (!lock_asleep(&h->lock, os_now_ms()) || !purge_on || !lock_visit(h))
        return;
    int saved = errno;
    heap_drain(h);
    count_add(&h->lock.helped, 1);
    lock_give(&h->lock);
    __atomic_fetch_or(&h->state, 0, __ATOMIC_SEQ_CST); /* a barrier: who found the lock taken had queued before */
    heap_parked(h);
    errno = saved;
}
