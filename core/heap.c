/* heap.c - see heap.h: the slow paths between the fast ones and the pool, and remote frees. */
#include "heap.h"
#include "seam/large.h"
#include "seam/lazy.h"
#include <errno.h>

struct slab slab_none;
struct heap heap_none = {.route = ROUTE_INIT, .current = {[0 ... HEAP_CLASSES - 1] = &slab_none}, .front = FRONT_INIT};
HAK_TLS struct heap *heap_self = &heap_none;

bool heap_enter(struct heap *h)
{
    if (unlikely(h->busy))
        return false;
    h->busy = true;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (unlikely(!lock_take(&h->lock))) {
        h->busy = false;
        return false;
    }
    h->saved_errno = errno;
    return true;
}

void heap_leave(struct heap *h)
{
    errno = h->saved_errno;
    lock_give(&h->lock);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    h->busy = false;
}

static void heap_list(struct heap *h, struct slab *s)
{
    struct slab **head = &h->listed[s->class];
    s->prev = NULL;
    s->next = *head;
    if (s->next)
        s->next->prev = s;
    *head = s;
    s->listed = 1;
}

static void heap_unlist(struct heap *h, struct slab *s)
{
    if (s->next)
        s->next->prev = s->prev;
    if (s->prev)
        s->prev->next = s->next;
    else
        h->listed[s->class] = s->next;
    s->listed = 0;
}

/* used = capacity: the slab is full, and the next free of its blocks is an event. */
static void heap_fill(struct slab *s)
{
    s->frees_to_event = 1;
    s->full = 1;
}

static struct slab *heap_claim(struct heap *h, unsigned class)
{
    struct slab *s = pool_claim(h, class);
    if (s)
        route_own(h, s);
    return s;
}

static void heap_release(struct heap *h, struct slab *s)
{
    route_disown(h, s);
    pool_release(h, s);
}

struct slab *heap_slab(struct heap *h, unsigned class)
{
    struct slab *s = h->current[class];
    if (s->free || s->carved < s->capacity)
        return s;
    if (load_relaxed(&h->remote) || remote_waiting(&h->out, &h->in)) {
        heap_drain(h);
        s = h->current[class]; /* the drain may have emptied it, and let it go */
        if (s->free)
            return s;
    }
    lazy_tick();
    large_tick();
    if (s != &slab_none)
        heap_fill(s);
    s = h->listed[class];
    if (s)
        heap_unlist(h, s);
    else
        s = heap_claim(h, class);
    h->current[class] = s ? s : &slab_none;
    return s;
}

void *heap_take(struct heap *h, unsigned class)
{
    void *p = LOCK_SHARES ? NULL : slab_pop(h->current[class]);
    if (likely(p) || !heap_enter(h))
        return p;
    struct slab *s = heap_slab(h, class);
    if (s) {
        if (!s->free)
            slab_extend(s);
        p = slab_pop(s);
    }
    heap_leave(h);
    return p;
}

void *heap_take_zero(struct heap *h, unsigned class, bool *zero)
{
    void *p = NULL;
    *zero = false;
    if (!LOCK_SHARES && h->current[class]->free)
        return slab_pop(h->current[class]);
    if (!heap_enter(h))
        return NULL;
    struct slab *s = heap_slab(h, class);
    if (s && s->free) {
        p = slab_pop(s);
    } else if (s) {
        p = slab_carve(s);
        *zero = s->zero;
    }
    heap_leave(h);
    return p;
}

/* frees_to_event has reached 0: s stops being full, or s is empty. Inside heap_enter. */
static void heap_event(struct heap *h, struct slab *s)
{
    if (s->full) {
        s->full = 0;
        s->frees_to_event = s->capacity - 1;
        if (s->frees_to_event > 0)
            heap_list(h, s);
    }
    if (s->frees_to_event > 0)
        return;
    if (s == h->current[s->class]) {
        if (s->class < CLASS_TINY || run_keep(h, s))
            return; /* kept: the next malloc of the class comes here */
        h->current[s->class] = &slab_none;
    } else if (s->listed) {
        heap_unlist(h, s);
    }
    heap_release(h, s);
}

void heap_slab_event(struct heap *h, struct slab *s, void *p)
{
    if (!heap_enter(h)) { /* in a signal handler that interrupted a slow path: undo the push, and queue the block */
        freelist_undo(s, p);
        s->frees_to_event = 1;
        heap_remote_push(h, h, s, p);
        return;
    }
    heap_event(h, s);
    heap_leave(h);
}

void heap_give_inside(struct heap *h, struct slab *s, void *p)
{
    if (unlikely(slab_push(s, p)))
        heap_event(h, s);
}

void heap_give(struct heap *h, struct slab *s, void *p)
{
    if (LOCK_SHARES && heap_enter(h)) {
        heap_give_inside(h, s, p);
        heap_leave(h);
    } else if (LOCK_SHARES) {
        heap_remote_push(h, h, s, p);
    } else if (unlikely(slab_push(s, p))) {
        heap_slab_event(h, s, p);
    }
}

void heap_remote_push(struct heap *from, struct heap *to, struct slab *s, void *p)
{
    if (from == &heap_none) { /* shared by all threads that have no heap */
        __atomic_fetch_add(&from->remote_sent_blocks, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&from->remote_sent_bytes, s->block_size, __ATOMIC_RELAXED);
    } else {
        count_add(&from->remote_sent_blocks, 1);
        count_add(&from->remote_sent_bytes, s->block_size);
    }
    heap_remote_chain(to, p, p);
}

