/* SPDX-License-Identifier: MIT */
/* ebb.h - bins that ebb: a thread that frees and frees keeps the blocks that it has, and takes no more.
 *
 * A thread that has freed what it had and then sleeps keeps what lies in its bins, and the pages of the slabs that these blocks
 * keep from being empty. Only the thread itself may touch them, and all that is known when it makes its last free is that many
 * frees came in a row. When the grow seam takes that for an ebb
 *
 *   all bins are as full as they may be: room = top, over_limit = over_base. So each further free gives its block to the slab;
 *   a slab of which the program has no block gives its pages back, also under blocks that the bin holds.
 *
 * Those blocks stay where they are, since a handler that frees may have interrupted a pop; what they contained does not matter.
 * A malloc that finds nothing ends the ebb: each bin takes as many as before. So does a free, where the seam says so.
 *
 * Must hold, at every moment:
 *   base <= top <= base + most,  over_base <= over_top <= over_base + over most      (most: front.h's bounds)
 *   room, over_limit: where pushes stop that begin now;  not ebbing => they are base + most, over_base + over most
 * So top <= room, but for the block of a push that read a limit before a handler made the bins ebb.
 */
#ifndef HAK_FRONT_EBB_H
#define HAK_FRONT_EBB_H

#include "core/heap/heap.h"

void ebb_begin(struct heap *h);
void ebb_end(struct heap *h);
/* A block has gone to s, a slab of that class, which may be gone. */
void ebb_look(struct heap *h, struct slab *s, unsigned class);

/* A free found no room. Does it ebb? All these: inside heap_enter. The first thread of a process keeps what it has: most have
 * no other. */
static inline bool ebb_asks(struct heap *h)
{
    struct grow_heap *g = &h->front.grow;
    bool before = grow_ebbing(g), now = h->next_all && grow_ebbs(g);
    if (unlikely(now != before))
        (now ? ebb_begin : ebb_end)(h);
    return now;
}

/* A malloc has missed. */
static inline void ebb_ends(struct heap *h)
{
    if (unlikely(grow_flows(&h->front.grow)))
        ebb_end(h);
}

#endif
