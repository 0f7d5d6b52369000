/* phases/17-purge/lock.h - phase 17, the lock seam: a lock for each heap, which its thread takes on slow paths, and others by a
 * try only. They help, by draining its queue, when much has gathered and it has run no slow path for LOCK_ASLEEP_MS.
 *
 * May include compiler.h and the purge seam. Who has the lock and does not have the heap (a helper) looks at `wanted` after
 * each piece of work, and leaves. The owner waits for that for LOCK_WAIT_MS; where the helper was stopped meanwhile,
 * by a debugger or in a signal handler that does not come back, the owner goes on as a signal handler would: blocks to free
 * are queued, blocks to allocate are mapped.
 */
#ifndef HAK_PHASE_LOCK_H
#define HAK_PHASE_LOCK_H

#include "core/compiler.h"
#include "core/seam/purge.h"

#define LOCK_SHARES true
enum { LOCK_HELP_SHIFT = 18 };   /* each 256 KiB that are sent one by one: time to look whether help is needed */
enum { LOCK_HELP_PACKETS = 32 }; /* or each 32 packets that gather */
enum { LOCK_ASLEEP_MS = 4 };     /* without a slow path: a thread is taken for asleep. By the coarse clock */

struct lock_heap {
    uint32_t word;     /* 1: somebody is inside. Atomic: acquire, release */
    bool wanted;       /* the owner waits. Atomic, relaxed */
    bool missed;       /* the owner has waited in vain, and not been told. The owner's */
    bool stuck;        /* its last wait was in vain. The owner's */
    uint64_t entries;  /* of the owner; written inside, read by anybody */
    uint64_t looked, looked_ms; /* entries when somebody first saw so many, and when. Relaxed, any thread */
    uint64_t swept;    /* entries when the thread last came by; written inside */
    uint64_t served;   /* entries + helped when all was given back for want of a slot; written inside */
    uint64_t helped;   /* drained by others so often; written inside, read by anybody */
};

bool lock_wait(struct lock_heap *l);

static inline bool lock_take(struct lock_heap *l)
{
    if (unlikely(__atomic_exchange_n(&l->word, 1, __ATOMIC_ACQUIRE)) && !lock_wait(l))
        return false;
    count_add(&l->entries, 1);
    purge_stir();
    return true;
}

static inline bool lock_try(struct lock_heap *l)
{
    return !load_relaxed(&l->word) && !__atomic_exchange_n(&l->word, 1, __ATOMIC_ACQUIRE);
}

static inline void lock_give(struct lock_heap *l)
{
    __atomic_store_n(&l->word, 0, __ATOMIC_RELEASE);
}

static inline bool lock_missed(struct lock_heap *l)
{
    bool missed = l->missed;
    l->missed = false;
    return missed;
}

static inline bool lock_held(const struct lock_heap *l)
{
    return load_relaxed(&l->word);
}

static inline bool lock_help_due(uint64_t before, uint64_t after)
{
    return (before ^ after) >> LOCK_HELP_SHIFT;
}

enum lock_trip lock_go(void);
void lock_back(enum lock_trip trip);
void lock_help(struct heap *h);

/* By another thread than the one that has h, and never waits: true, it is inside. Not a heap that fork has lost. */
bool lock_visit(struct heap *h);

/* Has the heap's thread run no slow path for LOCK_ASLEEP_MS, as far as others have looked? Any thread. */
bool lock_asleep(struct lock_heap *l, uint64_t now_ms);

#endif
