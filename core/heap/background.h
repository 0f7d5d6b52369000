/* SPDX-License-Identifier: MIT */
/* background.h - a thread of the allocator's own, one at most, and only where HAKMEM_PURGE_THREAD=1 asks for it: it gives back
 * by age what is kept for nobody, also when the program makes no call.
 *
 * background_ring says that there is work; it may be called anywhere, with locks held and in signal handlers, and starts no
 * thread. background_tick starts the thread when somebody has rung: at the end of the slow paths of malloc and free, with no
 * lock held. background_due lists the work.
 *
 *   state:  NONE -- rung, ticked --> RUNS -- nothing to do --> NONE;  RUNS -- every other thread has ended --> OFF
 *           NONE -- pthread_create fails --> OFF;  any -- fork, in the child --> OFF.  OFF is for good.
 */
#ifndef HAK_BACKGROUND_H
#define HAK_BACKGROUND_H

#include "core/low/compiler.h"

extern uint64_t background_on; /* HAKMEM_PURGE_THREAD */

extern bool background_absent; /* there may be a thread, and is none. Atomic, relaxed */
extern bool background_wanted; /* the next tick that may starts it. Atomic, relaxed */

/* Something is kept that will have to go by age. */
static inline void background_ring(void)
{
    if (unlikely(load_relaxed(&background_absent)))
        store_relaxed(&background_wanted, true);
}

void background_begin(bool freeing);

/* freeing: the caller is free. Inside free only a process of one thread may start the thread: libc frees the memory of ended
 * threads while it holds a lock that pthread_create takes. */
static inline void background_tick(bool freeing)
{
    if (unlikely(load_relaxed(&background_wanted)))
        background_begin(freeing);
}

void background_start(void); /* once, when the environment has been read */
void background_fork_child(void);

/* Counters; their rows in background.c say what each counts. */
struct background_counts {
    uint64_t starts, ends, rounds;
};
struct background_counts background_counts(void);

#endif
