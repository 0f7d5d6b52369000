/* SPDX-License-Identifier: MIT */
/* front.c - see front.h: layout, refill, what goes back, flush and the counters of phase 11. */
#include "core/heap/env.h"
#include "core/heap/heap.h"
#include "core/heap/stats.h"
#include "core/hakmem.h"
#include "core/low/log.h"
#include "core/low/meta.h"
#include "core/low/os.h"
#include "core/heap/thread.h"
#include <string.h>

void *front_nothing[1];
#define FRONT_KNOBS(X)                                                                                                    \
    X(front_cap, "FC_CAP", 256, 0, 4096, "blocks", "most blocks of one class that a thread caches (0: none)")             \
    X(front_batch, "FC_REFILL", 32, 1, 4096, "blocks", "blocks that a miss fetches from the slab, the caller's included") \
    X(front_direct, "TINY_FRONT_DIRECT", 1, 0, 1, "", "0: refill through the slab's free list (two hops)")                \
    X(front_report, "FRONT_STATS", 0, 0, 1, "", "print hits, misses, refills, drains, held bytes by class at exit")
KNOBS(FRONT_KNOBS);

static size_t front_capped(const struct front_heap *f, size_t blocks)
{
    return blocks < f->cap ? blocks : f->cap;
}

/* Blocks that a bin may hold now. Big classes get few, and the biggest none, so that no thread hoards. */
static size_t front_slots(const struct front_heap *f, unsigned class)
{
    return front_capped(f, grow_now(&f->grow, class));
}

/* Slots that a class has, and those for what does not fit: of mid classes a few, and only of the smaller ones. */
static size_t front_most(const struct front_heap *f, unsigned class)
{
    return front_capped(f, grow_most(class));
}

static size_t front_over(const struct front_heap *f, unsigned class)
{
    size_t half = front_most(f, class) / 2;
    size_t most = class < CLASS_TINY ? FRONT_OVER : class_size(class) <= FRONT_OVER_SIZE ? FRONT_OVER_MID : 0;
    return half < most ? half : most;
}

/* Slots that a bin has now, without those for what does not fit. */
static size_t front_laid(const struct front_bin *bin)
{
    return (size_t)(bin->over_base - bin->base);
}

/* The limits of a bin, open from here on: as many as it may hold now. Inside heap_enter. */
static void front_allow(struct front_heap *f, unsigned class)
{
    struct front_bin *bin = &f->bin[class];
    size_t laid = front_laid(bin), slots = front_slots(f, class), over = front_over(f, class);
    if (laid < front_most(f, class))
        over = over < FRONT_SMALL_OVER ? over : FRONT_SMALL_OVER;
    bin->room = bin->base + (slots < laid ? slots : laid);
    bin->limit = class < CLASS_TINY ? bin->room : bin->base;
    bin->over_limit = bin->over_base + over;
    f->open[class / 64] |= (uint64_t)1 << class % 64;
}

static bool front_is_open(const struct front_heap *f, unsigned class)
{
    return f->open[class / 64] >> class % 64 & 1;
}

/* Gives the bin the next `slots` slots, which take over what it holds. The bin is shut until front_allow. A handler's blocks
 * are queued meanwhile; who reads the pointers finds top < base and over_top < over_base, as slots are laid out upwards. */
static void front_lay(struct front_heap *f, unsigned class, size_t slots, size_t over)
{
    struct front_bin *bin = &f->bin[class];
    void **base = f->slots, **over_base = base + slots; /* its slot is the last of the bin */
    f->slots = over_base + over + 1;
    bin->room = bin->limit = bin->over_limit = NULL; /* below every slot */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    size_t held = (size_t)(bin->top - bin->base), waiting = (size_t)(bin->over_top - bin->over_base);
    memcpy(base + 1, bin->base + 1, held * sizeof *base);
    memcpy(over_base + 1, bin->over_base + 1, waiting * sizeof *base);
    store_relaxed(&bin->base, base);
    store_relaxed(&bin->over_base, over_base);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    store_relaxed(&bin->top, base + held);
    store_relaxed(&bin->over_top, over_base + waiting);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    bin->room = bin->limit = base;
    bin->over_limit = over_base;
}

void front_widen(struct heap *h, unsigned class)
{
    struct front_heap *f = &h->front;
    if (f->opened && front_laid(&f->bin[class]) < front_most(f, class))
        front_lay(f, class, front_most(f, class), front_over(f, class));
}

/* The bin of a class that has just missed has slots: a few at first, all when it has missed so often. Inside heap_enter. */
static void front_begin(struct heap *h, unsigned class)
{
    struct front_heap *f = &h->front;
    size_t most = front_most(f, class), laid = front_laid(&f->bin[class]), over = front_over(f, class);
    if (likely(laid == most) || !f->opened)
        return;
    if (most <= FRONT_SMALL || f->count[class].misses > FRONT_SMALL_MISSES)
        front_widen(h, class);
    else if (laid == 0)
        front_lay(f, class, FRONT_SMALL, over < FRONT_SMALL_OVER ? over : FRONT_SMALL_OVER);
}

