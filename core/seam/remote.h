/* seam/remote.h - the remote seam: a block of another heap's slab has been freed. How does it get home?
 *
 * Asked by free, and by a front that gives back others' blocks. The base answer is core's own: one by one, through the owner's
 * remote list (heap_give_remote). An answer includes compiler.h, sizeclass.h and slab.h and defines REMOTE_BATCHES (does
 * anything travel but through that list?), struct remote_out (its state in a heap, of the thread that has it), struct remote_in
 * (what others write, on the line of the remote list; both zero at first), and
 *
 *   void remote_give(struct heap *from, struct heap *to, struct slab *s, void *p)
 *                                        as heap_give_remote, now or soon
 *   void remote_give_inside(struct heap *from, struct heap *to, struct slab *s, void *p)  as remote_give.
 *                                                             Inside heap_enter(from)
 *   bool remote_waiting(const struct remote_out *out, const struct remote_in *in)  is there something to receive?
 *   void *remote_take(struct heap *h, unsigned class)         receives into the front; a block of that class, or NULL
 *   void remote_receive(struct heap *h)                       receives much into the slabs, until h->lock.wanted. Inside
 *   void remote_flush(struct heap *h)                         sends what is held for others. Inside heap_enter
 *   void remote_park(struct heap *h)                          nothing is held or kept afterwards. Inside heap_enter
 *   void remote_opening(void)                                 this thread gets a heap
 *   uint64_t remote_count(const struct heap *to, const struct slab *s)  blocks of s (NULL: any) on the way to that heap
 *   void remote_fork_lock(void), remote_fork_unlock(bool child)
 *
 * A block counts as sent (heap.remote_sent_blocks) from remote_give on, and as received once it is out of the queues.
 *
 * Must hold: what is given goes to its slab, or to the front of its slab's heap, exactly once, by the thread that has that
 * heap; on the way it counts as remote (used = live + cached + remote). A thread holds a few KiB at most for others, and
 * nothing once its heap is parked; nothing waits at a parked heap.
 */
#ifndef HAK_SEAM_REMOTE_H
#define HAK_SEAM_REMOTE_H

#include "core/low/compiler.h"
#include "core/heap/sizeclass.h"
#include "core/heap/slab.h"

struct heap;

#include HAK_SEAM_remote

#endif
