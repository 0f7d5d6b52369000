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

SEAM(grow_most, size_t, (unsigned class)); /* the most that grow_now ever says: slots for it are laid out */
SEAM(grow_now, size_t, (const struct grow_heap *g, unsigned class));
SEAM(grow_missed, void, (struct grow_heap *g, unsigned class));        /* a malloc found nothing of that class */
SEAM(grow_drained, void, (struct grow_heap *g, unsigned class));       /* a free found no room, or the foreign seam did */
SEAM(grow_room, size_t, (size_t size, size_t usable));                 /* front_room */
SEAM(grow_reset, void, (struct grow_heap *g));                         /* the front has been emptied: as at first */

#endif
