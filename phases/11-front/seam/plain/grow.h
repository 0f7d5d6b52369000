/* SPDX-License-Identifier: MIT */
/* plain/grow.h - the plain answer of the grow seam: as many as the width seam says, always. */
#ifndef HAK_PLAIN_GROW_H
#define HAK_PLAIN_GROW_H

struct grow_heap {};

static inline struct grow_bounds grow_bounds(unsigned class)
{
    size_t width = width_blocks(class);
    return (struct grow_bounds){width, width, width};
}

ANSWER(size_t, grow_missed, (struct grow_heap *g, unsigned class, size_t now, size_t cap), now)
NOTHING(grow_drained, (struct grow_heap *g, unsigned class))
ANSWER(bool, grow_ebbing, (const struct grow_heap *g), false)
ANSWER(bool, grow_ebbs, (struct grow_heap *g), false)
ANSWER(bool, grow_flows, (struct grow_heap *g), false)
ANSWER(size_t, grow_room, (const struct grow_heap *g, const void *old, size_t size, size_t usable), size)
NOTHING(grow_moved, (struct grow_heap *g, const void *p))
NOTHING(grow_reset, (struct grow_heap *g))

#endif
