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
#include "core/seam/pool.h"
#include "core/heap/slab.h"

enum { START_UNIT = 1024, START_UNITS = SUPERSLAB_SIZE / START_UNIT };

struct superslab {
    struct slab slab[SLABS_PER_SUPERSLAB]; /* first: slab_in counts on it */
    struct freelist_superslab freelist;    /* the freelist seam's state; right behind the slabs */
    char *base;                            /* the first byte of slot 0; written when mapped */
    struct superslab *next, *prev;         /* list of all SuperSlabs; under superslab_lock */
    uint32_t clean;                        /* bit i: slot i has never been used since the kernel zeroed it. The pool's */
    struct pool_superslab pool;            /* the pool's state; zero when a SuperSlab is acquired */
    struct lazy_superslab lazy;            /* the lazy seam's state; its own */
    struct guard_superslab guard;          /* the guard's state; zero when a SuperSlab is acquired */
    uint16_t start[START_UNITS];           /* where live blocks of mid classes start: below. Relaxed; who takes or frees one */
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

/* Blocks of mid classes, of which at most one starts in each KiB: start[i] is 0, or says where in KiB i a live one starts. Zero
 * when a SuperSlab is acquired: all its blocks have been freed. In these, ss is the SuperSlab that p lies in. */
hot_inline uint16_t *superslab_start(struct superslab *ss, const void *p)
{
    return &ss->start[(uintptr_t)p / START_UNIT % START_UNITS];
}

/* Not 0, as p is a multiple of 16; and another one for each address in a KiB. */
hot_inline uint16_t superslab_start_of(const void *p)
{
    return (uint16_t)~(uintptr_t)p;
}

/* p is about to be handed out. */
hot_inline void superslab_mark(struct superslab *ss, void *p)
{
    uint16_t *start = superslab_start(ss, p);
    hak_assert(load_relaxed(start) == 0);
    store_relaxed(start, superslab_start_of(p));
}

/* Is p the start of a live block of a mid class? */
hot_inline bool superslab_marked(struct superslab *ss, const void *p)
{
    return load_relaxed(superslab_start(ss, p)) == superslab_start_of(p);
}

/* The same; it is live no longer. */
hot_inline bool superslab_unmark(struct superslab *ss, void *p)
{
    uint16_t *start = superslab_start(ss, p);
    if (unlikely(load_relaxed(start) != superslab_start_of(p)))
        return false;
    store_relaxed(start, 0);
    return true;
}

/* An empty SuperSlab for the pool, from the lazy seam; its slots belong to nobody. NULL with errno = ENOMEM. Thread-safe. */
struct superslab *superslab_acquire(void);

/* An empty SuperSlab goes to the lazy seam. Thread-safe. */
void superslab_release(struct superslab *ss);

/* For the lazy seam: maps a SuperSlab, or NULL; and unmaps one. Thread-safe. What munmap refuses to take is used again. */
struct superslab *superslab_map(void);
void superslab_unmap(struct superslab *ss);

/* Tries again to give back what munmap refused; how many SuperSlabs went. */
size_t superslab_trim(void);

/* For the lazy seam: gives the memory of an empty SuperSlab back; the slots are clean again. */
void superslab_purge(struct superslab *ss);

/* Calls visit for every slab that a heap owns, with the list locked: no SuperSlab comes or goes meanwhile.
 * For none in a signal handler that may have interrupted a change. */
void superslab_each_slab(void (*visit)(void *context, struct slab *s), void *context);

struct superslab_counts {
    uint64_t now, peak, mapped, unmapped;
};
struct superslab_counts superslab_counts(void);

/* Checks every SuperSlab's own invariants; aborts on a breach. */
void superslab_valid(const struct superslab *ss);

void superslab_fork_lock(void);
void superslab_fork_unlock(bool child);

#endif
