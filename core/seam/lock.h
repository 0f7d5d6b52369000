/* seam/lock.h - the lock seam: who else goes into a heap, beside the thread that has it?
 *
 * Every heap has a lock (heap.h), which its thread takes on every slow path. An answer says whether others go in to help, by
 * draining what is queued there. It includes compiler.h and defines struct lock_heap (the lock, and its own state, in a heap;
 * zero at first), which begins with LOCK_HEAP_FIELDS, and
 *
 *   LOCK_SHARES                                some do. False: only who has a heap, or borrows a parked one, and fork go in;
 *                                              free lists may then also be touched outside of the bracket
 *   void lock_entered(struct lock_heap *l)     the thread that has the heap has gone in
 *   void lock_help(struct heap *h)             much is queued at h: takes it to the slabs, unless h's thread, or somebody else,
 *                                              is at it. Any thread
 *   LOCK_HELP_PACKETS                          so many packets: it may be much
 *   bool lock_help_due(uint64_t before, uint64_t after)  bytes that a thread has sent one by one, before and after a block:
 *                                              it may be much for the heap that the block went to
 *
 * Must hold with LOCK_SHARES: slabs of a heap, their free lists, the heap's lists of slabs, its queues and what pool and run
 * keep for it are only touched inside; fronts, boxes of blocks for others and what malloc and free read on their fast paths
 * only by the thread that has the heap. Who is inside one heap only tries to enter another, and who helps leaves when the
 * heap's thread waits (`wanted`).
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

/* Out of a heap, whoever is inside. */
static inline void lock_give(struct lock_heap *l)
{
    hak_assert(lock_word_mine(&l->word));
    __atomic_store_n(&l->word, 0, __ATOMIC_RELEASE);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    lock_inside -= LOCK_IN_HEAP;
}

/* Into a heap that nobody is in, by who does not have it, or is inside another. False: somebody is. */
static inline bool lock_visit_word(struct lock_heap *l)
{
    if (load_relaxed(&l->word) != 0 || unlikely(load_relaxed(&lock_unsettled)))
        return false;
    lock_inside += LOCK_IN_HEAP;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (lock_word_take(&l->word)) {
        if (likely(!__atomic_load_n(&lock_forks, __ATOMIC_SEQ_CST)))
            return true;
        lock_give(l);
        return false;
    }
    lock_inside -= LOCK_IN_HEAP;
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
