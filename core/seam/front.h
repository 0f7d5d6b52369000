/* SPDX-License-Identifier: MIT */
/* seam/front.h - the front seam: a cached block of this size? room for this one?
 *
 * A front lies between malloc and free and the slabs of a heap. This header has its state in the heap and what is asked on slow
 * paths; seam/front_path.h has what malloc and free ask themselves. An answer defines struct front_heap (its state in a heap,
 * first in struct heap), FRONT_INIT (its initializer for a heap that no thread has: holds nothing, takes nothing), FRONT_SLABS
 * (the same for such a heap's current slabs: &slab_none, or nothing where only slow paths read them; each pointer costs every
 * process a relocation), struct front_bin (what a refused push leaves as a hint).
 *
 * Must hold: a block in the front of heap h belongs to a slab of h, or front_keep took it. While it is there it counts as used
 * in its slab (used = live + cached + remote). front_flush leaves nothing in the front of h. Every function that takes blocks
 * is called in signal handlers, too, at any instruction of the others: then no block comes into two hands, and at worst one
 * that is freed at such a moment stays used for ever.
 */
#ifndef HAK_SEAM_FRONT_H
#define HAK_SEAM_FRONT_H

#include "core/heap/sizeclass.h"
#include "core/heap/slab.h"
#include "core/low/compiler.h"

struct heap;

#include HAK_SEAM_front

/* Unless a line says "any thread": on the thread that has the heap. */
SEAM(front_serves, bool, (unsigned class)); /* may blocks of that class be cached? */
SEAM(front_new, void, (struct heap *h));    /* h is new, all zero */
SEAM(front_open, void, (struct heap *h));   /* h has a thread (again) */
/* A block of that class after a miss, from h's slabs; NULL: no memory. *zero: in, whether it matters; out, whether the block is
 * known to be zero. */
SEAM(front_refill, void *, (struct heap *h, unsigned class, bool *zero));
SEAM(front_give, void, (struct heap *h, struct slab *s, void *p)); /* takes p, a block of h's slab s, room or no room */
/* realloc moves the block old because it has only usable < size bytes: how many the new one has; size at least. size is
 * MID_MAX at most. front_moved: p is the new block; not in heap_none. */
SEAM(front_room, size_t, (const struct front_heap *f, const void *old, size_t size, size_t usable));
SEAM(front_moved, void, (struct front_heap *f, const void *p));
/* true: it keeps p, another heap's block, whose class front_wants */
SEAM(front_keep, bool, (struct heap *h, struct slab *s, void *p));
SEAM(front_holds, bool, (const struct heap *h, const struct slab *s, const void *p)); /* true: p is cached. May miss it */
SEAM(front_flush, void, (struct heap *h)); /* every cached block back to its slab. Inside heap_enter */
/* h's thread ends. True: the front rests. It keeps blocks of h, and of no other heap, for h's next thread, until front_open or
 * front_flush. Inside heap_enter */
SEAM(front_rests, bool, (struct heap *h));
/* A slot is wanted, and none is left: heaps that rest give back all that they can. True: there may be a slot now. Inside
 * heap_enter, no lock held. */
SEAM(front_rouse, bool, (void));
/* Inside the lock of h, by a thread that does not have h, while h's thread may be in malloc or free: what can be had of the
 * front, as long as nobody waits for h, goes to the slabs. Returns blocks of other heaps that lay there, linked through their
 * first words: for the caller to send home. */
SEAM(front_seize, void *, (struct heap *h));
SEAM(front_seizable, bool, (void)); /* can front_seize find anything in this process? Any thread, inside no heap but its own */
SEAM(front_own, void, (struct heap *h, const struct slab *s));    /* h has claimed s */
SEAM(front_disown, void, (struct heap *h, const struct slab *s)); /* h is about to release s */
SEAM(front_valid, void, (struct heap *h, const struct slab *s));  /* aborts unless front and slab agree */
SEAM(front_cached, uint64_t, (const struct heap *h, const struct slab *s)); /* blocks of h's slab s in all fronts */
SEAM(front_cached_total, uint64_t, (const struct heap *h, uint64_t *bytes)); /* all that h's front holds. Any thread */
SEAM(front_start, void, (void)); /* once, when the environment has been read */
SEAM(front_stop, void, (void));  /* once, at exit: last words */

#endif
