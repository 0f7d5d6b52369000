/* front.c - see front.h: layout, refill, drain, flush and the counters of phase 11. */
#include "core/heap.h"
#include "core/hakmem.h"
#include "core/log.h"
#include "core/meta.h"
#include "core/os.h"
#include "core/thread.h"

void *front_nothing[1];
uint64_t front_cap = 256, front_batch = 32, front_direct = 1, front_report;

static size_t front_capped(size_t blocks)
{
    return blocks < front_cap ? blocks : front_cap;
}

/* Slots that a class has. Big classes get few, and the biggest none, so that no thread hoards. */
static size_t front_most(unsigned class)
{
    return front_capped(grow_most(class));
}

/* Blocks that it may hold now. */
static size_t front_slots(const struct front_heap *f, unsigned class)
{
    return front_capped(grow_now(&f->grow, class));
}

/* Lays the slots out in one piece. Without memory for it the heap works on, uncached. */
void front_open(struct heap *h)
{
    struct front_heap *f = &h->front;
    size_t total = 0;
    if (f->opened_cap == front_cap + 1)
        return;
    if (f->opened_cap)
        front_flush(h); /* the environment has been read since; the old slots, of one heap, are lost */
    else
        *f = (struct front_heap)FRONT_INIT;
    for (unsigned c = 0; c < HEAP_CLASSES; c++)
        total += 2 * front_most(c) + 1;
    void **slots = meta_alloc(total * sizeof *slots);
    if (!slots)
        return;
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        f->start[c] = f->bin[c].base = f->bin[c].top = slots;
        f->bin[c].limit = slots + front_slots(f, c);
        slots += 2 * front_most(c) + 1;
    }
    f->opened_cap = front_cap + 1;
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

/* An empty bin at the beginning of its slots. What a signal handler pushes meanwhile is lost: top is set once so that limit
 * may come down, and once more so that it is below limit. */
static void front_rewind(struct front_heap *f, unsigned class)
{
    struct front_bin *bin = &f->bin[class];
    void **start = f->start[class];
    if (!start)
        return; /* there was no memory for slots */
    *start = NULL;
    store_relaxed(&bin->base, start);
    store_relaxed(&bin->top, start);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    bin->limit = start + front_slots(f, class);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    store_relaxed(&bin->top, start);
}

void *front_refill(struct heap *h, unsigned class)
{
    struct front_bin *bin = &h->front.bin[class];
    void *p = NULL;
    if (unlikely(!heap_enter(h)))
        return NULL;
    count_add(&bin->misses, 1);
    grow_missed(&h->front.grow, class);
    foreign_missed(&h->foreign, class);
    front_rewind(&h->front, class);
    struct slab *s = heap_slab(h, class);
    if (s) {
        void **top = bin->top; /* read once: a signal handler may push while the batch comes in */
        size_t room = (size_t)(bin->limit - top), half = front_slots(&h->front, class) / 2, n = front_batch - 1;
        n = n < half ? n : half;
        n = n < room ? n : room;
        /* The block for the caller first: it is the lowest of a fresh batch. */
        if (!s->free && !front_direct)
            slab_extend(s);
        p = s->free ? slab_pop(s) : slab_carve(s);
        size_t got = (front_direct ? front_take : front_take_by_list)(s, top + 1, n);
        store_relaxed(&bin->top, top + got);
        count_add(&bin->refills, got > 0);
    }
    heap_leave(h);
    return p;
}

/* Blocks that a bin holds. 0, too, when a signal handler has drained it beyond a top that the code it interrupted then put
 * back: what lies above such a top is lost, what lies below is NULL. */
static size_t front_held(const struct front_bin *bin)
{
    intptr_t held = load_relaxed(&bin->top) - load_relaxed(&bin->base);
    return held > 0 ? (size_t)held : 0;
}

/* The oldest count blocks of a bin back to their slabs. Inside heap_enter. */
static void front_give(struct heap *h, struct front_bin *bin, size_t count)
{
    bool others = foreign_holds((unsigned)(bin - h->front.bin));
    for (size_t i = 1; i <= count; i++) {
        void *p = bin->base[i];
        bin->base[i] = NULL; /* a pop that ends here misses */
        struct slab *s = slab_of(p);
        if (!others || !foreign_return(h, s, p))
            heap_give_inside(h, s, p);
    }
    store_relaxed(&bin->base, bin->base + count);
    count_add(&bin->drained, count);
    count_add(&bin->drains, 1);
}

void front_drain(struct heap *h, struct slab *s, void *p)
{
    struct front_bin *bin = &h->front.bin[s->class];
    if (unlikely(!heap_enter(h))) { /* in a signal handler that interrupted a slow path */
        heap_remote_push(h, h, s, p);
        return;
    }
    grow_drained(&h->front.grow, s->class);
    void **end = h->front.start[s->class] + 2 * front_most(s->class);
    size_t count = front_held(bin) / 2, room = (size_t)(end - bin->limit);
    if (count > room)
        count = room;
    if (count > 0) {
        front_give(h, bin, count);
        bin->limit += count;
        *++bin->top = p;
    } else { /* no slots, or none left above */
        heap_give_inside(h, s, p);
        count_add(&bin->drained, 1);
    }
    heap_leave(h);
}

void front_flush(struct heap *h)
{
    run_flush(h);
    grow_reset(&h->front.grow);
    foreign_emptied(&h->foreign);
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        struct front_bin *bin = &h->front.bin[c];
        if (front_held(bin) > 0)
            front_give(h, bin, front_held(bin));
        front_rewind(&h->front, c);
    }
}

uint64_t front_cached(const struct heap *h, const struct slab *s)
{
    const struct front_bin *bin = &h->front.bin[s->class];
    uint64_t count = 0;
    for (void **slot = bin->base + 1; slot <= bin->top; slot++)
        count += slab_of(*slot) == s;
    return count;
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
    sum->misses += load_relaxed(&bin->misses);
    sum->refills += load_relaxed(&bin->refills);
    sum->drains += load_relaxed(&bin->drains);
    sum->drained += load_relaxed(&bin->drained);
    sum->held += front_held(bin);
}

void front_stats(stats_each *each, void *context)
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
        each(context, "front.hits", all.hits);
    each(context, "front.misses", all.misses);
    each(context, "front.refills", all.refills);
    each(context, "front.drains", all.drains);
    each(context, "front.drained", all.drained);
    each(context, "front.held", all.held);
    each(context, "front.held_bytes", bytes);
}

void front_start(void)
{
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
