/* pool.h - phase 12: one pool of SuperSlabs for all heaps and all classes. A slab takes its class when claimed and loses it
 * when empty; mid classes take runs of slots in the same SuperSlabs.
 *
 * A slot is   UNUSED    not claimed since the SuperSlab was acquired
 *             FREED     claimed once, and given back
 *             ACTIVE    a heap's, formatted for a class
 *             EMPTY     ACTIVE's shadow: still formatted for its class, kept by the heap that emptied it, owned by none
 * Must hold:  span.word = FREED bits in the low half, UNUSED bits in the high half; the halves are disjoint;
 *             slots outside both are ACTIVE or EMPTY, in one heap's hands;
 *             all 32 bits set in the two together  =>  the next to see it retires the span (word = 0), and only then may the
 *             SuperSlab go back.
 * So a slot is claimed by clearing its bit, and the thread that cleared it has it: every step is one compare-and-swap on word.
 */
#ifndef HAK_SHARED_POOL_H
#define HAK_SHARED_POOL_H

enum { POOL_STAGES = 5, POOL_EMPTY_MAX = 16 };

struct pool_span;

struct pool_heap {
    struct pool_span *hot;                   /* where the last slot came from: tried first. Spans are never unmapped */
    struct slab *empty[POOL_EMPTY_MAX];      /* EMPTY slabs, oldest first */
    uint64_t empty_count;
    uint64_t stage[POOL_STAGES];             /* slabs acquired: hot, EMPTY, FREED, UNUSED, new SuperSlab. Owner writes */
    uint64_t released, retries;              /* slots given back; compare-and-swaps that lost */
};

struct pool_superslab {
    struct pool_span *span; /* written once when acquired */
};

extern uint64_t pool_empty_limit, pool_report, pool_trace;

#endif
