/* SPDX-License-Identifier: MIT */
/* phases/21-grow/grow.h - phase 21, the grow seam: a bin that runs empty after it has run over was too small, and doubles.
 *
 * What only fills or only empties a bin does not change it: a program that frees all it has leaves in the front what phase 18
 * allows, unless its bins had gone up and down before. After the slow start of tcmalloc's thread caches (Google, tcmalloc
 * design). Tiny classes hold enough as it is.
 *
 * Must hold: grow_now = width_blocks << shift, shift <= GROW_MOST, and 0 for tiny classes.
 */
#ifndef HAK_GROW_GROW_H
#define HAK_GROW_GROW_H

#include <string.h>

enum { GROW_MOST = 2 }; /* doublings: 32 blocks, or 256 KiB, of a mid class */
enum { GROW_PART = 4 }; /* a block that realloc moves because it is too small grows by such a part at least */

struct grow_heap {
    uint8_t shift[CLASS_ALL];
    bool drained[CLASS_ALL]; /* since the last miss */
    uint64_t grown;          /* times that a bin doubled */
};

static inline size_t grow_most(unsigned class)
{
    return width_blocks(class) << (class < CLASS_TINY ? 0 : GROW_MOST);
}

static inline size_t grow_now(const struct grow_heap *g, unsigned class)
{
    return width_blocks(class) << g->shift[class];
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