/* Takes the address space for all slots, and lays those of mid classes out, which are few. Without memory for it the heap works
 * on, uncached. Its cap is this heap's from here on: a thread may start before the environment has been read. */
void front_open(struct heap *h)
{
    struct front_heap *f = &h->front;
    size_t tiny = CLASS_TINY * (FRONT_SMALL + FRONT_SMALL_OVER + 1), mid = 0;
    if (f->opened && f->cap == front_cap)
        return;
    if (f->opened)
        front_flush(h); /* the old slots, of one heap, are lost */
    for (unsigned c = 0; c < FRONT_CLASSES; c++)
        f->bin[c] = (struct front_bin)FRONT_BIN_INIT;
    memset(f->open, 0, sizeof f->open);
    grow_reset(&f->grow);
    f->opened = false;
    f->cap = front_cap;
    for (unsigned c = 0; c < HEAP_CLASSES; c++)
        *(c < CLASS_TINY ? &tiny : &mid) += front_most(f, c) + front_over(f, c) + 1;
    void **slots = meta_alloc((tiny + mid) * sizeof *slots);
    if (!slots) {
        f->cap = 0;
        return;
    }
    f->slots = slots + tiny;
    for (unsigned c = CLASS_TINY; c < HEAP_CLASSES; c++)
        front_lay(f, c, front_most(f, c), front_over(f, c));
    f->slots = slots;
    f->opened = true;
}

/* Up to n blocks from slab s into to[0..]: from the free list, then never-used ones, lowest address on top. */
static size_t front_take(struct slab *s, void **to, size_t n)
{
    size_t got = freelist_take(s, to, n), fresh = s->capacity - s->carved;
    if (fresh > n - got)
        fresh = n - got;
    for (size_t i = fresh; i > 0; i--)
        to[got + i - 1] = slab_carve(s);
    return got + fresh;
}

/* The two-hop refill, for comparison: blocks are carved onto the slab's list and popped from there one by one. */
static size_t front_take_by_list(struct slab *s, void **to, size_t n)
{
    size_t got = 0;
    while (got < n && (s->free || slab_extend(s)))
        to[got++] = slab_pop(s);
    return got;
}

void front_new(struct heap *h)
{
    route_new(h);
}

/* A fresh mid block spares the clearing; a batch of them in the bin would forget that they are fresh. */
void *front_refill(struct heap *h, unsigned class, bool *zero)
{
    struct front_bin *bin = &h->front.bin[class];
    void *p = NULL;
    if (*zero && class >= CLASS_TINY)
        return heap_take_zero(h, class, zero);
    *zero = false;
    if (unlikely(!heap_enter(h)))
        return NULL;
    size_t batch = front_is_open(&h->front, class) || front_batch < FRONT_FIRST ? front_batch : FRONT_FIRST;
    count_add(&h->front.count[class].misses, 1);
    grow_missed(&h->front.grow, class);
    foreign_missed(&h->front.foreign, class);
    front_begin(h, class);
    front_allow(&h->front, class); /* never less than before */
    struct slab *s = heap_slab(h, class);
    if (s) {
        void **top = bin->top; /* read once: a signal handler may push while the batch comes in */
        size_t room = (size_t)(bin->room - top), half = front_slots(&h->front, class) / 2, n = batch - 1;
        n = n < half ? n : half;
        n = n < room ? n : room;
        /* The block for the caller first: it is the lowest of a fresh batch. */
        if (!s->free && !front_direct)
            slab_extend(s);
        p = s->free ? slab_pop(s) : slab_carve(s);
        size_t got = (front_direct ? front_take : front_take_by_list)(s, top + 1, n);
        store_relaxed(&bin->top, top + got);
        count_add(&h->front.count[class].refills, got > 0);
    }
    heap_leave(h);
    return p;
}

enum { FRONT_HELD_MOST = 4096 }; /* HAKMEM_FC_CAP at most */

/* Any thread may ask. Where the owner lays the bin out meanwhile, the pointers read do not belong together: then nothing. */
static size_t front_held(const struct front_bin *bin)
{
    size_t held = (size_t)(load_relaxed(&bin->top) - load_relaxed(&bin->base));
    size_t over = (size_t)(load_relaxed(&bin->over_top) - load_relaxed(&bin->over_base));
    return (held <= FRONT_HELD_MOST ? held : 0) + (over <= FRONT_OVER ? over : 0);
}

