/* SPDX-License-Identifier: MIT */
/* plain/grow.h - the plain answer of the grow seam: as many as the width seam says, always. */
#ifndef HAK_PLAIN_GROW_H
#define HAK_PLAIN_GROW_H

struct grow_heap {};

ANSWER(size_t, grow_most, (unsigned class), width_blocks(class))
ANSWER(size_t, grow_laid, (unsigned class), width_blocks(class))
ANSWER(size_t, grow_now, (const struct grow_heap *g, unsigned class), width_blocks(class))
NOTHING(grow_missed, (struct grow_heap *g, unsigned class))
NOTHING(grow_drained, (struct grow_heap *g, unsigned class))
ANSWER(bool, grow_ebbing, (const struct grow_heap *g), false)
ANSWER(bool, grow_ebbs, (struct grow_heap *g), false)
NOTHING(grow_flows, (struct grow_heap *g))
ANSWER(size_t, grow_room, (const struct grow_heap *g, const void *old, size_t size, size_t usable), size)
NOTHING(grow_moved, (struct grow_heap *g, const void *p))
NOTHING(grow_reset, (struct grow_heap *g))

#endif
