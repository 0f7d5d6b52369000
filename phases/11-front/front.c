/* SPDX-License-Identifier: MIT */
/* front.c - see front.h: layout, refill, what goes back and flush of phase 11. */
#include "core/heap/env.h"
#include "core/heap/heap.h"
#include "core/low/meta.h"
#include "core/seam/sample.h"
#include "phases/11-front/ebb.h"
#include <string.h>

void *front_nothing[1];
enum { FRONT_CHUNK = 1024 }; /* slots that a heap takes at a time, of address space of which it touches what it uses */
#define FRONT_KNOBS(X)                                                                                                    \
    X(front_cap, "FC_CAP", 65536, 0, 65536, "blocks", "blocks of one class that a thread caches, at most (0: none)")      \
    X(front_batch, "FC_REFILL", 32, 1, 4096, "blocks", "blocks that a miss fetches from the slab, the caller's included") \
    X(front_direct, "TINY_FRONT_DIRECT", 1, 0, 1, "", "0: fill bins through the free list of the slab, to compare")       \
    X(front_report, "FRONT_STATS", 0, 0, 1, "", "print at exit hits, misses, refills, drains, held bytes by class")
KNOBS(FRONT_KNOBS);

static size_t front_least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void front_narrow(struct front_heap *f, unsigned class)
{
    struct grow_bounds bounds = grow_bounds(class);
    hak_assert(bounds.most <= UINT16_MAX);
    f->width[class].now = (uint16_t)front_least(bounds.least, f->cap);
    f->width[class].laid = (uint16_t)front_least(bounds.laid, f->cap);
}

/* Slots for what does not fit, of a bin that has so many: of mid classes a few, and only of the smaller ones. */
static size_t front_over(const struct front_heap *f, unsigned class, size_t slots)
{
    size_t most = f->width[class].laid, part = front_least(slots / FRONT_OVER_PART, FRONT_OVER_MOST);
    if (class >= CLASS_TINY)
        return front_least(most / 2, class_size(class) <= FRONT_OVER_SIZE ? FRONT_OVER_MID : 0);
    if (slots < most)
        return front_least(most / 2, FRONT_SMALL_OVER);
    most = front_least(most / 2, FRONT_OVER);
    return part > most ? part : most;
}

/* Slots that a bin has now, without those for what does not fit. */
static size_t front_laid(const struct front_bin *bin)
{
    return (size_t)(bin->over_base - bin->base);
}

/* Has the bin all slots that it wants now, and are its limits those of now? Also where a class has no bin. */
static bool front_settled(const struct front_heap *f, unsigned class)
{
    const struct front_bin *bin = &f->bin[class];
    struct front_width width = f->width[class];
    bool all = class >= CLASS_TINY || front_laid(bin) >= width.laid; /* a mid bin has what it may hold now */
    return bin->room - bin->base == width.now && all;
}

/* The limits of a bin, open from here on: as many as it may hold now. Inside heap_enter. */
void front_allow(struct front_heap *f, unsigned class)
{
    struct front_bin *bin = &f->bin[class];
    size_t slots = front_least(f->width[class].now, front_laid(bin));
    bin->room = bin->base + slots;
    bin->limit = class < CLASS_TINY ? bin->room : bin->base;
    bin->over_limit = bin->over_base + front_over(f, class, slots);
    f->open[class / 64] |= (uint64_t)1 << class % 64;
}

static bool front_is_open(const struct front_heap *f, unsigned class)
{
    return f->open[class / 64] >> class % 64 & 1;
}

/* Free finds no room in the bin, and no other thread finds a block (front_seen), until it has limits and a top again. */
static void front_hide(struct front_bin *bin)
{
    bin->room = bin->limit = bin->over_limit = NULL; /* below every slot */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    store_relaxed(&bin->top, front_nothing);
    store_relaxed(&bin->over_top, front_nothing);
}

