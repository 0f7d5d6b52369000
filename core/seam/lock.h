/* seam/lock.h - the lock seam: may a thread that does not have a heap be inside it, beside the one that has?
 *
 * Asked by heap_enter and heap_leave, the bracket of every slow path, and by who would help a heap whose thread does not come
 * for its blocks. An answer includes compiler.h and defines LOCK_SHARES (false: nobody but who has a heap is ever in it, and
 * free lists may also be touched outside of the bracket), struct lock_heap (its state in a heap, zero at first), and
 *
 *   bool lock_take(struct lock_heap *l)        by the thread that has the heap: waits for a helper, but not for ever. False:
 *                                              it did not leave in time, and the caller goes on as in a signal handler
 *   void lock_give(struct lock_heap *l)
 *   bool lock_missed(struct lock_heap *l)      has lock_take been false since this was last asked? The same thread
 *   bool lock_held(const struct lock_heap *l)  is anybody inside?
 *   enum lock_trip lock_go(void)               the caller is about to work in another's heap, or in its own without having it:
 *                                              LOCK_NO: it is at that already, and this is a signal handler
 *   void lock_back(enum lock_trip trip)        it is done. In between a handler takes no slow path that may wait for the caller
 *   void lock_help(struct heap *h)             much is queued at h: takes it to the slabs, unless h's thread, or somebody else,
 *                                              is at it. Any thread
 *   LOCK_HELP_PACKETS                          so many packets: it may be much
 *   bool lock_help_due(uint64_t before, uint64_t after)  bytes that a thread has sent one by one, before and after a block:
 *                                              it may be much for the heap that the block went to
 *
 * Must hold with LOCK_SHARES: slabs of a heap, their free lists, the heap's lists of slabs, its queues and what pool and run
 * keep for it are only touched inside; fronts, boxes of blocks for others and what malloc and free read on their fast paths
 * only by the thread that has the heap. Who is inside one heap only tries to enter another.
 */
#ifndef HAK_SEAM_LOCK_H
#define HAK_SEAM_LOCK_H

#include "core/compiler.h"

struct heap;
enum lock_trip { LOCK_NO, LOCK_FREE, LOCK_BUSY };

#include HAK_SEAM_lock

#endif
