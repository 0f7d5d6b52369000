/* SPDX-License-Identifier: MIT */
/* front.h - phase 11: a per-thread, per-class array of free blocks, between malloc and free and the slabs.
 *
 *   base                          top          room          malloc pops, free pushes
 *   | NULL | oldest  ...   newest  |  room       |
 *                                                | full: a block goes on to `over`; above 8 KiB, to its slab
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
 *   0 <= top - base <= room - base = min(width.now, slots that the bin has);  limit = room, or base
 *   over_base < slot <= over_top <= over_limit: blocks of this class and heap, used in their slabs, or NULL
 *   while bins ebb room and over_limit may be lower: ebb.h says what holds then
 *   held = top - base + over_top - over_base;  allocations of the class = hits + misses
 *   a bin that is shut (its bit in `open` is 0) holds nothing and takes nothing; the first miss or, where it has slots, the
 *   first block that does not fit opens it, so that an end of a thread looks at those bins only that the thread has used
 * A bin has no slots before its first miss. One of a tiny class has FRONT_SMALL of them until it has missed often, one of a mid
 * class those that it may fill now: most threads and short programs touch one page of slots, not one for each class. Only a
 * miss gives a bin slots. A miss is never in a signal handler, so that no push which was interrupted has read the old pointers.
 *
 * Limits come down when nobody can be pushing, or where what a push still does then is allowed for (ebb.h). A zero bin is not
 * valid: FRONT_INIT is the empty one that takes nothing. The front of a heap that no thread has is empty, or rests (rest.c).
 */
#ifndef HAK_FRONT_H
#define HAK_FRONT_H

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
static_assert(offsetof(struct front_bin, over_limit) - offsetof(struct front_bin, over_top) ==
                  offsetof(struct front_bin, limit) - offsetof(struct front_bin, top),
              "front_beside looks like a bin to a push");

/* Blocks that go back at once, at most: of tiny classes; of such whose bin has grown, one in so many that it holds; of mid
 * classes, up to a size. */
enum { FRONT_OVER = 64, FRONT_OVER_PART = 8, FRONT_OVER_MOST = 256 };
enum { FRONT_OVER_MID = 4, FRONT_OVER_SIZE = 8192 };
enum { FRONT_FIRST = 4 }; /* blocks that the miss which opens a bin fetches, at most: a thread may want no more */
/* Slots that the bin of a tiny class has at first, and those for what does not fit; and the misses after which it has all. */
enum { FRONT_SMALL = 15, FRONT_SMALL_OVER = 8, FRONT_SMALL_MISSES = 2 };

HAK_EXTERN void *front_nothing[1];
#define FRONT_BIN_INIT /* holds nothing, takes nothing */ \
    {front_nothing, front_nothing, 0, front_nothing, front_nothing, front_nothing, front_nothing, front_nothing}

#include "phases/11-front/seam/foreign.h"
#include "phases/11-front/seam/grow.h"
#include "phases/11-front/seam/section.h"
#include "phases/11-front/seam/route.h"

struct front_heap {
    struct route_heap route;
    struct section_heap section;
    struct front_bin bin[FRONT_CLASSES];
    struct front_count {
        uint64_t misses, refills; /* calls; those that brought a batch */
        uint64_t drains, drained; /* pieces that went back to a slab; blocks in them */
    } count[FRONT_CLASSES];
    struct front_width {
        uint16_t now, laid; /* blocks that a bin may hold now; slots that it has until it outgrows them; cap at most */
    } width[FRONT_CLASSES]; /* what the grow seam has said last */
    uint64_t cap, opened;  /* HAKMEM_FC_CAP when the address space for the slots was taken; has it been? */
    void **slots, **slots_end; /* the next that no bin has; as many as are at hand */
    uint64_t open[(FRONT_CLASSES + 63) / 64]; /* a bit for each bin that takes blocks */
    uint64_t owned, rested; /* slots of the heap's slabs; what rest.c has charged for them: 0 unless the front rests */
    uint64_t rests;         /* times that a thread's end left the front as it was. Who has the heap writes */
    struct grow_heap grow;
    struct foreign_heap foreign;
    uint16_t ebb_wait[FRONT_CLASSES]; /* see ebb.c */
};

