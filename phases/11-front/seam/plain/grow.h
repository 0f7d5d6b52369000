/* SPDX-License-Identifier: MIT */
/* plain/grow.h - the plain answer of the grow seam: as many as the width seam says, always. */
#ifndef HAK_PLAIN_GROW_H
#define HAK_PLAIN_GROW_H

struct grow_heap {};

ANSWER(size_t, grow_most, (unsigned class), width_blocks(class))
ANSWER(size_t, grow_now, (const struct grow_heap *g, unsigned class), width_blocks(class))
NOTHING(grow_missed, (struct grow_heap *g, unsigned class))
NOTHING(grow_drained, (struct grow_heap *g, unsigned class))
ANSWER(size_t, grow_room, (size_t size, size_t usable), size)
NOTHING(grow_reset, (struct grow_heap *g))

#endif