/* A parked heap for the calling thread, until it stores PARKED again. */
static bool heap_borrow(struct heap *h)
{
    int parked = HEAP_PARKED;
    return __atomic_load_n(&h->state, __ATOMIC_SEQ_CST) == HEAP_PARKED &&
           __atomic_compare_exchange_n(&h->state, &parked, HEAP_BUSY, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

/* Is something queued at h? A macro: as a function gcc gives the variants without batches other registers. */
#define heap_queued(h) (__atomic_load_n(&(h)->remote, __ATOMIC_SEQ_CST) || remote_waiting(&(h)->out, &(h)->in))

/* With the heap BUSY: takes what is queued, and p unless NULL, then parks it again. Who pushes looks at the state afterwards,
 * and who parks looks at the queue afterwards: of two that meet one sees the other, so no block stays queued at a parked
 * heap. */
static void heap_serve(struct heap *h, struct slab *s, void *p)
{
    enum lock_trip trip = lock_go();
    do {
        bool idle = trip != LOCK_NO && heap_enter(h); /* nobody else is in a heap that this thread has borrowed */
        hak_assert(idle || LOCK_SHARES);
        if (LOCK_SHARES && unlikely(!idle)) { /* but a helper, who does not leave; or this is a signal handler */
            if (p)
                heap_remote_push(heap_self, h, s, p);
            __atomic_exchange_n(&h->state, HEAP_PARKED, __ATOMIC_SEQ_CST);
            break;
        }
        if (!LOCK_SHARES || heap_queued(h))
            heap_drain(h);
        if (p)
            heap_give_inside(h, s, p);
        pool_park(h); /* a parked heap keeps nothing in reserve */
        remote_park(h);
        heap_leave(h);
        p = NULL;
        __atomic_exchange_n(&h->state, HEAP_PARKED, __ATOMIC_SEQ_CST); /* a full barrier, on emulated machines, too */
    } while (heap_queued(h) && heap_borrow(h));
    lock_back(trip);
}

void heap_parked(struct heap *h)
{
    if (heap_queued(h) && heap_borrow(h))
        heap_serve(h, NULL, NULL);
}

void heap_give_remote(struct heap *from, struct heap *to, struct slab *s, void *p)
{
    if (LOCK_SHARES && unlikely(from->busy)) { /* in a signal handler that interrupted a slow path: no other */
        heap_remote_push(from, to, s, p);
        return;
    }
    if (heap_borrow(to)) {
        heap_serve(to, s, p);
        return;
    }
    uint64_t sent = LOCK_SHARES ? load_relaxed(&from->remote_sent_bytes) : 0;
    bool due = LOCK_SHARES && lock_help_due(sent, sent + s->block_size);
    heap_remote_push(from, to, s, p);
    if (heap_borrow(to))
        heap_serve(to, NULL, NULL);
    else if (due)
        lock_help(to);
}

void heap_drain(struct heap *h)
{
    uint64_t blocks = 0, bytes = 0;
    void *p = __atomic_exchange_n(&h->remote, NULL, __ATOMIC_ACQUIRE);
    while (p) {
        void *next = *(void **)p;
        struct slab *s = slab_of(p);
        hak_assert(slab_heap(s) == h);
        blocks++;
        bytes += s->block_size;
        heap_give_inside(h, s, p);
        p = next;
    }
    count_add(&h->remote_received_blocks, blocks);
    count_add(&h->remote_received_bytes, bytes);
    remote_receive(h);
}

size_t heap_settle(struct heap *h)
{
    size_t count = 0;
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        struct slab *s = h->current[c];
        if (s == &slab_none)
            continue;
        h->current[c] = &slab_none;
        if (s->frees_to_event == 0) {
            heap_release(h, s);
            count++;
        } else if (s->free || s->carved < s->capacity) {
            heap_list(h, s);
        } else {
            heap_fill(s);
        }
    }
    run_park(h);
    return count;
}

/* heap_valid's walk over the slabs of one heap. */
static void heap_valid_slab(void *context, struct slab *s)
{
    struct heap *h = context;
    uint32_t remote = 0;
    if (slab_heap(s) != h)
        return;
    slab_valid(s);
    route_valid(h, s);
    for (void *p = __atomic_load_n(&h->remote, __ATOMIC_ACQUIRE); p; p = *(void **)p)
        remote += slab_of(p) == s;
    remote += (uint32_t)remote_count(h, s);
    if (GUARD_EXACT) {
        uint64_t known = guard_count(s) + foreign_cached(h, s) + run_cached(h, s) + remote;
        /* with FOREIGN_KEEPS a thread that a fork has lost may have had more in its hands */
        hak_assert_full(slab_used(s) == known || (FOREIGN_KEEPS && slab_used(s) > known));
    }
    bool current = h->current[s->class] == s;
    hak_assert_full(s->listed == (!current && !s->full));
    hak_assert_full(current || slab_used(s) > 0);
}

void heap_valid(struct heap *h)
{
    superslab_each_slab(heap_valid_slab, h);
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        for (struct slab *s = h->listed[c]; s; s = s->next)
            hak_assert_full(s->listed && s->class == c && slab_heap(s) == h && (!s->next || s->next->prev == s));
        struct slab *s = h->current[c];
        hak_assert_full(s == &slab_none || (s->class == c && slab_heap(s) == h));
    }
    pool_valid(h);
}
