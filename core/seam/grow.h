/* seam/grow.h - the grow seam: how many blocks of a class may this heap's front hold now?
 *
 * Asked by the front on slow paths. An answer includes compiler.h, sizeclass.h and the width seam, and defines
 * struct grow_heap (its state in a front, zero at first) and
 *
 *   size_t grow_most(unsigned class)                              the most that grow_now ever says: slots for it are laid out
 *   size_t grow_now(const struct grow_heap *g, unsigned class)    width_blocks(class) at first
 *   void grow_missed(struct grow_heap *g, unsigned class)         a malloc found nothing of that class
 *   void grow_drained(struct grow_heap *g, unsigned class)        a free found no room, or the foreign seam did
 *   void grow_reset(struct grow_heap *g)                          the front has been emptied: as at first
 *   size_t grow_room(size_t size, size_t usable)                  realloc moves a block of a slab because it has only usable
 *                                                                 < size bytes: how many the new one should have; size at
 *                                                                 least, and at most MID_MAX. size <= MID_MAX
 *   void grow_stats(stats_each *each, void *context)
 *
 * Must hold: width_blocks(class) <= grow_now(g, class) <= grow_most(class); only grow_missed and grow_reset change it.
 */
#ifndef HAK_SEAM_GROW_H
#define HAK_SEAM_GROW_H

#include "core/heap/stats.h"
#include "core/seam/width.h"

#include HAK_SEAM_grow

#endif
