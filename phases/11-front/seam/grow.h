/* SPDX-License-Identifier: MIT */
/* seam/grow.h - a question of the front's: how many blocks of a class may this heap's front hold now?
 *
 * Asked by the front on slow paths. An answer defines struct grow_heap (its state in a front, zero at first).
 *
 * The front remembers the answer (front.h, struct front_width) and asks again only when it may have changed: grow_bounds when
 * it opens or has been emptied, grow_missed after a miss.
 *
 * Must hold: least <= laid <= most, and all three are 0 where width_blocks(class) is, and nowhere else; grow_missed returns
 * `now`, or more: `most` and cap at most.
 */
#ifndef HAK_SEAM_GROW_H
#define HAK_SEAM_GROW_H

#include "phases/11-front/seam/width.h"

/* Blocks of a class that a bin may hold: at first; slots that it has until it outgrows them; ever. */
struct grow_bounds {
    size_t least, laid, most;
};

#include HAK_SEAM_grow

SEAM(grow_bounds, struct grow_bounds, (unsigned class));
/* A malloc found nothing of that class, of which the bin may hold `now` blocks. How many it may hold from here on. */
SEAM(grow_missed, size_t, (struct grow_heap *g, unsigned class, size_t now, size_t cap));
SEAM(grow_drained, void, (struct grow_heap *g, unsigned class));       /* a free found no room, or the foreign seam did */
SEAM(grow_ebbing, bool, (const struct grow_heap *g));                  /* see ebb.h. What grow_ebbs said last, or false */
SEAM(grow_ebbs, bool, (struct grow_heap *g)); /* a free of any class found no room, nor beside its bin: shall bins ebb now? */
/* A malloc of any class found nothing: no ebb now, nor for what was freed. True: bins ebbed until now. */
SEAM(grow_flows, bool, (struct grow_heap *g));
SEAM(grow_room, size_t, (const struct grow_heap *g, const void *old, size_t size, size_t usable)); /* front_room */
SEAM(grow_moved, void, (struct grow_heap *g, const void *p));          /* front_moved */
SEAM(grow_reset, void, (struct grow_heap *g));                         /* the front has been emptied: as at first */

#endif
