/* phases/17-purge/purge.h - phase 17, the purge seam: while a process holds much memory, a thread gives back what has not been
 * needed for a while, also when the program makes no call.
 *
 * May include compiler.h. In a process with threads the thread starts when HAKMEM_PURGE_MB are held from the system; in one
 * without, whose libc works faster for being alone, not before so much is kept for nobody. It sleeps without a deadline while
 * no slow path runs in any heap, and ends when, then, less than half of HAKMEM_PURGE_MB is held.
 */
#ifndef HAK_PHASE_PURGE_H
#define HAK_PHASE_PURGE_H

#include "core/compiler.h"
#include "core/stats.h"

#define PURGE_WATCHES true
extern uint64_t purge_on, purge_ms, purge_mb;
#define PURGE_ENV(X)                                                                                                       \
    X("PURGE", purge_on, 0, 1, "1", "other threads, and one of the allocator's own, give back what a thread does not use") \
    X("PURGE_MS", purge_ms, 2, 1 << 30, "1500", "ms without use after which memory goes that is kept for nobody")          \
    X("PURGE_MB", purge_mb, 0, 1 << 24, "32", "MiB to hold (without threads: to keep for nobody) for that thread to start")

enum purge_attention { PURGE_AWAKE, PURGE_ABSENT, PURGE_RESTS };
extern uint64_t purge_notes;  /* SuperSlabs that came or went: a count that may miss some; relaxed, any thread */
extern uint64_t purge_used;   /* SuperSlabs in use; atomic */
extern int64_t purge_slots;   /* slots kept for nobody, with memory in them; atomic */
extern int64_t purge_spare;   /* the fewest of them since the last sweep; about, relaxed */
extern uint8_t purge_attention; /* enum purge_attention: there is no thread, or it sleeps without a deadline. Atomic, relaxed */
extern bool purge_wanted;     /* the next purge_tick that may starts the thread. Atomic, relaxed */

void purge_attend(void);
void purge_begin(bool freeing);

static inline void purge_ring(void)
{
    if (unlikely(load_relaxed(&purge_attention)))
        purge_attend();
}

/* A slow path runs in some heap. */
static inline void purge_stir(void)
{
    if (unlikely(load_relaxed(&purge_attention) == PURGE_RESTS))
        purge_attend();
}

static inline void purge_acquired(void)
{
    __atomic_fetch_add(&purge_used, 1, __ATOMIC_RELAXED);
    count_add(&purge_notes, 1);
    purge_ring();
}

static inline void purge_released(void)
{
    __atomic_fetch_sub(&purge_used, 1, __ATOMIC_RELAXED);
    count_add(&purge_notes, 1);
    purge_ring();
}

static inline void purge_slots_come(uint32_t slots)
{
    __atomic_fetch_add(&purge_slots, slots, __ATOMIC_RELAXED);
    purge_ring();
}

static inline void purge_slots_go(uint32_t slots)
{
    int64_t left = __atomic_sub_fetch(&purge_slots, slots, __ATOMIC_RELAXED);
    if (left < load_relaxed(&purge_spare))
        store_relaxed(&purge_spare, left);
}

void purge_sweeps(purge_sweep *sweep);
bool purge_pressure(void);

static inline void purge_tick(bool freeing)
{
    if (unlikely(load_relaxed(&purge_wanted)))
        purge_begin(freeing);
}

void purge_start(void);
void purge_fork_child(void);
void purge_stats(stats_each *each, void *context);

/* What the thread did. */
struct purge_counts {
    uint64_t starts, ends, rounds, sweeps; /* of the thread; looks at the clock; at all heaps and SuperSlabs */
    uint64_t idles, superslabs;            /* times that no SuperSlab had come or gone for so long; empty ones unmapped then */
    uint64_t heaps, slabs;                 /* heaps found asleep, and drained; empty slabs that those gave to the pool */
    uint64_t pressures;                    /* heaps served for want of a slot. Any thread */
    uint64_t slot_bytes, slab_bytes;       /* memory given back: of slots that nobody has, of slabs in use */
};
struct purge_counts purge_counts(void);

#endif
