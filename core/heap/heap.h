/* SPDX-License-Identifier: MIT */
/* heap.h - a heap: what one thread allocates from. And the two fast paths below malloc and free.
 *
 * A thread reaches its heap through heap_self. The heap outlives the thread: at a thread's end it is parked, and the next
 * new thread adopts it whole, so a block's slab never changes hands. Only the thread that has the heap touches its slabs and
 * lists; others push blocks that they free onto heap->remote, which the owner drains on its slow path. (Where the lock seam
 * says so others may do that, too.)
 *
 * Whoever touches slabs or lists is inside the heap's lock: its thread on slow paths, who frees into a parked heap, who
 * helps, and fork. (Without a front the thread's own malloc and free pop and push the current slab's list outside of it.) The
 * thread waits for others HEAP_WAIT_US at most; then it goes on as a signal handler would: blocks to free are queued, blocks
 * to allocate come from a heap that nobody has (thread_lend), or are mapped.
 *
 *   state:   OWNED -- thread ends --> PARKED -- adopted --> OWNED
 *            PARKED <--> BUSY   another thread frees into a parked heap directly, instead of queueing
 *            OWNED -- its thread is gone without a word --> OWNED by the next that looks for a heap
 *            OWNED -- fork, in the child --> PARKED and orphan: what its thread had in its front is there still
 *            LOST               after fork, in the child: its thread does not exist and was inside it; never touched
 *
 * Must hold: PARKED and neither orphan nor at rest => its front is empty. And (heap_valid) for every slab with heap = h:
 * slab_valid, used = live + cached + remote (or one more, where torn), and listed <=> not current, not full and not empty. A
 * class without a bit in in_use has no current slab.
 */
#ifndef HAK_HEAP_H
#define HAK_HEAP_H

#include "core/low/os.h"
#include "core/seam/front.h"
#include "core/seam/guard.h"
#include "core/seam/lock.h"
#include "core/seam/pool.h"
#include "core/seam/purge.h"
#include "core/seam/remote.h"
#include "core/heap/superslab.h"

enum heap_state { HEAP_OWNED, HEAP_PARKED, HEAP_BUSY, HEAP_LOST };

struct heap {
    struct front_heap front;
    struct slab *current[HEAP_CLASSES]; /* allocated from; &slab_none: none. Not in the list of its class */
    struct slab *listed[HEAP_CLASSES]; /* slabs with free blocks, but for the current one */
    uint64_t in_use[(HEAP_CLASSES + 63) / 64]; /* a bit for each class that may have a current slab */
    int saved_errno;                   /* of the program, while inside */
    bool orphan;                       /* PARKED, its front not emptied: that comes before another thread has it */
    bool rests;                        /* PARKED with what its front held, for the next thread. Written by who has it */
    bool torn;                         /* fork, or an end without a word, took its thread: a block in its hands stays used */
    struct os_thread owner;            /* who has it, or had it last. Under thread.c's lock */
    bool fork_missed;                  /* fork has waited in vain for who is inside. Under thread.c's lock */
    struct lock_heap lock;
    void *draining;                    /* the rest of a list of blocks freed by others. Inside the lock; read relaxed */
    struct purge_heap purge;
    struct pool_heap pool;
    /* Counters: written by the owner, read by anybody. */
    uint64_t adopted, remote_received_blocks, remote_received_bytes;
    uint64_t remote_sent_blocks, remote_sent_bytes; /* by this heap's thread, to others */
    uint64_t calloc_known_zero, calloc_cleared;
    struct remote_out out;
    struct heap *next_all; /* list of all heaps there ever were; written once */
    /* Written by other threads: a cache line of its own. */
    _Alignas(64) void *remote; /* blocks freed by others, linked through their first word. Atomic */
    struct remote_in in;
    int state;                 /* enum heap_state. Atomic */
    struct heap *next_parked;  /* under thread.c's lock */
};

/* Where a heap lies, by its address in cache lines: another place for each of the first 32 heaps, and of the next
 * (thread_space). So who sorts heaps by their place seldom finds two together. */
enum { HEAP_LINE = 64, HEAP_PLACES = 32 };
static inline unsigned heap_place(const struct heap *h)
{
    return (unsigned)((uintptr_t)h / HEAP_LINE % HEAP_PLACES);
}

extern HAK_TLS struct heap *heap_self; /* &heap_none until the thread's first allocation, and after its end */
HAK_EXTERN struct heap heap_none;          /* owns nothing, so that no fast path tests for NULL */
HAK_EXTERN struct slab slab_none;          /* no free block, nothing to carve */
HAK_EXTERN bool heap_torn;                 /* a heap of this process was torn. Relaxed */

/* The slab of p, the start of a block that may be freed: a slab of h and of a tiny class. NULL: p is anything else. */
hot_inline struct slab *heap_own_slab(const struct heap *h, void *p)
{
    struct superslab *ss = ssmap_find_inside(p);
    if (unlikely(!ss))
        return NULL;
    struct slab *s = slab_in(ss, p);
    return likely(slab_heap(s) == h) && likely(!class_mid(s->class)) ? s : NULL;
}

