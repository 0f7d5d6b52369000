/* SPDX-License-Identifier: MIT */
/* pool.c - see pool.h: the stages of an acquisition, and the way back.
 *
 *   0    a slot of the span that this heap used last        one compare-and-swap
 *   0.5  an EMPTY slab of this class that this heap kept     no atomics, nothing to format
 *   1    a FREED slot of any span                            lock-free: its memory is already there
 *   2    an UNUSED slot of any span                          lock-free
 *   3    a new SuperSlab                                     under the lock
 *
 * EMPTY is asked first in practice: what is formatted beats what is near. A FREED slot of any span comes before an UNUSED one
 * of the span used last, as its memory is held already, unless it has gone back by age. The numbers are the names of the
 * stages in the reports.
 */
#include "core/heap/background.h"
#include "core/heap/env.h"
#include "core/heap/heap.h"
#include "core/low/lock.h"
#include "core/low/log.h"
#include "core/low/os.h"
#include "core/seam/large.h"
#include "core/seam/lazy.h"
#include "core/seam/purge.h"
#include "core/heap/spare.h"
#include "core/heap/stats.h"
#include "core/heap/thread.h"
#include "span.h"

#define POOL_KNOBS(X)                                                                                        \
    X(pool_empty_limit, "POOL_EMPTY", 2, 0, POOL_EMPTY_MAX, "", "empty slabs that a thread keeps formatted") \
    X(pool_report, "POOL_STATS", 0, 0, 1, "", "print at exit slabs acquired by stage, lock takes and waits") \
    X(pool_trace, "POOL_TRACE", 0, 0, 1, "", "print a line for each acquisition and release (MODE=check only)")
KNOBS(POOL_KNOBS);

static struct pool_span *pool_spare;             /* spans that stand for nothing; under the lock */
static struct pool_span *pool_all;               /* every span; atomic, only ever pushed to */
static int64_t pool_least;                       /* the fewest bytes of SPARE_SLOTS since the last sweep; about, relaxed */
static uint64_t pool_lock_takes, pool_lock_waits; /* under the lock, read relaxed */

/* A slab of larger blocks may need several slots. */
#define POOL_SINGLE ((size_t)8 * 1024)

/* Slots of a slab of that block size: the fewest of which at most an eighth is left over. */
static unsigned pool_slots(size_t block)
{
    size_t n = (block + SLAB_SIZE - 1) / SLAB_SIZE;
    while (n * SLAB_SIZE % block * 8 > n * SLAB_SIZE)
        n++;
    return (unsigned)n;
}

static void pool_take_lock(void)
{
    bool waits = !lock_try(LOCK_POOL);
    if (waits)
        lock_enter(LOCK_POOL);
    count_add(&pool_lock_takes, 1);
    count_add(&pool_lock_waits, waits);
}

static struct slab *pool_try(struct heap *h, size_t block, unsigned slots, unsigned *stage)
{
    uint64_t lost = 0;
    struct pool_span *hot = h->pool.hot;
    struct slab *s = NULL;
    *stage = 0;
    if (block > POOL_SINGLE) {
        bool freed = spare_of(SPARE_SLOTS) >= slots * SLAB_SIZE; /* else there is no such run with memory */
        s = hot && freed ? span_claim_run(hot, SPAN_FREED, slots, &lost) : NULL;
        if (!s && freed && (s = span_claim_run_anywhere(SPAN_FREED, slots, &lost)))
            *stage = 3;
        if (!s && hot)
            s = span_claim_run(hot, SPAN_KINDS, slots, &lost);
        if (!s && (s = span_claim_run_anywhere(SPAN_KINDS, slots, &lost)))
            *stage = 3;
    } else {
        uint32_t last = freelist_last(block);
        s = hot ? span_claim(hot, SPAN_FREED, last, &lost) : NULL;
        if (!s && (s = span_claim_listed(SPAN_FREED, last, &lost)))
            *stage = 2;
        if (!s && hot)
            s = span_claim(hot, SPAN_UNUSED, last, &lost);
        if (!s && (s = span_claim_listed(SPAN_UNUSED, last, &lost)))
            *stage = 3;
    }
    count_add(&h->pool.retries, lost);
    return s;
}

