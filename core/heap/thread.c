/* SPDX-License-Identifier: MIT */
/* thread.c - see thread.h. */
#include "core/low/peek.h"
#include "core/heap/thread.h"
#include "core/heap/background.h"
#include "core/heap/mapped.h"
#include "core/low/meta.h"
#include "core/low/os.h"
#include "core/low/probe.h"
#include "core/seam/large.h"
#include "core/seam/lazy.h"
#include "core/seam/owner.h"
#include "core/seam/purge.h"
#include "core/heap/start.h"
#include <errno.h>
#include <pthread.h>

static struct heap *thread_heaps;  /* every heap, linked by next_all; atomic, only ever pushed to, under the lock */
static struct heap *thread_parked[2]; /* under the lock; [1]: those that rested when they came: the first to be had again */

PEEK(thread_heaps, &thread_heaps, PEEK_FACT("heap.list", 0, 1, 0),
     PEEK_FACT("heap.next", offsetof(struct heap, next_all), 1, sizeof(struct heap)),
     PEEK_FACT("heap.state", offsetof(struct heap, state), HEAP_PARKED, 0), PEEK_HEAPS("heaps_adopted", adopted),
     PEEK_HEAPS("remote_frees", remote_sent_blocks), PEEK_HEAPS("_sent_bytes", remote_sent_bytes),
     PEEK_HEAPS("_received_blocks", remote_received_blocks), PEEK_HEAPS("_received_bytes", remote_received_bytes),
     PEEK_HEAPS("calloc_known_zero", calloc_known_zero), PEEK_HEAPS("calloc_cleared", calloc_cleared));
PEEK(thread_none, &heap_none, PEEK_FIELD("remote_frees", struct heap, remote_sent_blocks),
     PEEK_FIELD("_sent_bytes", struct heap, remote_sent_bytes));
PEEK(thread_classes, class_inverse, PEEK_FACT("class.inverse", 0, HEAP_CLASSES, sizeof class_inverse[0]));

enum thread_key_state { THREAD_KEY_NONE, THREAD_KEY_MADE, THREAD_KEY_THERE, THREAD_KEY_FAILED };
static pthread_key_t thread_key;
static enum thread_key_state thread_key_state; /* atomic */

/* FRESH: the key does not know of this thread's heap yet. LEFT: the thread ends, and has given its heap back; what it frees
 * goes home as another thread's would. AGAIN: since then it has allocated, and has a heap until the next round of
 * destructors. */
enum thread_stage { THREAD_FRESH, THREAD_KNOWN, THREAD_LEFT, THREAD_AGAIN, THREAD_ENDED };
static HAK_TLS uint8_t thread_stage;

/* --- The end of a thread ------------------------------------------------------------------------------------------------ */

/* Cached blocks, remote blocks and empty slabs. Inside the heap. */
static void thread_clear(struct heap *h)
{
    remote_flush(h);
    front_flush(h);
    heap_drain(h);
    heap_settle(h);
    pool_park(h);
    remote_park(h);
    purge_forget(h);
    h->orphan = false;
    store_relaxed(&h->rests, false);
}

/* The heap of a thread that ends: it rests, where the front says so, and then has what the heap of a thread that sleeps has,
 * but nothing of other heaps, and nothing of what the pool keeps. Else it gives back all that it can. */
static void thread_leave(struct heap *h)
{
    if (!heap_enter(h))
        return;
    store_relaxed(&h->rests, front_rests(h));
    if (h->rests) {
        remote_flush(h);
        if (heap_queued(h))
            heap_drain(h);
        heap_settle_from(h, CLASS_TINY);
        pool_park(h);
        remote_park(h);
    } else {
        thread_clear(h);
    }
    heap_leave(h);
}

/* Under the lock. */
static void thread_list(struct heap *h)
{
    h->next_parked = thread_parked[h->rests];
    thread_parked[h->rests] = h;
}

static void thread_park(struct heap *h)
{
    lock_enter(LOCK_THREAD);
    thread_list(h);
    __atomic_exchange_n(&h->state, HEAP_PARKED, __ATOMIC_SEQ_CST);
    lock_leave(LOCK_THREAD);
}

/* Other destructors run before and after this one and may allocate, in each of the rounds that POSIX promises. Most threads
 * have none that does, so the first round takes the heap. A destructor that allocates gets a heap again, and the key a value:
 * so there is another round, which takes that one for good. What the thread still allocates then is lent (thread_lend). */
static void thread_end(void *heap)
{
    struct heap *h = heap;
    thread_stage = thread_stage == THREAD_KNOWN && !lock_inside ? THREAD_LEFT : THREAD_ENDED;
    PROBE1(thread_end, h);
    if (lock_inside)
        return; /* pthread_exit from a signal handler inside malloc: the heap cannot be trusted, and stays as it is */
    lock_hold();
    heap_self = &heap_none;
    lock_let();
    lock_missed(&h->lock);
    thread_leave(h);
    if (lock_missed(&h->lock))
        h->orphan = true; /* somebody is inside who does not leave: for who has it next */
    thread_park(h);
    heap_parked(h);
}

