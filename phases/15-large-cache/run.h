/* phases/15-large-cache/run.h - phase 15, the run seam: a heap keeps its last empty runs formatted, as the current slabs of
 * their classes, so that a pair of malloc and free of a mid size costs a pop and a push.
 *
 * May include slab.h and the mid seam. Bounded by RUN_MOST runs and RUN_BYTES for each heap and by HAKMEM_RUN_MB for all; the
 * run that was added first goes first. A class stays on the list while its run is in use: nothing is counted on the way. The
 * block that came back last is at hand without the heap's lock; all of it is touched with lock_inside told, as a handler may
 * free.
 */
#ifndef HAK_PHASE_RUN_H
#define HAK_PHASE_RUN_H

#include "core/seam/mid.h"
#include "core/seam/width.h"

enum { RUN_MOST = 2 };
#define RUN_BYTES ((size_t)1 << 20) /* of one heap, at most */
/* Blocks above it are in no front: the slab is the place to look. Without mid classes there are none. */
#define RUN_POP_MIN (MID_CLASSES > 0 ? WIDTH_MAX : MID_MAX)

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

extern uint64_t run_mb;

static inline bool run_holds(const struct run_heap *r, const void *p)
{
    return p == r->last;
}

void *run_take(struct heap *h, size_t size);
void run_flush(struct heap *h);
uint64_t run_cached(const struct heap *h, const struct slab *s);
uint64_t run_cached_bytes(const struct heap *h);
void run_drain(struct heap *h, struct slab *s, void *p);
bool run_keep(struct heap *h, struct slab *s);
bool run_yield(struct heap *h);
void run_park(struct heap *h);

#endif
