/* thread.c - see thread.h. */
#include "thread.h"
#include "mapped.h"
#include "meta.h"
#include "os.h"
#include "seam/large.h"
#include "seam/lazy.h"
#include "seam/owner.h"
#include "seam/purge.h"
#include "start.h"
#include <errno.h>
#include <pthread.h>

static pthread_mutex_t thread_lock = PTHREAD_MUTEX_INITIALIZER;
static struct heap *thread_heaps;  /* every heap, linked by next_all; atomic, only ever pushed to */
static struct heap *thread_parked; /* under the lock */
static pthread_key_t thread_key;
static bool thread_has_key;
static bool thread_fork_inside; /* the thread that forks is inside its heap; under the lock */

/* Cached blocks, remote blocks and empty slabs of a heap that the calling thread has. */
static void thread_trim_heap(struct heap *h)
{
    if (!heap_enter(h))
        return;
    remote_flush(h);
    front_flush(h);
    heap_drain(h);
    heap_settle(h);
    pool_park(h);
    remote_park(h);
    heap_leave(h);
}

/* A thread ends, or so it seems: destructors of others may still allocate, adopt a heap again, and so bring this one back in
 * the next of the rounds that POSIX promises. What is freed after the last goes home through the remote lists. */
static void thread_end(void *heap)
{
    struct heap *h = heap;
    if (h->busy)
        return; /* pthread_exit from a signal handler inside malloc: the heap cannot be trusted, and stays as it is */
    heap_self = &heap_none;
    lock_missed(&h->lock);
    thread_trim_heap(h);
    if (lock_missed(&h->lock))
        return; /* a helper does not leave: it stays as it is, too */
    enum lock_trip trip = lock_go();
    pthread_mutex_lock(&thread_lock);
    h->next_parked = thread_parked;
    thread_parked = h;
    __atomic_exchange_n(&h->state, HEAP_PARKED, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&thread_lock);
    lock_back(trip);
    heap_parked(h);
}

void thread_start(void)
{
    thread_has_key = pthread_key_create(&thread_key, thread_end) == 0;
    if (!thread_has_key) {
        static const char text[] = "hakmem: no thread-specific key is left: heaps of ended threads will not be reused\n";
        os_write_error(text, sizeof text - 1);
    }
}

enum { THREAD_TRIES = 10000 };

/* Takes a heap from state to another; waits out a thread that frees into it. Where LOCK_SHARES not for ever: that thread may be
 * this one, which a signal handler has interrupted, or one that this one keeps from running. */