/* --- Slots that nobody has, with memory in them or without: counted, given back when too much is spare, and by age ------- */

enum { POOL_STALE = 2 };
#define POOL_LONG ((uint64_t)8 * SLAB_SIZE)
enum { POOL_SLACK = 4 }; /* too much by such a part of what is allowed, before slots give their memory back: by few calls */

/* Slots come to nobody's hands, or go. */
static void pool_count(uint32_t slots, uint32_t clean, int64_t sign)
{
    int64_t dirty = __builtin_popcount(slots & ~clean), empty = __builtin_popcount(slots & clean);
    if (empty > 0)
        spare_add(SPARE_EMPTY, sign * empty * (int64_t)SLAB_SIZE);
    if (dirty == 0)
        return;
    spare_add(SPARE_SLOTS, sign * dirty * (int64_t)SLAB_SIZE);
    int64_t left = load_relaxed(&spare_bytes[SPARE_SLOTS]);
    if (left < load_relaxed(&pool_least))
        store_relaxed(&pool_least, left);
}

/* All slots of a SuperSlab come to be kept. */
static void pool_kept(struct pool_span *span, const struct superslab *ss)
{
    store_relaxed(&span->stale, POOL_STALE);
    pool_count(UINT32_MAX, ss->clean, 1);
}

/* Under the lock. */
static struct pool_span *pool_span_new(void)
{
    struct pool_span *span = span_new();
    if (span) {
        span->all = pool_all;
        __atomic_store_n(&pool_all, span, __ATOMIC_RELEASE);
    }
    return span;
}

/* Stage 3. Another thread may have added a SuperSlab while this one waited for the lock. */
static struct slab *pool_grow(struct heap *h, size_t block, unsigned slots, unsigned *stage)
{
    pool_take_lock();
    struct slab *s = pool_try(h, block, slots, stage);
    if (!s) {
        struct pool_span *span = pool_spare;
        if (span)
            pool_spare = span->spare;
        else
            span = pool_span_new();
        struct superslab *ss = span ? superslab_acquire() : NULL;
        if (ss) {
            unsigned first = block > POOL_SINGLE ? SLABS_PER_SUPERSLAB - slots : (unsigned)__builtin_ctz(~freelist_last(block));
            ss->pool.span = span;
            s = &ss->slab[first];
            pool_kept(span, ss);
            enum span_kind kind = ss->clean == UINT32_MAX ? SPAN_UNUSED : SPAN_FREED; /* one that phase 9 kept has memory */
            span_publish(span, ss, kind, (uint32_t)(((uint64_t)1 << slots) - 1) << first);
            *stage = 4;
        } else if (span) {
            span->spare = pool_spare;
            pool_spare = span;
        }
    }
    lock_leave(LOCK_POOL);
    return s;
}

/* Stage 0.5. */
static struct slab *pool_take_empty(struct heap *h, unsigned class)
{
    for (unsigned i = h->pool.empty_count; i-- > 0;) {
        struct slab *s = h->pool.empty[i];
        if (s->class != class)
            continue;
        for (h->pool.empty_count--; i < h->pool.empty_count; i++)
            h->pool.empty[i] = h->pool.empty[i + 1];
        store_relaxed(&s->heap, h);
        return s;
    }
    return NULL;
}

static void pool_say(const char *what, const struct slab *s, unsigned class, unsigned stage)
{
    if (HAK_CHECK_LEVEL > 0 && unlikely(pool_trace))
        log_line("hakmem pool: %s slab %p class %u stage %u", what, superslab_slot(s), (uint64_t)class, (uint64_t)stage);
}

