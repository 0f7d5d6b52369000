/* SPDX-License-Identifier: MIT */
/* heap.c - see heap.h: the slow paths between the fast ones and the pool, and remote frees. */
#include "core/heap/heap.h"
#include "core/low/log.h"
#include "core/low/os.h"
#include "core/low/probe.h"
#include "core/seam/large.h"
#include "core/seam/lazy.h"
#include <errno.h>

struct slab slab_none;
/* From the start of a page on, in a section that lies behind the other data: the pointers in it, which every process sets when
 * it starts, are all in two pages. */
__attribute__((section("hak_none"), aligned(4096))) struct heap heap_none = {.front = FRONT_INIT, .current = FRONT_SLABS};
HAK_TLS struct heap *heap_self = &heap_none;
bool heap_torn;

enum { HEAP_SPINS = 32, HEAP_DRAIN_STEP = 4096, HEAP_DRAIN_STEPS = 4, HEAP_NESTED = 3 };

/* Waits for HEAP_WAIT_US for the thread that is inside. If it does not leave, `wanted` stays set: that thread leaves when it
 * looks at `wanted` the next time, and later calls try once without waiting. The wait ends by the clock. It does not yield,
 * since a yield gives nothing to a thread inside that has a lower priority. */
static bool heap_spin(struct lock_heap *l)
{
    bool again = load_relaxed(&l->wanted), got = lock_word_take(&l->word);
    store_relaxed(&l->wanted, true);
    for (uint64_t end = got || again ? 0 : os_now_us() + HEAP_WAIT_US; !got && os_now_us() < end;) {
        for (int i = 0; !got && i < HEAP_SPINS; i++) {
            cpu_pause();
            got = load_relaxed(&l->word) == 0 && lock_word_take(&l->word);
        }
    }
    return got;
}

noinline bool heap_wait(struct heap *h)
{
    struct lock_heap *l = &h->lock;
    bool got = lock_word_mine(&l->word);
    for (;;) {
        while (unlikely(__atomic_load_n(&lock_forks, __ATOMIC_SEQ_CST))) { /* fork has every lock, too: nothing to go on with */
            if (got)
                __atomic_store_n(&l->word, 0, __ATOMIC_RELEASE);
            got = false;
            lock_fork_wait();
        }
        if (got || (got = heap_spin(l)) == false)
            break;
    }
    l->missed = !got;
    PROBE2(heap_wait, h, got);
    return got;
}

bool heap_enter(struct heap *h)
{
    if (unlikely(!heap_step_in(h)))
        return false;
    h->saved_errno = errno;
    return true;
}

