/* SPDX-License-Identifier: MIT */
/* phases/17-purge/purge.h - phase 17, the purge seam: a heap gives back pages of its partly used slabs while its thread
 * frees; a heap whose thread is asleep gives back what it can when others want memory; and the thread of background.h,
 * where there is one, gives back what has not been used for HAKMEM_PURGE_MS.
 *
 * See purge.c for when each of these happens.
 */
#ifndef HAK_PHASE_PURGE_H
#define HAK_PHASE_PURGE_H

#include "core/heap/background.h"
#include "core/low/compiler.h"

HAK_EXTERN uint64_t purge_on, purge_ms, purge_mb;

struct heap;

/* In a heap. The owner's, but for what others write inside the heap's lock, or says so. */
struct purge_heap {
    int64_t left;      /* bytes that may still go to the slabs before it is time to look; 0 or less: it is */
    int64_t step;      /* what that was at the last look */
    uint64_t freed;    /* bytes that had gone to the slabs at the last look */
    uint64_t purge_at; /* before freed comes to this a purge would find too little */
    uint64_t low;      /* the fewest bytes live, in all heaps, since the last purge */
    uint64_t gave;     /* bytes that it gave, and that were not wanted again yet */
    uint64_t bytes;       /* of its partly used slabs, at the last look */
    int64_t pages, empty; /* this heap's part of SPARE_PAGES and SPARE_EMPTY */
    struct heap *next;    /* in the list of heaps that may have something to give; under nobody's lock, see purge.c */
    uint32_t listed;      /* purge_turn: it is in that list. Atomic */
    bool known;           /* it has looked */
};

HAK_EXTERN bool purge_wanted;    /* some heap is to be looked at, by its thread. Relaxed, any thread */
HAK_EXTERN uint64_t purge_notes; /* SuperSlabs that came or went: a count that may miss some; relaxed, any thread */

static inline void purge_acquired(void)
{
    count_add(&purge_notes, 1);
}

static inline void purge_released(void)
{
    count_add(&purge_notes, 1);
}

static inline void purge_freed(struct purge_heap *p, uint64_t bytes)
{
    int64_t left = p->left - (int64_t)bytes;
    store_relaxed(&p->left, left);
    if (unlikely(left <= 0))
        store_relaxed(&purge_wanted, true);
}

void purge_begin(void);

static inline void purge_tick(bool freeing)
{
    if (unlikely(load_relaxed(&purge_wanted)))
        purge_begin();
    background_tick(freeing);
}

void purge_trim(struct heap *h);
void purge_note(struct heap *h);
bool purge_pressure(void);
uint64_t purge_age(uint64_t now_ms);
void purge_fork_child(void);
void purge_forget(struct heap *h);

/* Counters; their rows in purge.c say what each counts. Atomic, any thread. */
struct purge_counts {
    uint64_t looks, purges, sweeps, idles, superslabs, heaps, slabs, asked, pressures, slot_bytes, slab_bytes;
};
struct purge_counts purge_counts(void);

#endif