/* The slots behind base up to top, which hold blocks of h's slabs or NULL, are emptied into the slabs. Inside heap_enter. */
static void front_return(struct heap *h, unsigned class, void **base, void **top)
{
    struct heap_given given = heap_give_all(h, base + 1, (size_t)(top - base));
    count_add(&h->front.count[class].drained, given.blocks);
    count_add(&h->front.count[class].drains, given.pieces);
}

/* What did not fit goes back. Inside heap_enter. A handler adds nothing meanwhile. */
static void front_give_over(struct heap *h, unsigned class)
{
    struct front_bin *bin = &h->front.bin[class];
    void **limit = bin->over_limit;
    bin->over_limit = bin->over_base;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    front_return(h, class, bin->over_base, bin->over_top);
    store_relaxed(&bin->over_top, bin->over_base);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    bin->over_limit = limit;
}

void front_drain_inside(struct heap *h, struct slab *s, void *p)
{
    unsigned class = s->class;
    struct front_bin *bin = &h->front.bin[class];
    if (!front_is_open(&h->front, class) && front_laid(bin) > 0)
        front_allow(&h->front, class);
    if (front_bin_push(bin, p))
        return;
    grow_drained(&h->front.grow, class);
    if (front_spill(bin, p))
        return;
    if (bin->over_top > bin->over_base) {
        front_give_over(h, class);
        if (front_spill(bin, p))
            return;
    }
    purge_freed(&h->purge, s->block_size);
    heap_give_inside(h, s, p);
    count_add(&h->front.count[class].drained, 1);
    count_add(&h->front.count[class].drains, 1);
}

noinline void front_drain(struct heap *h, struct slab *s, void *p)
{
    if (unlikely(!heap_enter(h))) { /* in a signal handler that interrupted a slow path */
        heap_remote_push(h, h, s, p);
        return;
    }
    front_drain_inside(h, s, p);
    heap_leave(h);
}

static noinline void front_drain_other(struct heap *h, void *p)
{
    front_drain(h, slab_of(p), p);
}

static noinline void front_overflow(struct heap *h, struct slab *s, void *p)
{
    void *rest = pool_push(h, s, p);
    if (rest == p)
        front_drain(h, s, p);
    else if (rest)
        front_drain_other(h, rest);
    purge_tick(true);
}

noinline void front_full(struct heap *h, void *p)
{
    struct slab *s = slab_of(p);
    if (!front_spill(&h->front.bin[s->class], p))
        front_overflow(h, s, p);
}

void front_give(struct heap *h, struct slab *s, void *p)
{
    if (unlikely(!front_bin_push(&h->front.bin[s->class], p)))
        front_full(h, p);
    route_miss(h, 1);
}

bool front_keep(struct heap *h, struct slab *s, void *p)
{
    return foreign_keep(&h->front.foreign, &h->front, s, p);
}

enum { FRONT_LOOK = 4 };

/* Of the bin, only the newest are looked at. */
bool front_holds(const struct heap *h, const struct slab *s, const void *p)
{
    const struct front_bin *bin = &h->front.bin[s->class];
    void **slot = bin->top, **end = bin->base;
    if (slot - end > FRONT_LOOK)
        end = slot - FRONT_LOOK;
    while (slot > end && *slot != p)
        slot--;
    return slot > end || (bin->over_top > bin->over_base && *bin->over_top == p) || freelist_has(s, p);
}

void front_own(struct heap *h, const struct slab *s)
{
    route_own(h, s);
}

void front_disown(struct heap *h, const struct slab *s)
{
    route_disown(h, s);
}

void front_valid(struct heap *h, const struct slab *s)
{
    route_valid(h, s);
}

/* A bin that is shut is emptied into the slabs. */
static void front_give_bin(struct heap *h, unsigned class)
{
    struct front_bin *bin = &h->front.bin[class];
    for (void **slot = bin->base + 1; foreign_holds(class) && slot <= bin->top; slot++) {
        if (foreign_return(h, slab_of(*slot), *slot))
            *slot = NULL;
    }
    front_return(h, class, bin->base, bin->top);
    store_relaxed(&bin->top, bin->base);
    front_return(h, class, bin->over_base, bin->over_top);
    store_relaxed(&bin->over_top, bin->over_base);
}

/* Calls what for each bin that is open. */
static void front_each_open(struct heap *h, void (*what)(struct heap *h, unsigned class))
{
    for (unsigned i = 0; i < sizeof h->front.open / sizeof *h->front.open; i++) {
        for (uint64_t left = h->front.open[i]; left; left &= left - 1)
            what(h, i * 64 + (unsigned)__builtin_ctzll(left));
    }
}

static void front_shut_bin(struct heap *h, unsigned class)
{
    struct front_bin *bin = &h->front.bin[class];
    bin->room = bin->limit = bin->base;
    bin->over_limit = bin->over_base;
}

