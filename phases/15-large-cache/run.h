/* SPDX-License-Identifier: MIT */
/* phases/15-large-cache/run.h - phase 15, the run seam: a heap keeps its last empty runs formatted, as the current slabs of
 * their classes, so that a pair of malloc and free of a mid size costs a pop and a push.
 *
 * Bounded by RUN_MOST runs and RUN_BYTES for each heap and by HAKMEM_RUN_MB for all; the
 * run that was added first goes first. A class stays on the list while its run is in use: nothing is counted on the way. The
 * block that came back last is at hand without the heap's lock; all of it is touched with lock_inside told, as a handler may
 * free.
 */
#ifndef HAK_PHASE_RUN_H
#define HAK_PHASE_RUN_H

#include "core/low/lock.h"
#include "core/seam/sample.h"

enum { RUN_MOST = 2 };
#define RUN_BYTES ((size_t)1 << 20) /* of one heap, at most */

struct run_heap {
    struct {
        uint8_t class, slots;
    } kept[RUN_MOST];     /* classes whose current slab may stay when it is empty, oldest first; owner only */
    bool in[CLASS_ALL];    /* class c is in kept */
    uint64_t count, bytes; /* of kept; written by the owner, read by anybody, as the counters are */
    void *last;            /* of the blocks in no front, the one that came back last; the owner's, cached */
    uint64_t last_class, last_bytes; /* of it, or of the one before; its run is charged as kept ones are, also while away */
    uint64_t hits, drops;  /* blocks that came back to a kept run; runs that went for another's sake */
};

HAK_EXTERN uint64_t run_mb;

/* p, a block of s, is at hand from now on, if none is and the one before was of a run as long. */
hot_inline bool run_puts(struct run_heap *r, const struct slab *s, void *p)
{
    bool puts = false;
    if (unlikely(lock_inside) || unlikely(sample_all()))
        return false;
    lock_hold();
    if (likely(!r->last) && likely(r->last_bytes == s->slots * SLAB_SIZE)) {
        store_relaxed(&r->last_class, s->class);
        store_relaxed(&r->last, p);
        puts = true;
    }
    lock_let();
    return puts;
}

void *run_pop(struct heap *h, unsigned class);
void run_flush(struct heap *h);
uint64_t run_cached(const struct heap *h, const struct slab *s);
uint64_t run_cached_bytes(const struct heap *h);
void *run_push(struct heap *h, struct slab *s, void *p);
bool run_keep(struct heap *h, struct slab *s);
bool run_yield(struct heap *h);
void run_park(struct heap *h);

#endif