void heap_leave(struct heap *h)
{
    errno = h->saved_errno;
    lock_give(&h->lock);
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

void heap_release(struct heap *h, struct slab *s)
{
    front_disown(h, s);
    lead_disown(h, s);
    pool_release(h, s);
}

static void heap_drain_step(struct heap *h);

struct slab *heap_slab(struct heap *h, unsigned class)
{
    struct slab *s = h->current[class];
    if (s->free || s->carved < s->capacity)
        return s;
    for (int i = 0; i < HEAP_DRAIN_STEPS && !h->listed[class] && heap_queued(h); i++) {
        heap_drain_step(h);
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
    else if ((s = pool_claim(h, class)))
        front_own(h, s);
    h->current[class] = s ? s : &slab_none;
    h->in_use[class / 64] |= (uint64_t)1 << class % 64;
    return s;
}

void *heap_take(struct heap *h, unsigned class, bool *zero)
{
    bool fresh = *zero;
    void *p = NULL;
    *zero = false;
    if (!heap_enter(h))
        return NULL;
    struct slab *s = heap_slab(h, class);
    if (s && fresh && !s->free) {
        p = slab_carve(s);
        *zero = s->zero;
    } else if (s) {
        if (!s->free)
            slab_extend(s);
        p = slab_pop(s);
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
        if (s->class < CLASS_TINY || pool_keep(h, s))
            return; /* kept: the next malloc of the class comes here */
        h->current[s->class] = &slab_none;
    } else if (s->listed) {
        heap_unlist(h, s);
    }
    heap_release(h, s);
}

void heap_slab_event(struct heap *h, struct slab *s, void *p)
{
    if (s == h->current[s->class] && !s->full && s->class < CLASS_TINY && likely(!lock_inside))
        return; /* empty, and kept, as heap_event says: nothing to go inside for */
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

/* count > 0 blocks of s are on its free list and are not counted yet: as slab_push does. */
static void heap_gave(struct heap *h, struct slab *s, uint32_t count)
{
    while (unlikely(count >= s->frees_to_event)) { /* twice at most: it stops being full, and is empty */
        if (unlikely(s->frees_to_event == 0)) /* more blocks than were used */
            log_bad_pointer("free", s->free, BAD_FREED);
        count -= s->frees_to_event;
        s->frees_to_event = 0;
        heap_event(h, s);
        if (count == 0)
            return; /* s may be gone */
    }
    s->frees_to_event -= count;
}

struct heap_given heap_give_all(struct heap *h, void **slot, size_t n)
{
    struct heap_given all = {0};
    for (void **end = slot + n; slot < end;) {
        if (!*slot) {
            slot++;
            continue;
        }
        struct slab *s = slab_of(*slot);
        hak_assert(slab_heap(s) == h);
        size_t given = freelist_give(s, slot, (size_t)(end - slot));
        slot += given;
        purge_freed(&h->purge, given * s->block_size);
        heap_gave(h, s, (uint32_t)given);
        all.blocks += given;
        all.pieces++;
    }
    return all;
}

void heap_remote_push(struct heap *from, struct heap *to, struct slab *s, void *p)
{
    if (unlikely(load_relaxed(&to->remote) == p)) /* the list would be a circle */
        log_bad_pointer("free", p, BAD_FREED);
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

/* Is h closed to the calling thread: it is too deep inside heaps already, another thread is inside, or a fork is under way? */
static bool heap_kept_out(const struct heap *h)
{
    return lock_inside >= HEAP_NESTED * LOCK_IN_HEAP || __atomic_load_n(&h->lock.word, __ATOMIC_SEQ_CST) != 0 ||
           __atomic_load_n(&lock_forks, __ATOMIC_SEQ_CST) || load_relaxed(&lock_unsettled);
}

/* With the heap BUSY: takes what is queued, and p unless NULL, then parks it again. Who pushes looks at the state afterwards,
 * and who parks looks at the queue afterwards: of two that meet one sees the other, so no block stays queued at a parked
 * heap. */
static void heap_serve(struct heap *h, struct slab *s, void *p)
{
    int saved = errno;
    do {
        if (lock_inside >= HEAP_NESTED * LOCK_IN_HEAP || !heap_visit(h)) {
            if (p)
                heap_remote_push(heap_self, h, s, p);
            p = NULL;
            __atomic_exchange_n(&h->state, HEAP_PARKED, __ATOMIC_SEQ_CST);
            if (heap_kept_out(h))
                break; /* a helper is inside, or fork, and looks at the queue when it has left */
            continue;  /* it has just left */
        }
        if (heap_queued(h))
            heap_drain(h);
        if (p)
            heap_give_inside(h, s, p);
        pool_park(h); /* a parked heap keeps nothing in reserve */
        remote_park(h);
        lock_give(&h->lock);
        p = NULL;
        __atomic_exchange_n(&h->state, HEAP_PARKED, __ATOMIC_SEQ_CST); /* a full barrier, on emulated machines, too */
    } while (heap_queued(h) && !load_relaxed(&h->lock.wanted) && heap_borrow(h)); /* wanted: by fork, which looks, too */
    errno = saved;
}

void heap_parked(struct heap *h)
{
    if (heap_queued(h) && heap_borrow(h))
        heap_serve(h, NULL, NULL);
}

void heap_give_remote(struct heap *from, struct heap *to, struct slab *s, void *p)
{
    if (unlikely(lock_inside)) { /* in a signal handler that interrupted a slow path: no other */
        heap_remote_push(from, to, s, p);
        return;
    }
    heap_settle_fork();
    if (heap_borrow(to)) {
        heap_serve(to, s, p);
        return;
    }
    uint64_t sent = load_relaxed(&from->remote_sent_bytes);
    bool due = lock_help_due(sent, sent + s->block_size);
    heap_remote_push(from, to, s, p);
    if (heap_borrow(to))
        heap_serve(to, NULL, NULL);
    else if (due)
        lock_help(to);
}

/* Takes at most HEAP_DRAIN_STEP of the queued blocks, so that the length of a slow path does not depend on how much others have
 * freed. */
static void heap_drain_step(struct heap *h)
{
    uint64_t blocks = 0, bytes = 0;
    void *p = h->draining;
    if (!p)
        p = __atomic_exchange_n(&h->remote, NULL, __ATOMIC_ACQUIRE);
    while (p && blocks < HEAP_DRAIN_STEP && (blocks % 64 != 63 || !load_relaxed(&h->lock.wanted))) {
        void *next = *(void **)p;
        struct slab *s = slab_of(p);
        hak_assert(slab_heap(s) == h);
        blocks++;
        bytes += s->block_size;
        heap_give_inside(h, s, p);
        p = next;
    }
    store_relaxed(&h->draining, p);
    count_add(&h->remote_received_blocks, blocks);
    count_add(&h->remote_received_bytes, bytes);
    purge_freed(&h->purge, bytes);
    if (!p)
        remote_receive(h);
}

void heap_drain(struct heap *h)
{
    do
        heap_drain_step(h);
    while (!load_relaxed(&h->lock.wanted) && (h->draining || remote_waiting(&h->out, &h->in)));
}

/* The class has no current slab afterwards. Was it empty, and is gone? */
static bool heap_settle_class(struct heap *h, unsigned class)
{
    struct slab *s = h->current[class];
    if (s == &slab_none)
        return false;
    h->current[class] = &slab_none;
    if (s->frees_to_event == 0) {
        heap_release(h, s);
        return true;
    }
    if (s->free || s->carved < s->capacity)
        heap_list(h, s);
    else
        heap_fill(s);
    return false;
}

size_t heap_settle_from(struct heap *h, unsigned class)
{
    size_t count = 0;
    static_assert(CLASS_TINY < 64, "a class of tiny blocks has its bit in the first word");
    uint64_t below = ((uint64_t)1 << class) - 1; /* of the first word: these stay as they are */
    for (unsigned i = 0; i < sizeof h->in_use / sizeof *h->in_use; i++, below = 0) {
        for (uint64_t left = h->in_use[i] & ~below; left; left &= left - 1)
            count += heap_settle_class(h, i * 64 + (unsigned)__builtin_ctzll(left));
        h->in_use[i] &= below;
    }
    pool_settled(h);
    return count;
}

void *heap_lend(struct heap *h, unsigned class)
{
    void *p = NULL;
    struct slab *s = heap_slab(h, class);
    if (s)
        p = s->free ? slab_pop(s) : slab_carve(s);
    heap_settle_class(h, class);
    pool_park(h);
    return p;
}

/* heap_valid's walk over the slabs of one heap. */
static void heap_valid_slab(void *context, struct slab *s)
{
    struct heap *h = context;
    uint32_t remote = 0;
    if (slab_heap(s) != h)
        return;
    slab_valid(s);
    front_valid(h, s);
    for (void *p = __atomic_load_n(&h->remote, __ATOMIC_ACQUIRE); p; p = *(void **)p)
        remote += slab_of(p) == s;
    for (void *p = h->draining; p; p = *(void **)p)
        remote += slab_of(p) == s;
    remote += (uint32_t)remote_count(h, s);
    /* A heap that is torn may have had blocks of this one. */
    uint32_t used = slab_used(s), cached = (uint32_t)(front_cached(h, s) + pool_cached(h, s)) + remote;
    uint32_t known = guard_count(s, used - cached) + cached;
    hak_assert_full(used == known || (load_relaxed(&heap_torn) && used > known));
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
        bool in_use = h->in_use[c / 64] >> c % 64 & 1;
        hak_assert_full(s == &slab_none || (in_use && s->class == c && slab_heap(s) == h));
    }
    pool_valid(h);
}
