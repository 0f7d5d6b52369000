/* SPDX-License-Identifier: MIT */
/* seam/remote.h - the remote seam: a block of another heap's slab has been freed. How does it get home?
 *
 * Asked by free, and by a front that gives back others' blocks. The plain answer is core's own: one by one, through the owner's
 * remote list (heap_give_remote). An answer defines struct remote_out (its state in a heap, of the thread that has it) and
 * struct remote_in (what others write, on the line of the remote list). Both are zero at first.
 *
 * A block counts as sent (heap.remote_sent_blocks, or remote_held) from remote_give on, and as received once it is out of the
 * queues.
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
#include "core/seam/lead.h"

struct heap;

#include HAK_SEAM_remote

/* p, a block of to's slab s, goes home from the thread that has `from`, now or soon, as heap_give_remote does it. */
SEAM(remote_give, void, (void *p, struct heap *from, struct slab *s, struct heap *to));
SEAM(remote_give_inside, void, (struct heap *from, struct heap *to, struct slab *s, void *p)); /* inside heap_enter(from) */
SEAM(remote_waiting, bool, (const struct remote_out *out, const struct remote_in *in)); /* is there something to receive? */
SEAM(remote_take, void *, (struct heap *h, unsigned class)); /* receives into the front; a block of that class, or NULL */
SEAM(remote_receive, void, (struct heap *h)); /* receives much into the slabs, until h->lock.wanted. Inside heap_enter */
SEAM(remote_flush, void, (struct heap *h));   /* sends what is held for others. Inside heap_enter */
SEAM(remote_park, void, (struct heap *h));    /* nothing is held or kept afterwards. Inside heap_enter */
SEAM(remote_opening, void, (void));           /* this thread gets a heap */
SEAM(remote_count, uint64_t, (const struct heap *to, const struct slab *s)); /* blocks of s (NULL: any) on their way to it */
/* Blocks that h's thread has freed and that its remote_sent_blocks does not count yet; *bytes, 0 before: theirs. Any thread. */
SEAM(remote_held, uint64_t, (struct heap *h, uint64_t *bytes));

#endif