/* Of a heap that nobody has. Each pointer costs the start of every process a relocation, so the bins have at most `top`, and
 * that only where a pop reads through it without a look (ROUTE_BINS); limits of NULL let nothing in. */
#define FRONT_INIT {.route = ROUTE_INIT, .section = SECTION_INIT, .bin = ROUTE_BINS}
#define FRONT_SLABS {} /* malloc and free read bins */

HAK_EXTERN uint64_t front_cap, front_batch, front_direct, front_report;

ANSWER(size_t, front_room, (const struct front_heap *f, const void *old, size_t size, size_t usable),
       grow_room(&f->grow, old, size, usable))
ANSWER(void, front_moved, (struct front_heap *f, const void *p), grow_moved(&f->grow, p))
ANSWER(bool, front_serves, (unsigned class), width_blocks(class) > 0)

ANSWER(void *, front_seize, (struct heap *h), section_take(h))
ANSWER(bool, front_seizable, (void), section_takes())

/* Of a bin whose thread may be at work: its newest slot, and *from, the one below the oldest; NULL where it has no slots, or
 * gets others for so long. Must hold: a new base is written after top was front_nothing, and before the new top. So if base is
 * the same before and after a look at top, and top is not front_nothing, they belong together: no base comes twice. */
static inline void **front_seen(void **const *top, void **const *base, void ***from)
{
    for (int tries = 0; tries < 1000; tries++) {
        *from = __atomic_load_n(base, __ATOMIC_ACQUIRE);
        void **seen = __atomic_load_n(top, __ATOMIC_ACQUIRE);
        if (*from == front_nothing)
            return NULL;
        if (seen != front_nothing && load_relaxed(base) == *from)
            return seen;
    }
    return NULL;
}

void front_new(struct heap *h);
void front_open(struct heap *h);
void front_narrow(struct front_heap *f, unsigned class); /* the bin, which is empty, may hold as many blocks as at first */
void front_widen(struct heap *h, unsigned class); /* the bin has all its slots from here on. Inside heap_enter */
void front_allow(struct front_heap *f, unsigned class); /* the bin is open, its limits are those of now. Inside heap_enter */
/* Slots behind base up to top, which hold blocks of h or NULL, are emptied into the slabs. Inside heap_enter. */
void front_return(struct heap *h, unsigned class, void **base, void **top);
void front_give_over(struct heap *h, unsigned class); /* what did not fit goes back. Inside heap_enter */
void front_each_open(struct heap *h, void (*what)(struct heap *h, unsigned class)); /* for each bin that is open */
void *front_refill(struct heap *h, unsigned class, bool *zero);
void front_give(struct heap *h, struct slab *s, void *p);
void front_drain_inside(struct heap *h, struct slab *s, void *p); /* the same of one that comes back, inside heap_enter */
void front_drain(struct heap *h, struct slab *s, void *p); /* the bin and `over` have no room: takes p all the same */
bool front_keep(struct heap *h, struct slab *s, void *p);
bool front_holds(const struct heap *h, const struct slab *s, const void *p);
void front_flush(struct heap *h);
bool front_rests(struct heap *h);
bool front_rouse(void);
void front_wakes(struct front_heap *f); /* the front rests no more */
void front_own(struct heap *h, const struct slab *s);
void front_disown(struct heap *h, const struct slab *s);
void front_valid(struct heap *h, const struct slab *s);
uint64_t front_cached(const struct heap *h, const struct slab *s);
uint64_t front_bin_cached(const struct heap *h, const struct slab *s); /* blocks of s in h's own front */
uint64_t front_over_cached(const struct heap *h, const struct slab *s); /* those of them that wait. Any thread */
uint64_t front_cached_total(const struct heap *h, uint64_t *bytes);
void front_start(void);
void front_stop(void);

#endif
