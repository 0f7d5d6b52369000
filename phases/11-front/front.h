/* front.h - phase 11: a per-thread, per-class array of free blocks, between malloc and free and the slabs.
 *
 *   start             base                    top          limit           start + 2 * the most it may hold
 *   | given back      | oldest  ...   newest  |  room       |               |
 *                       drain --> slabs          <-- malloc pops, free pushes
 *
 * A refill brings a batch straight from the slab; a drain gives the oldest half straight back to the slabs. A drain does not
 * move what stays: it raises base, and limit with it, until the slots end; from then on a full bin passes blocks on to their
 * slabs one by one, and the next miss starts again at start. So a free in a signal handler may drain while the code that it
 * interrupted is between two instructions of a push or a pop: neither top nor a slot near it changes under it. The limit of
 * that: a handler that interrupts a pop and frees more than half a bin of the same class in one go may drain the very block
 * that the pop has read.
 *
 * Must hold for every bin:
 *   *base = NULL, which ends every pop;  base < slot <= top: blocks of this class, each used in its slab, of this heap,
 *   or others' where the foreign seam keeps them
 *   0 <= top - base <= limit - base <= min(HAKMEM_FC_CAP, grow_now of the class)
 *   held = top - base;  allocations of the class = hits + misses
 * A zero bin is not valid: FRONT_INIT is the empty one that takes nothing.
 */
#ifndef HAK_FRONT_H
#define HAK_FRONT_H

#include "core/seam/grow.h"

enum { FRONT_CLASSES = CLASS_ALL };

struct front_bin {
    void **top;                               /* the newest block; base when there is none */
    void **limit;                             /* top may not pass it */
    uint64_t hits;                            /* the one counter of the fast path: an add to a line already written */
    void **base;                              /* a NULL that ends every pop; the oldest block is above it */
    uint64_t misses, refills, drains, drained; /* calls; drained: blocks */
};
static_assert(sizeof(struct front_bin) == 64, "a bin is one cache line");

struct front_heap {
    struct front_bin bin[FRONT_CLASSES];
    void **start[FRONT_CLASSES]; /* the slots: 2 * the most + 1 for each class */
    uint64_t opened_cap;         /* HAKMEM_FC_CAP when the slots were laid out; 0: not yet */
    struct grow_heap grow;       /* how many blocks each bin may hold now */
};

extern void *front_nothing[1];
#define FRONT_BIN_INIT {front_nothing, front_nothing, 0, front_nothing, 0, 0, 0, 0} /* holds nothing, takes nothing */
#define FRONT_INIT                                              \
    {                                                           \
        .bin = {[0 ... FRONT_CLASSES - 1] = FRONT_BIN_INIT}     \
    }
#define FRONT_CACHES true

extern uint64_t front_cap, front_batch, front_direct, front_report;
#define FRONT_ENV(X)                                                                                        \
    X("FC_CAP", front_cap, 0, 4096, "256", "blocks that a thread caches of one class, at most")             \
    X("FC_REFILL", front_batch, 1, 4096, "32", "blocks that a miss fetches from the slab")                  \
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

hot_inline bool front_push(struct front_heap *f, unsigned class, void *p)
{
    struct front_bin *bin = &f->bin[class];
    keep_pointer(bin);
    void **top = bin->top;
    if (unlikely(top == bin->limit))
        return false;
    top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* a handler must not find a slot below top that holds nothing yet */
    store_relaxed(&bin->top, top + 1);
    return true;
}

#endif
