/* SPDX-License-Identifier: MIT */
/* phases/21-grow/grow.h - phase 21, the grow seam: a bin that runs empty after it has run over was too small, and doubles.
 *
 * What only fills or only empties a bin does not change it: a program that frees all it has leaves in the front what phase 18
 * allows, unless its bins had gone up and down before. After the slow start of tcmalloc's thread caches (Google, tcmalloc
 * design).
 *
 * Must hold: a bin may hold grow_bounds(class).least blocks, doubled as often as it has grown, or `most` where that is less;
 *   bytes = the sum of what bins may hold beyond `laid` <= GROW_BYTES
 */
#ifndef HAK_GROW_GROW_H
#define HAK_GROW_GROW_H

#include <string.h>

/* Four times the width, 32 blocks, or 256 KiB, of a mid class, and eight blocks of any class that has a bin: each bin of a mid
 * class may hold so many. What is more, and what is more than the width of a tiny class, all bins of a heap share: so many
 * times the width at most, and GROW_BYTES of all classes together. */
enum { GROW_WIDTHS = 4, GROW_EIGHT = 8, GROW_TINY_WIDTHS = 32, GROW_MID_WIDTHS = 16, GROW_BYTES = 2 * 1024 * 1024 };
/* Drains without a miss after which bins ebb; how many frees an ebb lasts; an ebb that begins so long after the one before does
 * not mind how many there were. */
enum { GROW_EBB_DRAINS = 2, GROW_EBB_FREES = 16384, GROW_EBB_MS = 1000, GROW_EBB_REGRETS = 8 };
/* A block that realloc moves because it is too small grows by such a part at least; by the second part
 * where it is above TINY_MAX and among the last that moved so. */
enum { GROW_PART = 4, GROW_AGAIN_PART = 2, GROW_MOVED = 4 };

struct grow_heap {
    bool drained[CLASS_ALL]; /* since the last miss */
    uint32_t bytes;          /* of blocks that bins may hold beyond `laid` */
    uint64_t grown;          /* times that a bin doubled */
    uint32_t drains, ebb;    /* frees without room since the last miss; frees that are left of an ebb, 0: there is none */
    uint8_t regrets;         /* ebbs in short order: the next needs 4 to the power of this times as many drains */
    uint64_t ebb_ms, ebbs;   /* when the last ebb began; how many there were */
    const void *moved[GROW_MOVED]; /* the blocks that realloc moved last, at grow_place: each where another was before */
};

/* A bin of a mid class that has not grown holds half of what the width seam says. */
static inline struct grow_bounds grow_bounds(unsigned class)
{
    size_t width = width_blocks(class), laid = width * GROW_WIDTHS;
    if (class < CLASS_TINY)
        return (struct grow_bounds){width, width, width * GROW_TINY_WIDTHS};
    laid = width == 0 || laid > GROW_EIGHT ? laid : GROW_EIGHT;
    return (struct grow_bounds){(width + 1) / 2, laid, width * GROW_MID_WIDTHS > laid ? width * GROW_MID_WIDTHS : laid};
}

size_t grow_more(struct grow_heap *g, unsigned class, size_t now, size_t cap);

static inline size_t grow_missed(struct grow_heap *g, unsigned class, size_t now, size_t cap)
{
    return likely(!g->drained[class]) ? now : grow_more(g, class, now, cap);
}

static inline void grow_drained(struct grow_heap *g, unsigned class)
{
    g->drained[class] |= g->ebb == 0; /* a bin that ebbs has no room, however large it is */
}

ANSWER(bool, grow_ebbing, (const struct grow_heap *g), g->ebb > 0)

static inline uint32_t grow_need(const struct grow_heap *g)
{
    return (uint32_t)GROW_EBB_DRAINS << 2 * g->regrets;
}

/* Who wants blocks again would have an ebb too often. */
static inline void grow_regret(struct grow_heap *g)
{
    if (g->regrets < GROW_EBB_REGRETS)
        g->regrets++;
}

bool grow_turn(struct grow_heap *g);

static inline bool grow_ebbs(struct grow_heap *g)
{
    if (likely(g->ebb == 0) && ++g->drains != GROW_EBB_DRAINS && likely(g->drains < grow_need(g)))
        return false;
    return grow_turn(g);
}

static inline bool grow_flows(struct grow_heap *g)
{
    bool ebbed = g->ebb > 0;
    if (unlikely(ebbed))
        grow_regret(g);
    g->drains = g->ebb = 0;
    return ebbed;
}

static inline void grow_reset(struct grow_heap *g)
{
    memset(g->drained, 0, sizeof g->drained);
    g->bytes = g->drains = g->ebb = 0; /* the next thread's bins need as many drains as this one's */
}

static inline size_t grow_place(const void *p)
{
    return ((uintptr_t)p >> 4 ^ (uintptr_t)p >> 10) % GROW_MOVED;
}

/* A program that appends in small steps would have its block copied at each size of ours. Copies of larger blocks take longer;
 * but what has grown once need not grow again. */
static inline size_t grow_room(const struct grow_heap *g, const void *old, size_t size, size_t usable)
{
    bool again = usable > TINY_MAX && g->moved[grow_place(old)] == old;
    size_t room = usable + (again ? usable / GROW_AGAIN_PART : usable / GROW_PART);
    return size < room && room <= MID_MAX ? room : size;
}

ANSWER(void, grow_moved, (struct grow_heap *g, const void *p), (void)(g->moved[grow_place(p)] = p))

#endif
