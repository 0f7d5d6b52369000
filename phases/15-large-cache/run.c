/* SPDX-License-Identifier: MIT */
/* run.c - see run.h.
 *
 * Must hold: h->pool.run.bytes = sum over kept of slots * 64 KiB <= RUN_BYTES; the sum of that and of last_bytes over all heaps
 * <= HAKMEM_RUN_MB, but for heaps that fork has lost, which stay charged.
 */
#include "core/heap/env.h"
#include "core/heap/heap.h"
#include "core/heap/stats.h"
#include "core/heap/thread.h"
#include <string.h>

#define RUN_KNOBS(X) X(run_mb, "RUN_MB", 16, 0, 1 << 20, "MiB", "empty slabs above 64 KiB kept in all, at most (0: none)")
KNOBS(RUN_KNOBS);

static uint64_t run_charged; /* bytes, of all heaps; atomic, relaxed */

static bool run_charge(uint64_t bytes)
{
    uint64_t all = load_relaxed(&run_charged);
    do {
        if (all + bytes > run_mb << 20)
            return false;
    } while (!__atomic_compare_exchange_n(&run_charged, &all, all + bytes, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return true;
}

static void run_discharge(struct run_heap *r, uint64_t bytes)
{
    __atomic_fetch_sub(&run_charged, bytes, __ATOMIC_RELAXED);
    store_relaxed(&r->bytes, r->bytes - bytes);
}

/* The oldest leaves the list, and its slab the heap if it is empty. */
static void run_drop(struct heap *h)
{
    struct run_heap *r = &h->pool.run;
    unsigned class = r->kept[0].class;
    r->in[class] = false;
    struct slab *s = h->current[class];
    run_discharge(r, r->kept[0].slots * SLAB_SIZE);
    store_relaxed(&r->count, r->count - 1);
    for (unsigned i = 0; i < r->count; i++)
        r->kept[i] = r->kept[i + 1];
    if (s == &slab_none || s->frees_to_event > 0)
        return;
    h->current[class] = &slab_none;
    heap_release(h, s);
    count_add(&r->drops, 1);
}

bool run_yield(struct heap *h)
{
    uint64_t before = load_relaxed(&h->pool.run.drops);
    run_flush(h);
    while (h->pool.run.count > 0)
        run_drop(h);
    return load_relaxed(&h->pool.run.drops) > before;
}

static bool run_add(struct heap *h, struct slab *s)
{
    struct run_heap *r = &h->pool.run;
    uint64_t bytes = s->slots * SLAB_SIZE;
    while (r->count == RUN_MOST || (r->count > 0 && r->bytes + bytes > RUN_BYTES))
        run_drop(h);
    if (!run_charge(bytes))
        return false;
    r->in[s->class] = true;
    r->kept[r->count].class = s->class;
    r->kept[r->count].slots = s->slots;
    store_relaxed(&r->bytes, r->bytes + bytes);
    store_relaxed(&r->count, r->count + 1);
    return true;
}

bool run_keep(struct heap *h, struct slab *s)
{
    if (!h->pool.run.in[s->class])
        return s->slots > 1 && run_add(h, s);
    count_add(&h->pool.run.hits, 1);
    return true;
}

/* Back into a kept run. Only runs are kept. */
static bool run_push_kept(struct heap *h, struct slab *s, void *p)
{
    if (s->slots == 1 || !heap_step_in(h))
        return false;
    bool kept = h->pool.run.in[s->class] && h->current[s->class] == s;
    if (kept) {
        count_add(&h->pool.run.hits, 1);
        slab_push(s, p); /* it may be empty now: that is what keeping means */
    }
    lock_give(&h->lock);
    return kept;
}

/* The block at hand, if it is of that class. */
static inline void *run_at_hand(struct run_heap *r, unsigned class)
{
    void *p = NULL;
    if (unlikely(lock_inside))
        return NULL;
    lock_hold();
    if (likely(r->last) && likely(r->last_class == class)) {
        p = r->last;
        store_relaxed(&r->last, NULL);
        count_add(&r->hits, 1);
    }
    lock_let();
    return p;
}

void *run_pop(struct heap *h, unsigned class)
{
    hak_assert(!front_serves(class)); /* there would be nothing to find that the front had not had */
    if (h == &heap_none || unlikely(lock_inside))
        return NULL;
    void *p = run_at_hand(&h->pool.run, class);
    if (p || !heap_step_in(h))
        return p;
    p = slab_pop(h->current[class]);
    lock_give(&h->lock);
    return p;
}

static void run_uncharge_last(struct run_heap *r)
{
    __atomic_fetch_sub(&run_charged, r->last_bytes, __ATOMIC_RELAXED);
    store_relaxed(&r->last_bytes, 0);
}

/* Keeps p at hand; returns the block that it replaces, or NULL; or p itself, which may not be kept. lock_inside is told. */
static void *run_swap(struct heap *h, const struct slab *s, void *p)
{
    struct run_heap *r = &h->pool.run;
    void *old = r->last;
    uint64_t bytes = s->slots * SLAB_SIZE;
    if (unlikely(bytes != r->last_bytes)) {
        if (!run_charge(bytes))
            return p;
        run_uncharge_last(r);
        store_relaxed(&r->last_bytes, bytes);
    }
    store_relaxed(&r->last_class, s->class);
    store_relaxed(&r->last, p);
    return old;
}

void run_flush(struct heap *h)
{
    void *p = h->pool.run.last;
    store_relaxed(&h->pool.run.last, NULL);
    run_uncharge_last(&h->pool.run);
    if (p)
        heap_give_inside(h, slab_of(p), p);
}

uint64_t run_cached(const struct heap *h, const struct slab *s)
{
    const void *p = load_relaxed(&h->pool.run.last);
    return p && (!s || slab_of(p) == s);
}

uint64_t run_cached_bytes(const struct heap *h)
{
    return run_cached(h, NULL) * class_size((unsigned)load_relaxed(&h->pool.run.last_class));
}

void *run_push(struct heap *h, struct slab *s, void *p)
{
    if (!front_serves(s->class) && !lock_inside && !sample_all()) {
        lock_hold();
        p = run_swap(h, s, p);
        lock_let();
        if (!p)
            return NULL;
        s = slab_of(p);
    }
    return run_push_kept(h, s, p) ? NULL : p;
}

void run_park(struct heap *h)
{
    run_discharge(&h->pool.run, h->pool.run.bytes);
    store_relaxed(&h->pool.run.count, 0);
    memset(h->pool.run.in, 0, sizeof h->pool.run.in);
}

static void run_sum(void *context, struct heap *h)
{
    struct run_heap *sum = context;
    sum->count += load_relaxed(&h->pool.run.count) + run_cached(h, NULL);
    sum->bytes += load_relaxed(&h->pool.run.bytes) + load_relaxed(&h->pool.run.last_bytes);
    sum->hits += load_relaxed(&h->pool.run.hits);
    sum->drops += load_relaxed(&h->pool.run.drops);
}

static void run_stats(stats_each *each, void *context)
{
    struct run_heap sum = {.count = 0};
    thread_each_heap(run_sum, &sum);
    each(context, "run.hits", sum.hits, "blocks that came back to a kept run");
    each(context, "run.drops", sum.drops, "runs that went for the sake of another");
    each(context, "run.kept", sum.count, "runs kept now");
    each(context, "run.kept_bytes", sum.bytes, "bytes of runs kept now");
}
STATS_PART(run_stats);
PEEK(run, NULL, PEEK_HEAPS("run.hits", pool.run.hits), PEEK_HEAPS("run.drops", pool.run.drops),
     PEEK_HEAPS("run.kept", pool.run.count), PEEK_HEAPS("run.kept_bytes", pool.run.bytes),
     PEEK_HEAPS("run.kept_bytes", pool.run.last_bytes),
     PEEK_FACT("cached.last", offsetof(struct heap, pool.run.last), 1, 0),
     PEEK_FACT("cached.last_class", offsetof(struct heap, pool.run.last_class), 1, 0));
