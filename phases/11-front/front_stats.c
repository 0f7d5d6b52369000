/* SPDX-License-Identifier: MIT */
/* front_stats.c - see front.h: what the bins hold, the counters and the report of phase 11. */
#include "core/heap/heap.h"
#include "core/heap/stats.h"
#include "core/hakmem.h"
#include "core/low/log.h"
#include "core/low/os.h"
#include "core/seam/sample.h"
#include "core/heap/thread.h"

enum { FRONT_HELD_MOST = 65536 }; /* HAKMEM_FC_CAP at most */

/* Any thread may ask. Where the owner lays the bin out meanwhile, the pointers read do not belong together: then nothing. */
static size_t front_held(const struct front_bin *bin)
{
    size_t held = (size_t)(load_relaxed(&bin->top) - load_relaxed(&bin->base));
    size_t over = (size_t)(load_relaxed(&bin->over_top) - load_relaxed(&bin->over_base));
    return (held <= FRONT_HELD_MOST ? held : 0) + (over <= FRONT_OVER_MOST ? over : 0);
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

/* Of the blocks that did not fit, those of s; any thread may ask. */
uint64_t front_over_cached(const struct heap *h, const struct slab *s)
{
    uintptr_t start = (uintptr_t)superslab_slot(s), bytes = s->slots * SLAB_SIZE;
    const struct front_bin *bin = &h->front.bin[s->class];
    void **from, **top = front_seen(&bin->over_top, &bin->over_base, &from);
    uint64_t count = 0;
    for (void **slot = from + 1; slot <= top; slot++)
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
    if (sample_all())
        front_cap = 0;
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
