/* SPDX-License-Identifier: MIT */
/* phases/21-grow/grow.h - phase 21, the grow seam: a bin that runs empty after it has run over was too small, and doubles.
 *
 * What only fills or only empties a bin does not change it: a program that frees all it has leaves in the front what phase 18
 * allows, unless its bins had gone up and down before. After the slow start of tcmalloc's thread caches (Google, tcmalloc
 * design). Tiny classes hold enough as it is.
 *
 * Must hold, of mid classes: grow_least = width_blocks / 2, rounded up;  grow_now = grow_least << shift, or grow_most where
 * that is less. Of tiny classes all three are width_blocks.
 */
#ifndef HAK_GROW_GROW_H
#define HAK_GROW_GROW_H

#include <string.h>

/* So many times the width at most: 32 blocks, or 256 KiB, of a mid class; but eight blocks of any class that has a bin. */
enum { GROW_WIDTHS = 4, GROW_EIGHT = 8 };
enum { GROW_PART = 4 }; /* a block that realloc moves because it is too small grows by such a part at least */

struct grow_heap {
    uint8_t shift[CLASS_ALL];
    bool drained[CLASS_ALL]; /* since the last miss */
    uint64_t grown;          /* times that a bin doubled */
};

/* A bin of a mid class that has not grown holds half of what the width seam says. */
static inline size_t grow_least(unsigned class)
{
    return class < CLASS_TINY ? width_blocks(class) : (width_blocks(class) + 1) / 2;
}

static inline size_t grow_most(unsigned class)
{
    size_t width = width_blocks(class), most = width * GROW_WIDTHS;
    return class < CLASS_TINY || width == 0 ? width : most > GROW_EIGHT ? most : GROW_EIGHT;
}

static inline size_t grow_now(const struct grow_heap *g, unsigned class)
{
    size_t blocks = grow_least(class) << g->shift[class], most = grow_most(class);
    return blocks < most ? blocks : most;
}

static inline void grow_missed(struct grow_heap *g, unsigned class)
{
    if (likely(class < CLASS_TINY) || !g->drained[class])
        return;
    g->drained[class] = false;
    if (grow_now(g, class) < grow_most(class)) {
        g->shift[class]++;
        count_add(&g->grown, 1);
    }
}

static inline void grow_drained(struct grow_heap *g, unsigned class)
{
    g->drained[class] = true;
}

static inline void grow_reset(struct grow_heap *g)
{
    memset(g->shift, 0, sizeof g->shift);
    memset(g->drained, 0, sizeof g->drained);
}

/* A program that appends in small steps would have its block copied at each size of ours. */
static inline size_t grow_room(size_t size, size_t usable)
{
    size_t room = usable + usable / GROW_PART;
    return size < room && room <= MID_MAX ? room : size;
}


#endif
