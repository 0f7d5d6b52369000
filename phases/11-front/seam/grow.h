/* SPDX-License-Identifier: MIT */
/* seam/grow.h - a question of the front's: how many blocks of a class may this heap's front hold now?
 *
 * Asked by the front on slow paths. An answer defines struct grow_heap (its state in a front, zero at first).
 *
 * Must hold: grow_now(g, class) <= grow_most(class), and both are 0 where width_blocks(class) is, and nowhere else; only
 * grow_missed and grow_reset change grow_now.
 */
#ifndef HAK_SEAM_GROW_H
#define HAK_SEAM_GROW_H

#include "phases/11-front/seam/width.h"

#include HAK_SEAM_grow

SEAM(grow_most, size_t, (unsigned class)); /* the most that grow_now ever says */
SEAM(grow_laid, size_t, (unsigned class)); /* slots that a bin has until it outgrows them; grow_now at first, at least */
SEAM(grow_now, size_t, (const struct grow_heap *g, unsigned class));
SEAM(grow_missed, void, (struct grow_heap *g, unsigned class));        /* a malloc found nothing of that class */
SEAM(grow_drained, void, (struct grow_heap *g, unsigned class));       /* a free found no room, or the foreign seam did */
SEAM(grow_ebbing, bool, (const struct grow_heap *g));                  /* see ebb.h. What grow_ebbs said last, or false */
SEAM(grow_ebbs, bool, (struct grow_heap *g)); /* a free of any class found no room, nor beside its bin: shall bins ebb now? */
SEAM(grow_flows, void, (struct grow_heap *g)); /* a malloc of any class found nothing: no ebb now, nor for what was freed */
SEAM(grow_room, size_t, (const struct grow_heap *g, const void *old, size_t size, size_t usable)); /* front_room */
SEAM(grow_moved, void, (struct grow_heap *g, const void *p));          /* front_moved */
SEAM(grow_reset, void, (struct grow_heap *g));                         /* the front has been emptied: as at first */

#endif
