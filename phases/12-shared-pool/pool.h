/* SPDX-License-Identifier: MIT */
/* pool.h - phase 12: one pool of SuperSlabs for all heaps and all classes. A slab takes its class when claimed and loses it
 * when empty; mid classes take runs of slots in the same SuperSlabs.
 *
 * A slot is   UNUSED    not claimed since the SuperSlab was mapped
 *             FREED     claimed once, and given back; all slots of a SuperSlab that phase 9 had kept
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

#define HEAP_CLASSES CLASS_ALL
#define SLAB_MAX MID_MAX

#include "phases/12-shared-pool/seam/run.h"

struct pool_span;

struct pool_heap {
    struct pool_span *hot;                   /* where the last slot came from: tried first. Spans are never unmapped */
    struct slab *empty[POOL_EMPTY_MAX];      /* EMPTY slabs, oldest first */
    uint64_t empty_count;
    uint64_t stage[POOL_STAGES];             /* slabs acquired: hot, EMPTY, FREED, UNUSED, new SuperSlab. Owner writes */
    uint64_t released, retries;              /* slots given back; compare-and-swaps that lost */
    struct run_heap run;
};

struct pool_superslab {
    struct pool_span *span; /* written once when acquired */
};

HAK_EXTERN uint64_t pool_empty_limit, pool_report, pool_trace;
struct slab *pool_claim(struct heap *h, unsigned class);
void pool_release(struct heap *h, struct slab *s);
void pool_park(struct heap *h);
size_t pool_shed(uint64_t bytes);
size_t pool_age(void);
void pool_valid(struct heap *h);
void pool_start(void);
void pool_stop(void);
ANSWER(bool, pool_keep, (struct heap *h, struct slab *s), run_keep(h, s))
ANSWER(void *, pool_pop, (struct heap *h, unsigned class), run_pop(h, class))
ANSWER(void *, pool_push, (struct heap *h, struct slab *s, void *p), run_push(h, s, p))
ANSWER(bool, pool_puts, (struct pool_heap *pool, const struct slab *s, void *p), run_puts(&pool->run, s, p))
ANSWER(void, pool_flush, (struct heap *h), run_flush(h))
ANSWER(void, pool_settled, (struct heap *h), run_park(h))
ANSWER(uint64_t, pool_cached, (const struct heap *h, const struct slab *s), run_cached(h, s))
ANSWER(uint64_t, pool_cached_bytes, (const struct heap *h), run_cached_bytes(h))

#endif