struct slab *pool_claim(struct heap *h, unsigned class)
{
    size_t block = class_size(class);
    unsigned slots = pool_slots(block), stage = 1;
    struct slab *s = pool_take_empty(h, class);
    if (!s) {
        s = pool_try(h, block, slots, &stage);
        if (!s && run_yield(h))
            s = pool_try(h, block, slots, &stage);
        if (!s && front_rouse())
            s = pool_try(h, block, slots, &stage);
        if (!s && purge_pressure())
            s = pool_try(h, block, slots, &stage);
        if (!s)
            s = pool_grow(h, block, slots, &stage);
        if (!s)
            return NULL;
        struct superslab *ss = superslab_of(s);
        uint32_t mask = (uint32_t)(((uint64_t)1 << slots) - 1) << slab_index(s);
        uint32_t clean = __atomic_fetch_and(&ss->clean, ~mask, __ATOMIC_RELAXED);
        pool_count(mask, clean, -1);
        h->pool.hot = ss->pool.span;
        slab_format(s, h, class, slots, (clean & mask) == mask);
        if (s->zero) {
            large_yield(slots * SLAB_SIZE);
            spare_fresh(slots * SLAB_SIZE);
        }
    }
    purge_note(h);
    count_add(&h->pool.stage[stage], 1);
    pool_say("claim", s, class, stage);
    return s;
}

/* A SuperSlab that span_free found empty goes back. */
static void pool_retire(struct pool_span *span, struct superslab *ss)
{
    pool_count(UINT32_MAX, ss->clean, -1);
    pool_take_lock();
    span->spare = pool_spare;
    pool_spare = span;
    lock_leave(LOCK_POOL);
    superslab_release(ss);
}

/* The slots of an unowned slab become FREED, and the SuperSlab goes back if they were the last. */
static void pool_free_slots(struct heap *h, struct slab *s)
{
    struct pool_span *span = superslab_of(s)->pool.span;
    unsigned first = slab_index(s), slots = s->slots;
    uint64_t lost = 0;
    slab_unformat(s);
    store_relaxed(&span->stale, POOL_STALE);
    pool_count((uint32_t)(((uint64_t)1 << slots) - 1) << first, 0, 1);
    struct superslab *ss = span_free(span, first, slots, &lost); /* from here on s may be gone */
    count_add(&h->pool.released, 1);
    count_add(&h->pool.retries, lost);
    if (ss)
        pool_retire(span, ss);
    background_ring();
    uint64_t excess = spare_excess();
    if (unlikely(excess > 0) && excess > spare_allowed() / POOL_SLACK && spare_of(SPARE_SLOTS) > 0 &&
        (excess = pool_shed(excess)) > 0)
        spare_gave(excess);
}

