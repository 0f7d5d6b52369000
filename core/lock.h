/* lock.h - the allocator's own locks: a word each, a futex behind it, and the order in which they may be taken.
 *
 * May include compiler.h and os.h. Nothing here, and nothing that runs while a lock is held, is a function of libc that another
 * library may wrap: such a wrapper may allocate, and would wait for its own thread.
 *
 * lock_inside says what the calling thread is inside: bit r is set from before a lock of rank r is tried until after it has
 * been released; LOCK_IN_HEAP is added for each heap that the thread is inside, and the same way around. A signal handler that
 * interrupts the thread anywhere in between sees it, and waits for nothing that the interrupted code may hold:
 *   - slow paths of heaps are closed to it (heap_enter): malloc maps, free queues
 *   - lock_may refuses a lock unless its rank is above all that the thread is inside. The order of ranks is therefore kept by
 *     handlers, too, and who keeps it cannot be part of a circle of waiting threads
 */
#ifndef HAK_LOCK_H
#define HAK_LOCK_H

#include "compiler.h"

/* Who holds one may take those below it in this list. At most one lock of a rank. */
enum lock_rank {
    LOCK_START,     /* the start of the library */
    LOCK_THREAD,    /* the lists of heaps. Then the heaps: LOCK_IN_HEAP; who is inside one only tries to enter another */
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

/* 0: free. Else who holds it (lock_self), with LOCK_WAITERS when somebody may sleep until it is released. Atomic. */
struct lock {
    uint32_t word;
    enum lock_rank rank;
};
#define LOCK_WAITERS ((uint32_t)1)
#define LOCK_INIT(rank) {0, rank}

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

/* Takes the lock; waits for it. By who keeps the order, whatever it interrupts. */
void lock_enter(struct lock *l);

/* The same for who may be a signal handler; false: it interrupts code that may hold this lock or a later one. */
static inline bool lock_may(struct lock *l)
{
    if (unlikely(!lock_in_order(l->rank)))
        return false;
    lock_enter(l);
    return true;
}

/* Takes the lock if nobody has it. */
bool lock_try(struct lock *l);

void lock_leave(struct lock *l);

/* For fork, in prepare: takes the lock, unless the calling thread is inside it already (fork in a signal handler). A thread
 * that would break the order waits for LOCK_FORK_MS at most. */
void lock_fork(struct lock *l);

/* How many threads are about to fork: who has gone into a heap looks, and leaves again. So fork need not write to every heap,
 * each a page that would have to be copied, but only see them empty afterwards. */
extern uint32_t lock_forks; /* atomic, sequentially consistent, as lock_word_take is */
void lock_fork_begins(void);
void lock_fork_ends(bool child);
void lock_fork_wait(void); /* until there is none, or for no reason at all */

/* In the child of a fork, until the heaps of the threads that do not exist there are parked: only its thread enters a heap.
 * Atomic, relaxed. */
extern bool lock_unsettled;

/* In parent and child: gives back what lock_fork took. What it did not take is free in the child, unless the thread that forked
 * holds it: whoever did does not exist there. */
void lock_unfork(struct lock *l, bool child);

#endif