/* The bin has these slots from here on, and so many blocks in them; its limits are still to come. */
static void front_show(struct front_bin *bin, void **base, size_t held, void **over_base, size_t over)
{
    __atomic_store_n(&bin->base, base, __ATOMIC_RELEASE);
    __atomic_store_n(&bin->over_base, over_base, __ATOMIC_RELEASE);
    __atomic_store_n(&bin->top, base + held, __ATOMIC_RELEASE);
    __atomic_store_n(&bin->over_top, over_base + over, __ATOMIC_RELEASE);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* The slots from base on take over what the bin holds. It is shut until front_allow: a handler's blocks are queued. */
static void front_lay_at(struct front_heap *f, unsigned class, void **base, size_t slots)
{
    struct front_bin *bin = &f->bin[class];
    void **over_base = base + slots; /* its slot is the last of the bin */
    bin->room = bin->limit = bin->over_limit = NULL; /* no handler adds blocks from here on */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    size_t held = (size_t)(bin->top - bin->base), waiting = (size_t)(bin->over_top - bin->over_base);
    if (held > 0)
        memcpy(base + 1, bin->base + 1, held * sizeof *base);
    if (waiting > 0)
        memcpy(over_base + 1, bin->over_base + 1, waiting * sizeof *base);
    front_hide(bin);
    front_show(bin, base, held, over_base, waiting);
    bin->room = bin->limit = base;
    bin->over_limit = over_base;
}

/* At least so many slots are at hand; without memory false. Most chunks follow the one before. */
static bool front_have(struct front_heap *f, size_t slots)
{
    size_t chunk = slots > FRONT_CHUNK ? slots : FRONT_CHUNK;
    while ((size_t)(f->slots_end - f->slots) < slots) {
        void **more = meta_alloc(chunk * sizeof *more);
        if (!more)
            return false;
        if (more != f->slots_end)
            f->slots = more;
        f->slots_end = more + chunk;
    }
    return true;
}

/* The bin gets the next slots of the heap's. Without memory for them it stays as it is. */
static void front_lay(struct front_heap *f, unsigned class, size_t slots)
{
    size_t all = SECTION_SLOTS + slots + front_over(f, class, slots) + 1;
    if (!front_have(f, all))
        return;
    void **first = f->slots;
    f->slots = first + all;
    front_lay_at(f, class, first + SECTION_SLOTS, slots);
}

void front_widen(struct heap *h, unsigned class)
{
    struct front_heap *f = &h->front;
    size_t slots = f->width[class].laid;
    if (f->opened && front_laid(&f->bin[class]) < slots)
        front_lay(f, class, slots);
}

/* A bin that has grown beyond its slots gets as many as it wants now. Those that it had are not used again: all of them
 * together are fewer than the new ones. Without memory for them it stays as it is. */
static void front_enlarge(struct front_heap *f, unsigned class)
{
    size_t slots = f->width[class].now;
    void **first = meta_alloc((SECTION_SLOTS + slots + front_over(f, class, slots) + 1) * sizeof *first);
    if (first)
        front_lay_at(f, class, first + SECTION_SLOTS, slots);
}

/* The slots of a bin of a mid class have been outgrown, or there are none: as many as it may hold now, twice those that it had
 * at least; all, where that is more than half of them. */
static void front_lay_more(struct front_heap *f, unsigned class)
{
    size_t most = f->width[class].laid, twice = 2 * front_laid(&f->bin[class]), slots = f->width[class].now;
    slots = slots > twice ? slots : twice;
    front_lay(f, class, 2 * slots > most ? most : slots);
}

/* The bin of a class that has just missed has slots: a few at first, more where it has grown; of a tiny class all when it has
 * missed so often. Inside heap_enter. */
static void front_begin(struct heap *h, unsigned class)
{
    struct front_heap *f = &h->front;
    size_t laid = front_laid(&f->bin[class]);
    struct front_width width = f->width[class];
    if (!f->opened)
        return;
    if (likely(laid >= width.laid)) {
        if (unlikely(laid < width.now))
            front_enlarge(f, class);
    } else if (class >= CLASS_TINY) {
        if (laid < width.now)
            front_lay_more(f, class);
    } else if (width.laid <= FRONT_SMALL || f->count[class].misses > FRONT_SMALL_MISSES) {
        front_widen(h, class);
    } else if (laid == 0) {
        front_lay(f, class, FRONT_SMALL);
    }
}

/* Takes the first slots. Without memory for them the heap works on, uncached. Its cap is this heap's from here on: a thread may
 * start before the environment has been read. */
void front_open(struct heap *h)
{
    struct front_heap *f = &h->front;
    section_open(&f->section);
    front_wakes(f);
    if (f->opened && f->cap == front_cap)
        return;
    if (f->opened)
        front_flush(h); /* the old slots, of one heap, are lost */
    memset(f->open, 0, sizeof f->open);
    grow_reset(&f->grow);
    f->opened = false; /* a child that fork gives this heap meanwhile opens it once more */
    bool opened = front_have(f, FRONT_CHUNK);
    f->cap = opened ? front_cap : 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    for (unsigned c = 0; c < FRONT_CLASSES; c++) {
        struct front_bin *bin = &f->bin[c];
        front_hide(bin);
        front_show(bin, front_nothing, 0, front_nothing, 0);
        bin->room = bin->limit = bin->over_limit = front_nothing;
        store_relaxed(&bin->hits, 0);
        front_narrow(f, c);
    }
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    f->opened = opened;
}

/* Up to n blocks from slab s into to[0..]: from the free list, then never-used ones, lowest address on top. */
static size_t front_take(struct slab *s, void **to, size_t n)
{
    size_t got = s->free ? freelist_take(s, to, n) : 0;
    return got + slab_carve_many(s, to + got, n - got);
}

/* The two-hop refill, for comparison: blocks are carved onto the slab's list and popped from there one by one. */
static size_t front_take_by_list(struct slab *s, void **to, size_t n)
{
    size_t got = 0;
    while (got < n && (s->free || slab_extend(s)))
        to[got++] = slab_pop(s);
    return got;
}

/* Blocks that a miss brings into the bin, beside the one that it answers: more where the bin has grown. */
static size_t front_fetches(const struct front_heap *f, unsigned class, size_t batch)
{
    struct front_width width = f->width[class];
    size_t n = batch - 1;
    if (unlikely(width.now > width.laid))
        n = n * width.now / width.laid;
    return n < width.now / 2 ? n : width.now / 2;
}

/* The bin, which is empty unless a handler has freed just now, takes what did not fit before, as far as it fits, and one block
 * of that is returned. NULL: there was none. A handler's blocks are queued meanwhile. Inside heap_enter. */
static void *front_take_over(struct front_heap *f, struct front_bin *bin)
{
    void **room = bin->room, **limit = bin->limit, **over_limit = bin->over_limit, *p = NULL;
    if (bin->over_top == bin->over_base)
        return NULL;
    bin->room = bin->limit = bin->base;
    bin->over_limit = bin->over_base;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    void **top = bin->top, **from = bin->over_top;
    uintptr_t slot = 0; /* whose blocks go into the bin again when they are freed */
    for (; from > bin->over_base && (!p || top < room); from--) {
        if (!*from) /* of a push that was interrupted */
            continue;
        if (p)
            *++top = p;
        p = *from;
        if ((uintptr_t)p >> SLAB_SHIFT != slot)
            route_turn(&f->route, p, bin);
        slot = (uintptr_t)p >> SLAB_SHIFT;
    }
    store_relaxed(&bin->over_top, from);
    store_relaxed(&bin->top, top);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    bin->room = room;
    bin->limit = limit;
    bin->over_limit = over_limit;
    return p;
}

void front_new(struct heap *h)
{
    route_new(h);
}

/* A fresh mid block spares the clearing; a batch of them in the bin would forget that they are fresh. */
static noinline void *front_refill_zero(struct heap *h, unsigned class, bool *zero)
{
    if ((front_laid(&h->front.bin[class]) == 0 || grow_ebbing(&h->front.grow)) && heap_enter(h)) { /* it will be freed */
        ebb_ends(h);
        front_begin(h, class);
        heap_leave(h);
    }
    return heap_take(h, class, zero);
}

void *front_refill(struct heap *h, unsigned class, bool *zero)
{
    struct front_bin *bin = &h->front.bin[class];
    void *p = NULL;
    if (*zero && class >= CLASS_TINY)
        return front_refill_zero(h, class, zero);
    *zero = false;
    if (unlikely(bin->top > bin->base) && (p = front_bin_pop(&h->front, class)))
        return p; /* a thread's first miss comes before it has its heap, which may have rested */
    if (unlikely(!heap_enter(h)))
        return NULL;
    size_t batch = front_is_open(&h->front, class) || front_batch < FRONT_FIRST ? front_batch : FRONT_FIRST;
    count_add(&h->front.count[class].misses, 1);
    ebb_ends(h);
    struct front_width *width = &h->front.width[class];
    width->now = (uint16_t)grow_missed(&h->front.grow, class, width->now, h->front.cap);
    foreign_missed(&h->front.foreign, class);
    route_refilled(&h->front.route);
    if (unlikely(!front_settled(&h->front, class))) {
        front_begin(h, class);
        front_allow(&h->front, class); /* never less than before */
    }
    p = front_take_over(&h->front, bin);
    struct slab *s = p ? NULL : heap_slab(h, class);
    if (s) {
        void **room_end = bin->room;
        section_shut(bin);
        void **top = bin->top; /* read once: a signal handler may push while the batch comes in */
        size_t room = (size_t)(room_end - top), n = front_fetches(&h->front, class, batch);
        n = n < room ? n : room;
        /* The block for the caller first: it is the lowest of a fresh batch. */
        if (!s->free && !front_direct)
            slab_extend(s);
        p = s->free ? slab_pop(s) : slab_carve(s);
        size_t got = (front_direct ? front_take : front_take_by_list)(s, top + 1, n);
        store_relaxed(&bin->top, top + got);
        if (section_is_shut(bin))
            front_allow(&h->front, class);
        count_add(&h->front.count[class].refills, got > 0);
    }
    heap_leave(h);
    return p;
}

void front_return(struct heap *h, unsigned class, void **base, void **top)
{
    struct heap_given given = heap_give_all(h, base + 1, (size_t)(top - base));
    count_add(&h->front.count[class].drained, given.blocks);
    count_add(&h->front.count[class].drains, given.pieces);
}

/* A handler adds nothing meanwhile. */
void front_give_over(struct heap *h, unsigned class)
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

/* freed: by the program, on this thread; else the block comes back from another, and says nothing of what this one does. */
static void front_drain_block(struct heap *h, unsigned class, void *p, bool freed)
{
    struct front_bin *bin = &h->front.bin[class];
    if ((!front_is_open(&h->front, class) || section_is_shut(bin)) && front_laid(bin) > 0)
        front_allow(&h->front, class);
    if (front_bin_push(&h->front, bin, p))
        return;
    grow_drained(&h->front.grow, class);
    if (front_spill(&h->front, bin, p))
        return;
    if (bin->over_top > bin->over_base)
        front_give_over(h, class);
    bool ebbs = freed ? ebb_asks(h) : grow_ebbing(&h->front.grow);
    if (!ebbs && front_spill(&h->front, bin, p))
        return;
    struct slab *s = slab_of(p);
    purge_freed(&h->purge, s->block_size);
    heap_give_inside(h, s, p);
    count_add(&h->front.count[class].drained, 1);
    count_add(&h->front.count[class].drains, 1);
    if (unlikely(ebbs))
        ebb_look(h, s, class);
}

void front_drain_inside(struct heap *h, struct slab *s, void *p)
{
    front_drain_block(h, s->class, p, false);
}

noinline void front_drain(struct heap *h, struct slab *s, void *p)
{
    if (unlikely(!heap_enter(h))) { /* in a signal handler that interrupted a slow path */
        heap_remote_push(h, h, s, p);
        return;
    }
    front_drain_block(h, s->class, p, true);
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
    sample_gave(p);
    struct slab *s = slab_of(p);
    if (!front_spill(&h->front, &h->front.bin[s->class], p))
        front_overflow(h, s, p);
}

/* Bin and `over` have no room, or are shut. */
static noinline void front_overrun(struct heap *h, struct front_bin *bin, void *p)
{
    if (unlikely(!heap_enter(h))) { /* in a signal handler that interrupted a slow path */
        heap_remote_push(h, h, slab_of(p), p);
        return;
    }
    front_drain_block(h, (unsigned)(bin - h->front.bin), p, true);
    heap_leave(h);
    purge_tick(true);
}

/* From the first block of a slot on that does not fit, free's short way leads to `over`; and back to the bin from the first on
 * that finds no room there though the bin has some, or from the next miss on. */
noinline bool front_crowded(struct heap *h, void *p, struct front_bin *bin)
{
    if (unlikely(front_newest(bin, p)) || unlikely(bin->over_top > bin->over_base && *bin->over_top == p))
        return false;
    guard_free(p, "free");
    if (front_bin_push(&h->front, bin, p))
        route_turn(&h->front.route, p, bin);
    else if (front_spill(&h->front, bin, p))
        route_turn(&h->front.route, p, front_beside(bin));
    else
        front_overrun(h, bin, p);
    return true;
}

noinline void front_full_wide(struct heap *h, void *p, size_t distance)
{
    sample_gave(p);
    if (front_spill(&h->front, route_bin(&h->front.route, distance), p))
        return;
    struct slab *s = slab_of(p);
    if (unlikely(front_serves(s->class)) || unlikely(!pool_puts(&h->pool, s, p)))
        front_overflow(h, s, p);
}

void front_give(struct heap *h, struct slab *s, void *p)
{
    if (unlikely(!front_bin_push(&h->front, &h->front.bin[s->class], p)))
        front_full(h, p);
    route_miss(h, 1);
}

bool front_keep(struct heap *h, struct slab *s, void *p)
{
    return foreign_keep(&h->front.foreign, &h->front, s, p);
}

enum { FRONT_LOOK = 4 };

/* Of the bin, only the newest FRONT_LOOK are looked at. */
bool front_holds(const struct heap *h, const struct slab *s, const void *p)
{
    const struct front_bin *bin = &h->front.bin[s->class];
    void **slot = bin->top;
    ptrdiff_t held = slot == front_nothing ? 0 : slot - bin->base; /* a handler's free meets a hidden bin */
    if (likely(held >= FRONT_LOOK)) {
        if (slot[0] == p || slot[-1] == p || slot[-2] == p || slot[-3] == p)
            return true;
    } else {
        while (held > 0)
            if (slot[-(--held)] == p)
                return true;
    }
    return (bin->over_top > bin->over_base && *bin->over_top == p) || freelist_has(s, p);
}

void front_own(struct heap *h, const struct slab *s)
{
    h->front.owned += s->slots;
    route_own(h, s);
}

void front_disown(struct heap *h, const struct slab *s)
{
    h->front.owned -= s->slots;
    route_disown(h, s);
}

void front_valid(struct heap *h, const struct slab *s)
{
    route_valid(h, s);
}
