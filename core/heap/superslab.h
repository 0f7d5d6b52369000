/* SPDX-License-Identifier: MIT */
/* superslab.h - a SuperSlab: 2 MiB, 2 MiB-aligned, 32 slots of 64 KiB that hold blocks and nothing else; and its metadata,
 * struct superslab, which lies elsewhere: no overflow of a block reaches it, and no block shares its pages.
 *
 * Every mapped SuperSlab is in the SuperSlab map and in one list, under one lock that is taken when a SuperSlab is mapped,
 * unmapped or counted. The metadata of one that was unmapped is kept for the next, never unmapped.
 *
 * Must hold: a SuperSlab is unmapped or reused only when slab[i].heap = NULL for every i; struct superslab lies at a multiple
 * of SUPERSLAB_META.
 */
#ifndef HAK_SUPERSLAB_H
#define HAK_SUPERSLAB_H

#include "core/seam/guard.h"
#include "core/seam/lazy.h"
#include "core/seam/lead.h"
#include "core/seam/pool.h"
#include "core/heap/slab.h"

enum { START_UNIT = 1024, START_UNITS = SUPERSLAB_SIZE / START_UNIT };

struct superslab {
    struct slab slab[SLABS_PER_SUPERSLAB]; /* first: slab_in counts on it */
    struct freelist_superslab freelist;    /* the freelist seam's state; right behind the slabs, in one page with them */
    uint16_t start[START_UNITS];           /* where live blocks of mid classes start: below. Relaxed; who takes or frees one */
    char *base;                            /* the first byte of slot 0; written when mapped */
    struct superslab *next, *prev;         /* list of all SuperSlabs; under LOCK_SUPERSLAB */
    uint32_t clean;                        /* bit i: slot i has never been used since the kernel zeroed it. The pool's */
    struct lead_superslab lead;            /* the lead seam's state; zero when a SuperSlab is acquired */
    struct pool_superslab pool;            /* the pool's state; zero when a SuperSlab is acquired */
    struct lazy_superslab lazy;            /* the lazy seam's state; its own */
    struct freelist_more more;             /* the freelist seam's state that few slabs need */
    struct guard_superslab guard;          /* the guard's state; zero when a SuperSlab is acquired */
};

static_assert(sizeof(struct superslab) <= SUPERSLAB_META, "the metadata of a SuperSlab is found by masking a slab's address");

static inline struct superslab *superslab_of(const struct slab *s)
{
    return (struct superslab *)((uintptr_t)s & ~(SUPERSLAB_META - 1));
}

/* A slab's index in its SuperSlab, and the first byte of its slot. */
static inline unsigned slab_index(const struct slab *s)
{
    return (unsigned)(s - superslab_of(s)->slab);
}

static inline char *superslab_slot(const struct slab *s)
{
    return superslab_of(s)->base + slab_index(s) * SLAB_SIZE;
}

/* Blocks of mid classes, of which at most one starts in each KiB: start[i] is the low half-word of the address of the live one
 * that starts in KiB i, or START_NONE. 0 says none, too, but where a slot begins: slab_format writes START_NONE there. No other
 * thread looks at the entry of a block before it has the block. In these, ss is the SuperSlab that p lies in, a multiple
 * of 16. */
enum { START_NONE = 1 };
hot_inline size_t superslab_unit(const void *p)
{
    return (uintptr_t)p / START_UNIT % START_UNITS;
}

/* p is about to be handed out. */
hot_inline void superslab_mark(struct superslab *ss, void *p)
{
    size_t unit = superslab_unit(p);
    hak_assert(!half_is(&ss->start[unit], (uintptr_t)p));
    forget_value(unit);
    half_set(&ss->start[unit], (uintptr_t)p);
}

/* Is p the start of a live block of a mid class? */
hot_inline bool superslab_marked(const struct superslab *ss, const void *p)
{
    return half_is(&ss->start[superslab_unit(p)], (uintptr_t)p);
}

/* The same; it is live no longer. */
hot_inline bool superslab_unmark(struct superslab *ss, void *p)
{
    size_t unit = superslab_unit(p);
    forget_value(unit);
    if (unlikely(!half_is(&ss->start[unit], (uintptr_t)p)))
        return false;
    forget_value(unit);
    half_set(&ss->start[unit], START_NONE);
    return true;
}

/* No block of a mid class is live that starts where a slot of s does. */
static inline void superslab_unmark_slots(const struct slab *s)
{
    struct superslab *ss = superslab_of(s);
    for (unsigned i = slab_index(s), end = i + s->slots; i < end; i++)
        ss->start[i * (SLAB_SIZE / START_UNIT)] = START_NONE;
}

/* An empty SuperSlab for the pool, from the lazy seam; its slots belong to nobody. NULL with errno = ENOMEM. Thread-safe. */
struct superslab *superslab_acquire(void);

/* An empty SuperSlab goes to the lazy seam. Thread-safe. */
void superslab_release(struct superslab *ss);

/* For the lazy seam: maps a SuperSlab, or NULL; and unmaps one. Thread-safe. What munmap refuses to take is kept by mapped.h,
 * and used again. */
struct superslab *superslab_map(void);
void superslab_unmap(struct superslab *ss);

/* Calls visit for every slab that a heap owns, with the list locked: no SuperSlab comes or goes meanwhile.
 * For none in a signal handler that may have interrupted a change. */
void superslab_each_slab(void (*visit)(void *context, struct slab *s), void *context);

struct superslab_counts {
    uint64_t now, peak, mapped, unmapped;
};
struct superslab_counts superslab_counts(void);

/* Checks every SuperSlab's own invariants; aborts on a breach. */
void superslab_valid(const struct superslab *ss);

#endif