void front_flush(struct heap *h)
{
    struct front_heap *f = &h->front;
    pool_flush(h);
    foreign_emptied(&h->front.foreign);
    front_each_open(h, front_shut_bin); /* a handler's blocks are queued, until a bin is opened again */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    front_each_open(h, front_give_bin);
    memset(f->open, 0, sizeof f->open);
    grow_reset(&f->grow);
}

/* Of the blocks that did not fit, those of s; any thread may ask. */
uint64_t front_over_cached(const struct heap *h, const struct slab *s)
{
    uintptr_t start = (uintptr_t)superslab_slot(s), bytes = s->slots * SLAB_SIZE;
    const struct front_bin *bin = &h->front.bin[s->class];
    void **top = load_relaxed(&bin->over_top);
    uint64_t count = 0;
    for (void **slot = bin->over_base + 1; slot <= top; slot++)
        count += (uintptr_t)load_relaxed(slot) - start < bytes;
    return count;
}

uint64_t front_bin_cached(const struct heap *h, const struct slab *s)
{
    const struct front_bin *bin = &h->front.bin[s->class];
    uint64_t count = front_over_cached(h, s);
    for (void **slot = bin->base + 1; slot <= bin->top; slot++)
        count += slab_of(*slot) == s;
    return count;
}

uint64_t front_cached(const struct heap *h, const struct slab *s)
{
    return foreign_cached(h, s);
}

uint64_t front_cached_total(const struct heap *h, uint64_t *bytes)
{
    uint64_t blocks = 0;
    *bytes = 0;
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        uint64_t held = front_held(&h->front.bin[c]);
        blocks += held;
        *bytes += held * class_size(c);
    }
    return blocks;
}

/* One class, summed over all heaps. */
struct front_sum {
    unsigned class;
    uint64_t hits, misses, refills, drains, drained, held;
};

static void front_add(void *context, struct heap *h)
{
    struct front_sum *sum = context;
    const struct front_bin *bin = &h->front.bin[sum->class];
    sum->hits += load_relaxed(&bin->hits);
    sum->misses += load_relaxed(&h->front.count[sum->class].misses);
    sum->refills += load_relaxed(&h->front.count[sum->class].refills);
    sum->drains += load_relaxed(&h->front.count[sum->class].drains);
    sum->drained += load_relaxed(&h->front.count[sum->class].drained);
    sum->held += front_held(bin);
}

static void front_stats(stats_each *each, void *context)
{
    struct front_sum all = {0};
    uint64_t bytes = 0;
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        uint64_t before = all.held;
        all.class = c;
        thread_each_heap(front_add, &all);
        bytes += (all.held - before) * class_size(c);
    }
    if (route_counts())
        each(context, "front.hits", all.hits, "allocations that found a block in a bin; only where somebody asks for counters");
    each(context, "front.misses", all.misses, "allocations that found no block in a bin");
    each(context, "front.refills", all.refills, "misses that brought more than one block");
    each(context, "front.drains", all.drains, "pieces of neighbours that went back to a slab together");
    each(context, "front.drained", all.drained, "blocks that went back, at trims and ends, too");
    each(context, "front.held", all.held, "blocks in bins now");
    each(context, "front.held_bytes", bytes, "bytes of blocks in bins now");
}
STATS_PART(front_stats);

#define FRONT_PEEK(field) PEEK_EACH("front." #field, front.count[0].field, FRONT_CLASSES, sizeof(struct front_count))
#define FRONT_FACT(field) \
    PEEK_FACT("bin." #field, offsetof(struct heap, front.bin[0].field), FRONT_CLASSES, sizeof(struct front_bin))
PEEK(front, NULL, FRONT_PEEK(misses), FRONT_PEEK(refills), FRONT_PEEK(drains), FRONT_PEEK(drained), FRONT_FACT(top),
     FRONT_FACT(base), FRONT_FACT(over_top), FRONT_FACT(over_base));

void front_start(void)
{
    route_start();
    if (front_report)
        os_keep_error();
}

void front_stop(void)
{
    if (!front_report)
        return;
    log_line("hakmem front: class bytes hits misses hit_per_mille refills drains drained held_bytes [variant %s]",
             hak_variant());
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        struct front_sum sum = {.class = c};
        thread_each_heap(front_add, &sum);
        uint64_t calls = sum.hits + sum.misses;
        if (calls + sum.drained + sum.held == 0)
            continue;
        log_line("hakmem front: %u %u %u %u %u %u %u %u %u", (uint64_t)c, (uint64_t)class_size(c), sum.hits, sum.misses,
                 calls ? sum.hits * 1000 / calls : 0, sum.refills, sum.drains, sum.drained, sum.held * class_size(c));
    }
}