/* One thread creates the key, and no other waits for that: pthread_key_create may be another library's, which may do anything.
 * A heap that the key does not know of yet is told to it by a later call. */
void thread_start(void)
{
    enum thread_key_state none = THREAD_KEY_NONE;
    if (likely(load_relaxed(&thread_key_state) != THREAD_KEY_NONE) ||
        !__atomic_compare_exchange_n(&thread_key_state, &none, THREAD_KEY_MADE, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return;
    bool made = pthread_key_create(&thread_key, thread_end) == 0;
    __atomic_store_n(&thread_key_state, made ? THREAD_KEY_THERE : THREAD_KEY_FAILED, __ATOMIC_RELEASE);
    if (!made) {
        static const char text[] = "hakmem: no thread-specific key is left: heaps of ended threads will be reused late\n";
        os_write_error(text, sizeof text - 1);
    }
}

/* --- The heap of a thread ----------------------------------------------------------------------------------------------- */

/* The first heap of the list that nobody is freeing into, in state to; NULL: none. Under the lock. */
static struct heap *thread_take_from(struct heap **list, enum heap_state to)
{
    for (struct heap **at = list, *h; (h = *at); at = &h->next_parked) {
        int parked = HEAP_PARKED;
        if (!__atomic_compare_exchange_n(&h->state, &parked, to, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            continue;
        if (to == HEAP_OWNED)
            *at = h->next_parked;
        return h;
    }
    return NULL;
}

static struct heap *thread_take_parked(enum heap_state to)
{
    struct heap *h = thread_take_from(&thread_parked[1], to);
    return h ? h : thread_take_from(&thread_parked[0], to);
}

/* Memory for a heap, at the first place that no other heap has; once all are had, they count as free again. Under the lock. */
static struct heap *thread_space(void)
{
    static uint32_t had; /* a bit for each place. Under the lock */
    static_assert(HEAP_PLACES == 32 && sizeof(struct heap) % HEAP_LINE == 0, "a place is a bit, and a heap is whole lines");
    char *at = meta_alloc(sizeof(struct heap) + (HEAP_PLACES - 1) * HEAP_LINE);
    while (at && had >> heap_place((struct heap *)at) & 1)
        at += HEAP_LINE;
    if (at)
        had |= (uint32_t)1 << heap_place((struct heap *)at);
    if (had == UINT32_MAX)
        had = 0;
    return (struct heap *)at;
}

/* Under the lock. */
static struct heap *thread_new(enum heap_state state)
{
    struct heap *h = thread_space();
    if (!h)
        return NULL;
    front_new(h);
    for (unsigned c = 0; c < HEAP_CLASSES; c++)
        h->current[c] = &slab_none;
    h->state = state;
    h->next_all = thread_heaps;
    __atomic_store_n(&thread_heaps, h, __ATOMIC_RELEASE);
    return h;
}

/* A heap whose thread has gone without a word: its last round of destructors was over, the program has ended it by a system
 * call of its own, or there was no key. A few are looked at, each time that a heap is wanted and none is parked: so they stay
 * few. Under the lock. */
static struct heap *thread_take_left(void)
{
    enum { LOOKS = 4 };
    static struct heap *next; /* under the lock */
    for (int i = 0; i < LOOKS; i++) {
        struct heap *h = next ? next : thread_heaps;
        if (!h)
            return NULL;
        next = h->next_all;
        if (load_relaxed(&h->state) == HEAP_OWNED && load_relaxed(&h->lock.word) == 0 && os_thread_gone(h->owner)) {
            h->orphan = h->torn = true;
            store_relaxed(&heap_torn, true);
            return h;
        }
    }
    return NULL;
}

/* What fork has left in a heap's front goes. False: somebody is inside. */
static bool thread_clear_orphan(struct heap *h)
{
    if (likely(!h->orphan))
        return true;
    if (!heap_visit(h))
        return false;
    thread_clear(h);
    lock_give(&h->lock);
    return true;
}

/* A parked heap, or a new one; NULL: no memory. Who frees into the last parked one is waited for, but not for long. */
static struct heap *thread_find(void)
{
    enum { TRIES = 200 };
    struct heap *h = NULL;
    for (int i = 0; !h && i < TRIES; i++) {
        lock_enter(LOCK_THREAD);
        bool last = (!thread_parked[0] && !thread_parked[1]) || i == TRIES - 1;
        h = last ? NULL : thread_take_parked(HEAP_OWNED);
        if (last)
            h = thread_take_left();
        if (h)
            count_add(&h->adopted, 1);
        else if (last && !(h = thread_new(HEAP_OWNED)))
            i = TRIES;
        if (h) {
            h->owner = os_this_thread();
            store_relaxed(&h->rests, false);
        }
        lock_leave(LOCK_THREAD);
        if (h && unlikely(!thread_clear_orphan(h))) {
            thread_park(h); /* for another time */
            h = NULL;
        }
        cpu_pause();
    }
    return h;
}

/* The key gets to know of the thread's heap. pthread_setspecific may allocate. */
static noinline void thread_tell(void)
{
    int saved = errno;
    thread_start();
    if (__atomic_load_n(&thread_key_state, __ATOMIC_ACQUIRE) == THREAD_KEY_THERE) {
        thread_stage = thread_stage == THREAD_LEFT ? THREAD_AGAIN : THREAD_KNOWN;
        pthread_setspecific(thread_key, heap_self);
    }
    errno = saved;
}

static noinline struct heap *thread_first(void)
{
    if (lock_inside || thread_stage == THREAD_ENDED)
        return NULL;
    int saved = errno;
    remote_opening();
    start_once();
    heap_settle_fork();
    lock_hold();
    struct heap *h = thread_find();
    if (h) {
        front_open(h);
        heap_self = h;
        PROBE2(thread_begin, h, h->adopted);
    }
    lock_let();
    if (h)
        thread_tell();
    errno = saved;
    return h;
}

struct heap *thread_heap(void)
{
    if (unlikely(heap_self == &heap_none))
        return thread_first();
    if (unlikely(thread_stage == THREAD_FRESH) && !lock_inside && load_relaxed(&thread_key_state) != THREAD_KEY_FAILED)
        thread_tell();
    return heap_self;
}

void *thread_lend(size_t size)
{
    unsigned class = size <= SLAB_MAX ? class_of(size) : HEAP_CLASSES;
    if (lock_inside || class >= HEAP_CLASSES)
        return NULL;
    start_once();
    heap_settle_fork();
    lock_hold();
    lock_enter(LOCK_THREAD);
    struct heap *h = thread_take_parked(HEAP_BUSY);
    if (!h && (h = thread_new(HEAP_BUSY)))
        thread_list(h);
    lock_leave(LOCK_THREAD);
    void *p = NULL;
    if (h && heap_visit(h)) {
        p = heap_lend(h, class);
        lock_give(&h->lock);
    }
    if (h)
        __atomic_exchange_n(&h->state, HEAP_PARKED, __ATOMIC_SEQ_CST);
    lock_let();
    if (h)
        heap_parked(h);
    return p;
}

bool thread_trim_parked(struct heap *h)
{
    int parked = HEAP_PARKED;
    if (!__atomic_compare_exchange_n(&h->state, &parked, HEAP_BUSY, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return false;
    int saved = errno;
    bool visits = heap_visit(h); /* not where a helper is inside */
    if (visits) {
        thread_clear(h);
        lock_give(&h->lock);
    }
    __atomic_exchange_n(&h->state, HEAP_PARKED, __ATOMIC_SEQ_CST);
    heap_parked(h);
    errno = saved;
    return visits;
}

bool thread_trim(void)
{
    if (lock_inside)
        return false; /* in a signal handler that interrupted a slow path */
    start_once();
    heap_settle_fork();
    uint64_t before = os_bytes_of_blocks();
    PROBE1(trim, before);
    if (heap_self != &heap_none && heap_enter(heap_self)) {
        thread_clear(heap_self);
        heap_leave(heap_self);
    }
    for (struct heap *h = __atomic_load_n(&thread_heaps, __ATOMIC_ACQUIRE); h; h = h->next_all) {
        if (!thread_trim_parked(h) && h != heap_self)
            purge_trim(h);
    }
    size_t purged = lazy_trim();
    mapped_trim();
    return purged || os_bytes_of_blocks() < before;
}

void thread_each_heap(void (*visit)(void *context, struct heap *h), void *context)
{
    heap_settle_fork();
    for (struct heap *h = __atomic_load_n(&thread_heaps, __ATOMIC_ACQUIRE); h; h = h->next_all)
        visit(context, h);
}

/* --- Fork ---------------------------------------------------------------------------------------------------------------- */

enum { FORK_WAIT_US = 100000, FORK_NAP_US = 50 }; /* for all heaps together */
static HAK_TLS uint8_t thread_forks; /* prepare has run so often and nothing after it: a handler of another library may fork */
static struct heap *thread_forked;   /* in the child: the heap of the thread that forked, until heap_settle_fork */

/* In the child: the heap of a thread that does not exist. */
static void thread_fork_heap(struct heap *h)
{
    if (load_relaxed(&h->state) == HEAP_LOST)
        return;
    if (h->fork_missed) {
        store_relaxed(&h->state, HEAP_LOST);
        return;
    }
    if (load_relaxed(&h->state) == HEAP_OWNED) {
        h->orphan = h->torn = true;
        store_relaxed(&heap_torn, true);
    }
    h->lock.word = 0; /* it may have come in, to leave again */
    thread_list(h);
    store_relaxed(&h->state, HEAP_PARKED);
}

/* Most children of fork soon become another program, and every heap is a page to be copied: so this waits until somebody asks
 * for heaps. Under the lock. */
static void thread_settle_fork(void)
{
    if (likely(!load_relaxed(&lock_unsettled)))
        return;
    thread_parked[0] = thread_parked[1] = NULL;
    for (struct heap *h = thread_heaps; h; h = h->next_all) {
        if ((h != thread_forked || load_relaxed(&h->state) == HEAP_PARKED) && !lock_word_mine(&h->lock.word))
            thread_fork_heap(h);
    }
    store_relaxed(&lock_unsettled, false);
}

void heap_settle_forked(void)
{
    if (lock_inside)
        return;
    lock_enter(LOCK_THREAD);
    thread_settle_fork();
    lock_leave(LOCK_THREAD);
    for (struct heap *h = __atomic_load_n(&thread_heaps, __ATOMIC_ACQUIRE); h; h = h->next_all)
        heap_parked(h); /* for what has been queued meanwhile */
}

/* Nobody else is inside, nor goes in now. Its thread may be stopped inside by a signal handler or a debugger, so it is not
 * waited for for ever, and only once. */
static void thread_fork_see(struct heap *h, uint64_t *end)
{
    if (load_relaxed(&h->state) == HEAP_LOST || lock_word_mine(&h->lock.word))
        return;
    bool idle = __atomic_load_n(&h->lock.word, __ATOMIC_SEQ_CST) == 0;
    for (bool wait = !h->fork_missed; !idle && wait; wait = os_now_us() < *end) {
        if (*end == 0)
            *end = os_now_us() + FORK_WAIT_US;
        store_relaxed(&h->lock.wanted, true); /* helpers leave; its thread clears it when it comes in the next time */
        os_sleep_us(FORK_NAP_US);
        idle = __atomic_load_n(&h->lock.word, __ATOMIC_SEQ_CST) == 0;
    }
    if (unlikely(h->fork_missed == idle))
        h->fork_missed = !idle;
}

/* Runs last of all that prepare for fork (start.c): no other library waits for its threads, allocates or forks afterwards. But
 * where one does all the same it finds the calling thread inside, as a signal handler would. */
void thread_fork_prepare(void)
{
    uint64_t end = 0;
    if (thread_forks++ > 0)
        return;
    lock_fork(LOCK_START);
    lock_fork(LOCK_THREAD);
    lock_hold();
    thread_settle_fork();
    lock_fork_begins();
    for (struct heap *h = thread_heaps; h; h = h->next_all)
        thread_fork_see(h, &end);
    for (int rank = LOCK_THREAD + 1; rank < LOCK_RANKS; rank++)
        lock_fork((enum lock_rank)rank);
}

static void thread_fork_unlock(bool child)
{
    for (int rank = LOCK_RANKS; --rank > LOCK_THREAD;)
        lock_unfork((enum lock_rank)rank, child);
    lock_fork_ends(child);
    lock_let();
    lock_unfork(LOCK_THREAD, child);
    lock_unfork(LOCK_START, child);
}

void thread_fork_parent(void)
{
    if (--thread_forks > 0)
        return; /* an outer fork of this thread still has the locks */
    thread_fork_unlock(false);
    if (lock_inside)
        return;
    for (struct heap *h = __atomic_load_n(&thread_heaps, __ATOMIC_ACQUIRE); h; h = h->next_all)
        heap_parked(h); /* who freed into it meanwhile has queued the block */
}

void thread_fork_child(void)
{
    if (--thread_forks > 0)
        return;
    struct heap *self = heap_self;
    bool inside = false; /* a heap that this thread has borrowed: this is a signal handler */
    for (struct heap *h = thread_heaps; h; h = h->next_all)
        inside |= h != self && lock_word_mine(&h->lock.word);
    if (self != &heap_none) {
        self->owner = os_this_thread();
        if (load_relaxed(&self->lock.word) != 0 && !lock_word_mine(&self->lock.word)) { /* a helper was inside, or came in */
            if (self->fork_missed)
                heap_self = &heap_none;
            else
                self->lock.word = 0;
        }
    }
    thread_forked = heap_self;
    store_relaxed(&lock_unsettled, thread_heaps != NULL);
    if (inside)
        thread_settle_fork();
    thread_fork_unlock(true);
    purge_fork_child();
    background_fork_child();
}
