/* SPDX-License-Identifier: MIT */
/* seam/lock.h - the lock seam: who else goes into a heap, beside the thread that has it?
 *
 * Every heap has a lock (heap.h), which its thread takes on every slow path. An answer says whether others go in to help, by
 * draining what is queued there. It includes compiler.h and defines struct lock_heap (the lock, and its own state, in a heap;
 * zero at first), which begins with LOCK_HEAP_FIELDS.
 *
 * Must hold where others help: slabs of a heap, their free lists, the heap's lists of slabs, its queues and what pool and run
 * keep for it are only touched inside; fronts, boxes of blocks for others and what malloc and free read on their fast paths
 * only by the thread that has the heap, or inside by front_seize. Who is inside one heap only tries to enter another, and who
 * helps leaves when the heap's thread waits (`wanted`).
 */
#ifndef HAK_SEAM_LOCK_H
#define HAK_SEAM_LOCK_H

#include "core/low/lock.h"

#define LOCK_HEAP_FIELDS                                                                                  \
    uint32_t word; /* 0, or who is inside (lock_self). Atomic */                                          \
    bool wanted;   /* the owner waits, or has waited in vain and not been inside since. Atomic, relaxed */ \
    bool missed;   /* the owner has waited in vain, and not been told. The owner's */

struct heap;

#include HAK_SEAM_lock

SEAM(lock_entered, void, (struct lock_heap *l)); /* the thread that has the heap has gone in */
/* Much is queued at h: takes it to the slabs, unless h's thread, or another, does so already. Any thread. */
SEAM(lock_help, void, (struct heap *h));
/* A thread has sent so many bytes one by one, before and after a block: may the heap that got it want help? */
SEAM(lock_help_due, bool, (uint64_t before, uint64_t after));
SEAM(lock_help_wanted, bool, (uint32_t packets)); /* so many packets lie at a heap: may it want help? */

/* Out of a heap, whoever is inside. */
static inline void lock_give(struct lock_heap *l)
{
    hak_assert(lock_word_mine(&l->word));
    __atomic_store_n(&l->word, 0, __ATOMIC_RELEASE);
    lock_let();
}

/* Enters a heap that another thread has, or enters it from inside another heap. Does not wait. False: a thread is inside. */
static inline bool lock_visit_word(struct lock_heap *l)
{
    if (load_relaxed(&l->word) != 0 || unlikely(load_relaxed(&lock_unsettled)))
        return false;
    lock_hold();
    bool taken = lock_word_take(&l->word);
    if (taken && likely(!__atomic_load_n(&lock_forks, __ATOMIC_SEQ_CST)))
        return true;
    if (taken)
        lock_give(l);
    else
        lock_let();
    return false;
}

/* Has the owner waited in vain since this was last asked? The owner. */
static inline bool lock_missed(struct lock_heap *l)
{
    bool missed = l->missed;
    l->missed = false;
    return missed;
}

#endif
