/* SPDX-License-Identifier: MIT */
/* phases/20-keep/foreign.h - phase 20, the foreign seam: a thread that frees another heap's block, and allocates such blocks
 * itself, keeps it in its own front: it is still in the cache.
 *
 * Only blocks of mid classes: these are whole cache lines, so that no two threads write to one line because of it (passive
 * false sharing: Berger et al., Hoard, ASPLOS 2000), and the longer way that each free of a block takes that is not the heap's
 * own is little beside what a program does with so much memory.
 *
 * Must hold: a block in the front of heap h belongs to h, or to a mid class, whose sizes are multiples of FOREIGN_LINE;
 * kept = returned + given out by malloc + in the front now, but for what a handler that interrupted a push or a pop lost.
 */
#ifndef HAK_KEEP_FOREIGN_H
#define HAK_KEEP_FOREIGN_H

#include <string.h>

enum { FOREIGN_LINE = 64 };
static_assert(TINY_MAX >> CLASS_STEPS_LOG2 >= FOREIGN_LINE, "steps between mid classes are whole lines");

struct foreign_heap {
    uint64_t kept, returned; /* blocks of others that came into the front; that it gave back. Owner writes */
    bool asked[CLASS_ALL];   /* a malloc missed since the front was last emptied */
};

static inline bool foreign_holds(unsigned class)
{
    return class >= CLASS_TINY;
}

static inline void foreign_missed(struct foreign_heap *o, unsigned class)
{
    o->asked[class] = true;
}

static inline void foreign_emptied(struct foreign_heap *o)
{
    memset(o->asked, 0, sizeof o->asked);
}

/* A thread that does not ask for such blocks has no use for them. */
static inline bool foreign_wants(const struct foreign_heap *o, unsigned class)
{
    return foreign_holds(class) && o->asked[class];
}

bool foreign_keep(struct foreign_heap *o, struct front_heap *f, const struct slab *s, void *p);
bool foreign_return(struct heap *h, struct slab *s, void *p);
bool foreign_taken(struct heap *h, const struct slab *s);
uint64_t foreign_cached(const struct heap *h, const struct slab *s);

#endif