/* A run of these slots of the span, claimed: nobody had them. 0: somebody has. */
static uint32_t pool_claim_idle(struct pool_span *span, uint32_t slots)
{
    uint64_t word = __atomic_load_n(&span->word, __ATOMIC_SEQ_CST), mask;
    uint32_t run;
    do {
        slots &= (uint32_t)word | (uint32_t)(word >> 32);
        run = slots & ~(slots + (slots & -slots)); /* the carry runs through the lowest bits that stand together */
        mask = (uint64_t)run << 32 | run;
    } while (run && !__atomic_compare_exchange_n(&span->word, &word, word & ~mask, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    return run;
}

/* Gives back the memory of a run that pool_claim_idle has claimed, where that is at least so much, and the run. How many bytes;
 * *most: bytes that may go. */
static uint64_t pool_purge_run(struct pool_span *span, uint32_t run, uint64_t least, uint64_t *most)
{
    struct superslab *ss = __atomic_load_n(&span->superslab, __ATOMIC_ACQUIRE);
    unsigned first = (unsigned)__builtin_ctz(run), slots = (unsigned)__builtin_popcount(run);
    uint32_t dirty = run & ~load_relaxed(&ss->clean);
    bool gone = false;
    uint64_t lost = 0, bytes = (uint64_t)__builtin_popcount(dirty) * SLAB_SIZE;
    if (dirty && bytes >= least && bytes <= *most) {
        char *from = superslab_slot(&ss->slab[__builtin_ctz(dirty)]);
        char *to = superslab_slot(&ss->slab[31 - __builtin_clz(dirty)]) + SLAB_SIZE;
        gone = os_purge(from, (size_t)(to - from), OS_SUPERSLAB);
    }
    if (gone) {
        *most -= bytes;
        pool_count(dirty, 0, -1);
        pool_count(dirty, UINT32_MAX, 1);
        __atomic_fetch_or(&ss->clean, dirty, __ATOMIC_RELAXED);
    }
    ss = span_free(span, first, slots, &lost);
    if (ss)
        pool_retire(span, ss);
    return gone ? bytes : 0;
}

/* At once, whoever freed them last: slots of the span that nobody has, in runs of at least so many bytes, until so many bytes
 * have gone or a little more. */
static uint64_t pool_shed_span(struct pool_span *span, uint64_t least, uint64_t *most)
{
    uint64_t bytes = 0;
    uint32_t left = UINT32_MAX, run;
    while (*most > 0 && (run = pool_claim_idle(span, left))) {
        uint64_t rest = UINT64_MAX;
        left &= ~run;
        bytes += pool_purge_run(span, run, least, &rest);
        *most -= UINT64_MAX - rest < *most ? UINT64_MAX - rest : *most;
    }
    return bytes;
}

/* Long runs first: each run costs one call, and an interrupt of each processor that runs a thread of the program. */
size_t pool_shed(uint64_t most)
{
    uint64_t bytes = 0;
    for (uint64_t least = POOL_LONG; most > 0 && least > 0; least = least == POOL_LONG ? SLAB_SIZE : 0) {
        struct pool_span *span = __atomic_load_n(&pool_all, __ATOMIC_ACQUIRE);
        for (; span && most > 0; span = span->all) {
            if (load_relaxed(&span->stale) == 0)
                continue;
            if (least == SLAB_SIZE)
                store_relaxed(&span->stale, 0); /* before the look: who frees a slot meanwhile sets it again */
            bytes += pool_shed_span(span, least, &most);
            if (most == 0)
                store_relaxed(&span->stale, POOL_STALE);
        }
    }
    return bytes;
}

/* Slots that nobody had at two calls in a row, at most as many as were spare all the time in between. */
size_t pool_age(void)
{
    uint64_t bytes = 0;
    int64_t least = load_relaxed(&pool_least);
    uint64_t most = least > 0 ? (uint64_t)least : 0;
    for (struct pool_span *span = __atomic_load_n(&pool_all, __ATOMIC_ACQUIRE); span; span = span->all) {
        uint8_t stale = load_relaxed(&span->stale);
        if (stale == 0)
            continue;
        store_relaxed(&span->stale, stale - 1);
        uint64_t word = __atomic_load_n(&span->word, __ATOMIC_SEQ_CST), before = most;
        uint32_t idle = span->seen & ((uint32_t)word | (uint32_t)(word >> 32)), run;
        span->seen = (uint32_t)word | (uint32_t)(word >> 32);
        while ((run = pool_claim_idle(span, idle))) {
            idle &= ~run;
            bytes += pool_purge_run(span, run, SLAB_SIZE, &most);
        }
        if (most < before || most == 0)
            store_relaxed(&span->stale, POOL_STALE); /* there may be more, with the next one's leave */
    }
    store_relaxed(&pool_least, load_relaxed(&spare_bytes[SPARE_SLOTS]));
    return bytes;
}

void pool_release(struct heap *h, struct slab *s)
{
    pool_say("release", s, s->class, 0);
    if (s->slots != 1 || pool_empty_limit == 0) {
        pool_free_slots(h, s);
        return;
    }
    store_relaxed(&s->heap, NULL); /* EMPTY: formatted, and nobody's */
    if (h->pool.empty_count >= pool_empty_limit) {
        struct slab *oldest = h->pool.empty[0];
        for (unsigned i = 1; i < h->pool.empty_count; i++) {
            struct slab **to = &h->pool.empty[i - 1];
            keep_pointer(to); /* else gcc calls memmove, which may not be bound yet (start.c) */
            to[0] = to[1];
        }
        h->pool.empty_count--;
        pool_free_slots(h, oldest);
    }
    h->pool.empty[h->pool.empty_count++] = s;
}

void pool_park(struct heap *h)
{
    while (h->pool.empty_count > 0)
        pool_free_slots(h, h->pool.empty[--h->pool.empty_count]);
    h->pool.hot = NULL;
}

void pool_valid(struct heap *h)
{
    hak_assert_full(h->pool.empty_count <= POOL_EMPTY_MAX);
    for (unsigned i = 0; i < h->pool.empty_count; i++) {
        struct slab *s = h->pool.empty[i];
        hak_assert_full(slab_heap(s) == NULL && s->slots == 1 && slab_used(s) == 0 && !s->full && !s->listed);
    }
}

static void pool_stats(stats_each *each, void *context)
{
    each(context, "pool.stage0_hot", STATS_HEAPS(pool.stage[0]), "slabs acquired from the span that the heap used last");
    each(context, "pool.stage0_5_empty", STATS_HEAPS(pool.stage[1]), "slabs acquired that the heap had kept empty");
    each(context, "pool.stage1_freed", STATS_HEAPS(pool.stage[2]), "slabs acquired from slots that were in use before");
    each(context, "pool.stage2_unused", STATS_HEAPS(pool.stage[3]),
         "slabs acquired from slots that never were in use, or several slots in a row");
    each(context, "pool.stage3_new", STATS_HEAPS(pool.stage[4]), "slabs acquired from a new SuperSlab");
    each(context, "pool.released", STATS_HEAPS(pool.released), "slabs whose slots were given back");
    each(context, "pool.retries", STATS_HEAPS(pool.retries), "compare-and-swaps lost to other threads");
    each(context, "pool.empty", STATS_HEAPS(pool.empty_count), "slabs that heaps keep empty now");
    each(context, "pool.lock_takes", load_relaxed(&pool_lock_takes), "times that the lock of the pool was taken");
    each(context, "pool.lock_waits", load_relaxed(&pool_lock_waits), "times that the lock of the pool had to be waited for");
}
STATS_PART(pool_stats);
PEEK(pool, NULL, PEEK_HEAPS("pool.stage0_hot", pool.stage[0]), PEEK_HEAPS("pool.stage0_5_empty", pool.stage[1]),
     PEEK_HEAPS("pool.stage1_freed", pool.stage[2]), PEEK_HEAPS("pool.stage2_unused", pool.stage[3]),
     PEEK_HEAPS("pool.stage3_new", pool.stage[4]), PEEK_HEAPS("pool.released", pool.released),
     PEEK_HEAPS("pool.retries", pool.retries), PEEK_HEAPS("pool.empty", pool.empty_count));
PEEK(pool_lock_takes, &pool_lock_takes, PEEK_OBJECT("pool.lock_takes"));
PEEK(pool_lock_waits, &pool_lock_waits, PEEK_OBJECT("pool.lock_waits"));

static void pool_line(void *context, const char *name, uint64_t value, const char *words)
{
    (void)context, (void)words;
    log_line("hakmem %s %u", name, value);
}

void pool_start(void)
{
    if (pool_report)
        os_keep_error();
}

void pool_stop(void)
{
    if (pool_report)
        pool_stats(pool_line, NULL);
}
