/* front.h - phase 11: a per-thread, per-class array of free blocks, between malloc and free and the slabs.
 *
 *   base                          top          room          malloc pops, free pushes
 *   | NULL | oldest  ...   newest  |  room       |
 *                                                | full: a tiny block goes on to `over`, a larger one to its slab
 *   over_base            over_top     over_limit v           free pushes, nobody pops
 *   |      | blocks that did not fit |  room  |  full: all of it goes back to the slabs at once
 *
 * A refill brings a batch straight from the slab. No block leaves a bin but by a malloc, or by a flush, and neither of these
 * runs in a signal handler: a handler may free (hakmem.h), while the code that it interrupted is between two instructions of a
 * pop or a push. That code is about to set top, and what a handler pushes above that is lost. But a block that a pop has read
 * stays used in its slab whatever a handler frees, since no free empties a bin. From `over` nothing is popped; a push that was
 * interrupted there, by a handler that gave all of it back, leaves NULLs below its block.
 *
 * Must hold for every bin:
 *   *base = NULL, which ends every pop;  base < slot <= top: blocks of this class, each used in its slab, of this heap,
 *   or others' where the foreign seam keeps them
 *   0 <= top - base <= room - base <= min(cap, grow_now of the class);  limit = room, or base
 *   over_base < slot <= over_top <= over_limit: blocks of this class and heap, used in their slabs, or NULL
 *   held = top - base + over_top - over_base;  allocations of the class = hits + misses
 *   a bin that is shut (its bit in `open` is 0) holds nothing and takes nothing; the first miss or the first block that does
 *   not fit opens it, so that an end of a thread looks at those bins only that the thread has used
 * Limits come down only when nobody can be pushing. A zero bin is not valid: FRONT_INIT is the empty one that takes nothing.
 */
#ifndef HAK_FRONT_H
#define HAK_FRONT_H

#include "core/seam/grow.h"

enum { FRONT_CLASSES = CLASS_ALL };

struct front_bin {
    void **top;         /* the newest block; base when there is none */
    void **limit;       /* free's short way does not pass it: room; base, of mid blocks, which are looked at more closely */
    uint64_t hits;      /* the one counter of the fast path: an add to a line already written */
    void **base;        /* a NULL that ends every pop; the oldest block is above it */
    void **room;        /* top does not pass it */
    void **over_top, **over_limit, **over_base; /* the same for blocks that did not fit */
};
static_assert(sizeof(struct front_bin) == 64, "a bin is one cache line");

enum { FRONT_OVER = 64 }; /* blocks that go back at once, at most */
enum { FRONT_FIRST = 4 }; /* blocks that the miss which opens a bin fetches, at most: a thread may want no more */

struct front_heap {
    struct front_bin bin[FRONT_CLASSES];
    struct front_count {
        uint64_t misses, refills; /* calls; those that brought a batch */
        uint64_t drains, drained; /* pieces that went back to a slab; blocks in them */
    } count[FRONT_CLASSES];
    uint64_t cap, opened;  /* HAKMEM_FC_CAP when the slots were laid out; have they been? */
    uint64_t open[(FRONT_CLASSES + 63) / 64]; /* a bit for each bin that takes blocks */
    struct grow_heap grow; /* how many blocks each bin may hold now */
};

extern void *front_nothing[1];
#define FRONT_BIN_INIT /* holds nothing, takes nothing */ \
    {front_nothing, front_nothing, 0, front_nothing, front_nothing, front_nothing, front_nothing, front_nothing}
#define FRONT_INIT                                              \
    {                                                           \
        .bin = {[0 ... FRONT_CLASSES - 1] = FRONT_BIN_INIT}     \
    }
#define FRONT_CACHES true

extern uint64_t front_cap, front_batch, front_direct, front_report;
#define FRONT_ENV(X)                                                                                        \
    X("FC_CAP", front_cap, 0, 4096, "256", "blocks that a thread caches of one class, at most")             \
    X("FC_REFILL", front_batch, 1, 4096, "32", "blocks that a miss fetches, but for the first")              \
    X("TINY_FRONT_DIRECT", front_direct, 0, 1, "1", "0: refill through the slab's free list (two hops)")    \
    X("FRONT_STATS", front_report, 0, 1, "0", "print hits, misses, refills, drains, held bytes by class at exit")

hot_inline void *front_pop(struct front_heap *f, unsigned class)
{
    struct front_bin *bin = &f->bin[class];
    keep_pointer(bin);
    void **top = bin->top, *p = *top;
    if (unlikely(!p))
        return NULL;
    bin->hits++;
    store_relaxed(&bin->top, top - 1);
    return p;
}

hot_inline bool front_push_bin(struct front_bin *bin, void *p)
{
    void **top = bin->top;
    if (unlikely(top >= bin->room))
        return false;
    top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* a handler must not find a slot below top that holds nothing yet */
    store_relaxed(&bin->top, top + 1);
    return true;
}

hot_inline bool front_push(struct front_heap *f, unsigned class, void *p)
{
    struct front_bin *bin = &f->bin[class];
    keep_pointer(bin);
    return front_push_bin(bin, p);
}

/* A bin of a mid class? */
hot_inline bool front_wide(const struct front_heap *f, const struct front_bin *bin)
{
    return bin >= &f->bin[CLASS_TINY];
}

hot_inline bool front_spills(const struct front_bin *bin)
{
    return bin->over_top < bin->over_limit;
}

/* A block whose bin is full goes where blocks wait for being given back together. */
hot_inline bool front_spill(struct front_bin *bin, void *p)
{
    void **top = bin->over_top;
    if (unlikely(!front_spills(bin)))
        return false;
    top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* as in front_push */
    store_relaxed(&bin->over_top, top + 1);
    return true;
}

/* p is what came last into the bin. */
hot_inline bool front_newest(const struct front_bin *bin, const void *p)
{
    return *bin->top == p;
}

enum { FRONT_LOOK = 4 };

/* Only the newest are looked at. */
static inline bool front_holds(const struct front_heap *f, unsigned class, const void *p)
{
    const struct front_bin *bin = &f->bin[class];
    void **slot = bin->top, **end = bin->base;
    if (slot - end > FRONT_LOOK)
        end = slot - FRONT_LOOK;
    while (slot > end && *slot != p)
        slot--;
    return slot > end || (bin->over_top > bin->over_base && *bin->over_top == p);
}

#endif