void heap_slab_event(struct heap *h, struct slab *s, void *p); /* slab_push(s, p) said so */

/* Slow paths bracket themselves so, on the thread that has the heap, or holds it BUSY. heap_enter is false in a signal handler
 * that has interrupted another (lock_inside), and when somebody else is inside and does not leave (lock_missed). errno at
 * heap_enter is errno after heap_leave. */
enum { HEAP_WAIT_US = 80 };
bool heap_enter(struct heap *h);
void heap_leave(struct heap *h);
bool heap_wait(struct heap *h); /* heap_step_in's: somebody else is inside, or forks */

/* The same, until lock_give, around a few instructions that leave errno alone. */
static inline bool heap_step_in(struct heap *h)
{
    if (unlikely(lock_inside))
        return false;
    lock_hold();
    if (unlikely(!lock_word_take(&h->lock.word) || __atomic_load_n(&lock_forks, __ATOMIC_SEQ_CST)) && !heap_wait(h)) {
        lock_let();
        return false;
    }
    if (unlikely(load_relaxed(&h->lock.wanted)))
        store_relaxed(&h->lock.wanted, false);
    lock_entered(&h->lock);
    return true;
}

/* Into a heap that the calling thread holds BUSY, or is about to have, also from inside another, until lock_give. No wait. */
static inline bool heap_visit(struct heap *h)
{
    if (!lock_visit_word(&h->lock))
        return false;
    store_relaxed(&h->lock.wanted, false); /* by fork, or by a thread that has ended */
    return true;
}

/* All below: on the thread that has the heap (or holds it BUSY). */

/* The class's current slab, with a free block or blocks to carve; NULL when memory is out. Inside heap_enter. */
struct slab *heap_slab(struct heap *h, unsigned class);

/* A block straight from the slab; NULL when memory is out. *zero: in, whether a block is wanted that is zero, if there is one;
 * out, whether the block is known to be. heap_give_inside: a block straight back to its slab, inside heap_enter. */
void *heap_take(struct heap *h, unsigned class, bool *zero);
void heap_give_inside(struct heap *h, struct slab *s, void *p);

/* slot[0..n), each a block of a slab of h or NULL, go back to their slabs and are NULL afterwards. Neighbours of one slab share
 * a look-up: a piece. Inside heap_enter. */
struct heap_given {
    uint64_t blocks, pieces;
};
struct heap_given heap_give_all(struct heap *h, void **slot, size_t n);

/* A block of a slab of another heap: to a parked heap directly, else to its remote list. from: the calling thread's heap. */
void heap_give_remote(struct heap *from, struct heap *to, struct slab *s, void *p);

void heap_settle_forked(void); /* thread.c's */
static inline void heap_settle_fork(void) /* for lock_unsettled. By who is not inside a heap */
{
    if (unlikely(load_relaxed(&lock_unsettled)))
        heap_settle_forked();
}

/* The heap's state may have just become PARKED, or something may have been queued at a parked heap: takes what is queued. */
void heap_parked(struct heap *h);

/* Blocks first .. last, linked through their first words, onto to's remote list. Any thread. */
static inline void heap_remote_chain(struct heap *to, void *first, void *last)
{
    void *head = load_relaxed(&to->remote);
    do
        *(void **)last = head;
    while (!__atomic_compare_exchange_n(&to->remote, &head, first, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    purge_note(to);
}

/* p onto to's remote list, no questions asked but whether it is there. Any thread, also inside a signal handler. */
void heap_remote_push(struct heap *from, struct heap *to, struct slab *s, void *p);

/* Is something queued at h? */
static inline bool heap_queued(const struct heap *h)
{
    return __atomic_load_n(&h->remote, __ATOMIC_SEQ_CST) || load_relaxed(&h->draining) || remote_waiting(&h->out, &h->in);
}

void heap_drain(struct heap *h); /* what is queued back to its slabs, until the heap's thread waits. Inside heap_enter */

/* A block of h for another thread than the one that will have it next; NULL when memory is out. Inside heap_enter. */
void *heap_lend(struct heap *h, unsigned class);

/* No class has a current slab afterwards: empty ones go to the pool, so does any other when its last block comes back. How
 * many went. Inside heap_enter. heap_settle_from: no class from that one on; CLASS_TINY at most. */
size_t heap_settle_from(struct heap *h, unsigned class);
static inline size_t heap_settle(struct heap *h)
{
    return heap_settle_from(h, 0);
}

void heap_release(struct heap *h, struct slab *s); /* s, empty and in no list of h's, goes to the pool. Inside heap_enter */
void heap_valid(struct heap *h);                   /* checks every invariant above; aborts on a breach */

#include "core/seam/front_path.h"

#endif
