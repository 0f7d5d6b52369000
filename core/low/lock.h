/* SPDX-License-Identifier: MIT */
/* lock.h - the allocator's own locks: a word each, a futex behind it, and the order in which they may be taken. There is one of
 * each rank, which stands for it everywhere; fork takes them all.
 *
 * Nothing here, and nothing that runs while a lock is held, is a function of libc that another library may wrap: such a
 * wrapper may allocate, and would wait for its own thread.
 *
 * lock_inside says which locks and heaps the calling thread is inside. Bit r is set before the thread tries a lock of rank r,
 * and cleared after it has released that lock. LOCK_IN_HEAP is added before the thread enters a heap, and subtracted after it
 * has left. A signal handler reads lock_inside, and waits for no lock that the interrupted code may hold:
 *   - heap_enter refuses: malloc in the handler maps the block, free queues it
 *   - lock_may refuses a lock unless its rank is above all ranks in lock_inside. So handlers keep the order of ranks, too, and
 *     no circle of waiting threads can arise
 */
#ifndef HAK_LOCK_H
#define HAK_LOCK_H

#include "core/low/compiler.h"

/* The order: a thread that holds a lock may take locks further down in this list. */
enum lock_rank {
    LOCK_START,     /* the start of the library */
    LOCK_THREAD,    /* the lists of heaps. Heaps come next (LOCK_IN_HEAP); a thread inside one never waits for another */
    LOCK_POOL,      /* the spans of the pool */
    LOCK_LAZY,      /* the SuperSlabs that are kept */
    LOCK_OWNER,     /* the ranges that are known */
    LOCK_MAPPED,    /* the mappings that munmap refused */
    LOCK_LARGE,     /* the large blocks that are kept */
    LOCK_SUPERSLAB, /* the list of all SuperSlabs */
    LOCK_REMOTE,    /* the store of packets */
    LOCK_META,      /* metadata */
    LOCK_RANKS
};
#define LOCK_IN_HEAP ((uint32_t)1 << 16)
static_assert(LOCK_RANKS <= 16, "a bit for each");

extern HAK_TLS uint32_t lock_inside; /* of the calling thread, and its signal handlers, alone */

/* Brackets code that changes the calling thread's heap without its lock, or gives the thread another heap. Signal handlers
 * behave as if the thread were inside the heap. Brackets may nest. */
hot_inline void lock_hold(void)
{
    lock_inside += LOCK_IN_HEAP;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

hot_inline void lock_let(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    lock_inside -= LOCK_IN_HEAP;
}

/* word: 0 is free. Else who holds it (lock_self), with LOCK_WAITERS when somebody may sleep until it is released. Atomic. */
HAK_EXTERN struct lock {
    _Alignas(64) uint32_t word;
} lock_of[LOCK_RANKS];
#define LOCK_WAITERS ((uint32_t)1)

/* The calling thread. The stacks of two threads do not share a page, so two threads differ. */
static inline uint32_t lock_self(void)
{
    uintptr_t thread;
    cpu_thread(thread);
    return (uint32_t)(thread >> 12) << 2 | 2;
}

/* Takes a word that is free; the caller has told lock_inside. */
static inline bool lock_word_take(uint32_t *word)
{
    uint32_t free = 0;
    return likely(__atomic_compare_exchange_n(word, &free, lock_self(), false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
}

static inline bool lock_word_mine(const uint32_t *word)
{
    return (load_relaxed(word) & ~LOCK_WAITERS) == lock_self();
}

/* May the calling thread wait for a lock of that rank? */
static inline bool lock_in_order(enum lock_rank rank)
{
    return (uint16_t)lock_inside >> rank == 0;
}

/* Takes the lock, waiting for it. The caller keeps the order, also if it is a signal handler: lock_in_order(rank). */
void lock_enter(enum lock_rank rank);

/* lock_enter for callers that may run in a signal handler. False: the interrupted code may hold this lock or a later one. */
static inline bool lock_may(enum lock_rank rank)
{
    if (unlikely(!lock_in_order(rank)))
        return false;
    lock_enter(rank);
    return true;
}

/* Takes the lock if nobody has it. */
bool lock_try(enum lock_rank rank);

void lock_leave(enum lock_rank rank);

/* For fork, in prepare: takes the lock, unless the calling thread is inside it already (fork in a signal handler). A thread
 * that would break the order waits for LOCK_FORK_MS at most. */
void lock_fork(enum lock_rank rank);

/* How many threads are about to fork. A thread that has entered a heap reads it, and leaves the heap again unless it is 0. So
 * fork waits until no thread is inside a heap, and writes only to heaps in use: each write would copy a page. */
HAK_EXTERN uint32_t lock_forks; /* atomic, sequentially consistent, as lock_word_take is */
void lock_fork_begins(void);
void lock_fork_ends(bool child);
void lock_fork_wait(void); /* sleeps while a thread is about to fork; may return early: look again */

/* True in a forked child until it has parked the heaps of the parent's other threads. Until then no thread enters a heap that
 * it does not have: lock_visit_word fails. Atomic, relaxed. */
HAK_EXTERN bool lock_unsettled;

/* In parent and child: releases the lock if lock_fork took it. If not, in the child, the lock becomes free unless the thread
 * that forked holds it: any other holder does not exist in the child. */
void lock_unfork(enum lock_rank rank, bool child);

#endif