static bool thread_take_parked(struct heap *h, enum heap_state to)
{
    int parked = HEAP_PARKED, tries = 0;
    while (!__atomic_compare_exchange_n(&h->state, &parked, to, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        if (parked != HEAP_BUSY && parked != HEAP_PARKED)
            return false;
        if (LOCK_SHARES && ++tries == THREAD_TRIES)
            return false;
        os_yield();
        parked = HEAP_PARKED;
    }
    return true;
}

static struct heap *thread_adopt(void)
{
    pthread_mutex_lock(&thread_lock);
    struct heap *h = thread_parked;
    if (h)
        thread_parked = h->next_parked;
    pthread_mutex_unlock(&thread_lock);
    if (h && thread_take_parked(h, HEAP_OWNED)) {
        count_add(&h->adopted, 1);
        return h;
    }
    if (LOCK_SHARES && h && load_relaxed(&h->state) != HEAP_LOST) { /* for another time */
        pthread_mutex_lock(&thread_lock);
        h->next_parked = thread_parked;
        thread_parked = h;
        pthread_mutex_unlock(&thread_lock);
    }
    return NULL;
}

static struct heap *thread_new(void)
{
    struct heap *h = route_new(sizeof *h);
    if (!h)
        return NULL;
    for (unsigned c = 0; c < HEAP_CLASSES; c++)
        h->current[c] = &slab_none;
    struct heap *head = load_relaxed(&thread_heaps);
    do
        h->next_all = head;
    while (!__atomic_compare_exchange_n(&thread_heaps, &head, h, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    return h;
}

struct heap *thread_heap(void)
{
    if (heap_self != &heap_none)
        return heap_self;
    int saved = errno;
    remote_opening();
    start_once();
    enum lock_trip trip = lock_go();
    if (trip == LOCK_NO)
        return NULL;
    struct heap *h = thread_adopt();
    if (!h)
        h = thread_new();
    if (h) {
        front_open(h);
        heap_self = h; /* before pthread_setspecific, which may allocate */
    }
    lock_back(trip);
    if (!h) {
        errno = ENOMEM;
        return NULL;
    }
    if (thread_has_key)
        pthread_setspecific(thread_key, h);
    errno = saved;
    return h;
}

static uint64_t thread_bytes(void)
{
    return os_bytes(OS_SUPERSLAB) + os_bytes(OS_MID) + os_bytes(OS_LARGE);
}

bool thread_trim(void)
{
    start_once();
    uint64_t before = thread_bytes();
    if (heap_self != &heap_none)
        thread_trim_heap(heap_self);
    for (struct heap *h = __atomic_load_n(&thread_heaps, __ATOMIC_ACQUIRE); h; h = h->next_all) {
        int parked = HEAP_PARKED;
        enum lock_trip trip = lock_go();
        bool borrowed = __atomic_compare_exchange_n(&h->state, &parked, HEAP_BUSY, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
        if (borrowed) {
            thread_trim_heap(h);
            __atomic_exchange_n(&h->state, HEAP_PARKED, __ATOMIC_SEQ_CST);
        }
        lock_back(trip);
        if (borrowed)
            heap_parked(h);
    }
    struct heap *self = heap_self;
    size_t purged = 0;
    if (self == &heap_none || heap_enter(self)) { /* locks are taken: a signal handler's malloc must see that it is busy */
        purged = pool_trim() + lazy_trim();
        superslab_trim();
        mapped_trim();
        if (self != &heap_none)
            heap_leave(self);
    }
    return purged || thread_bytes() < before;
}

void thread_each_heap(void (*visit)(void *context, struct heap *h), void *context)
{
    for (struct heap *h = __atomic_load_n(&thread_heaps, __ATOMIC_ACQUIRE); h; h = h->next_all)
        visit(context, h);
}

/* Lock order, everywhere: thread, pool, lazy, owner, mapped, large, superslab, meta. No two are held together but here, and
 * where a line of a comment says so. */
void thread_fork_prepare(void)
{
    bool inside = LOCK_SHARES && heap_self != &heap_none && heap_enter(heap_self); /* so that no helper is, in the child */
    pthread_mutex_lock(&thread_lock);
    thread_fork_inside = inside;
    pool_fork_lock();
    lazy_fork_lock();
    owner_fork_lock();
    mapped_fork_lock();
    large_fork_lock();
    superslab_fork_lock();
    remote_fork_lock();
    meta_fork_lock();
}

static void thread_fork_unlock(bool child)
{
    bool inside = thread_fork_inside;
    meta_fork_unlock();
    remote_fork_unlock();
    superslab_fork_unlock();
    large_fork_unlock();
    mapped_fork_unlock();
    owner_fork_unlock(child);
    lazy_fork_unlock(child);
    pool_fork_unlock(child);
    pthread_mutex_unlock(&thread_lock);
    if (LOCK_SHARES && inside)
        heap_leave(heap_self);
}

void thread_fork_parent(void)
{
    thread_fork_unlock(false);
}

void thread_fork_child(void)
{
    thread_parked = NULL;
    if (lock_held(&heap_self->lock) && !heap_self->busy) /* by a helper, who did not leave and is not here */
        heap_self = &heap_none;
    for (struct heap *h = thread_heaps; h; h = h->next_all) {
        if (h == heap_self)
            continue;
        if (load_relaxed(&h->state) == HEAP_PARKED && !lock_held(&h->lock)) {
            h->next_parked = thread_parked;
            thread_parked = h;
        } else {
            store_relaxed(&h->state, HEAP_LOST);
        }
    }
    thread_fork_unlock(true);
    purge_fork_child();
}
