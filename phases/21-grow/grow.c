/* SPDX-License-Identifier: MIT */
/* grow.c - see grow.h: a bin doubles, when bins ebb, the counters. */
#include "core/heap/heap.h"
#include "core/heap/stats.h"
#include "core/heap/thread.h"

/* The bin has run over since its last miss. */
noinline size_t grow_more(struct grow_heap *g, unsigned class, size_t now, size_t cap)
{
    struct grow_bounds bounds = grow_bounds(class);
    size_t most = bounds.most < cap ? bounds.most : cap, next = 2 * now < most ? 2 * now : most;
    size_t before = now > bounds.laid ? now : bounds.laid, bytes = next > before ? (next - before) * class_size(class) : 0;
    g->drained[class] = false;
    if (next <= now || g->bytes + bytes > GROW_BYTES)
        return now;
    g->bytes += (uint32_t)bytes;
    count_add(&g->grown, 1);
    return next;
}

/* An ebb begins; or goes on, and ends when it has lasted so long: then what is freed is too much for this way. */
bool grow_turn(struct grow_heap *g)
{
    if (g->ebb > 0) {
        if (--g->ebb == 0) {
            g->drains = 0;
            grow_regret(g);
        }
        return g->ebb > 0;
    }
    uint64_t now = os_now_ms();
    if (now - g->ebb_ms >= GROW_EBB_MS)
        g->regrets = 0;
    if (g->drains < grow_need(g))
        return false;
    g->ebb = GROW_EBB_FREES;
    g->ebb_ms = now;
    count_add(&g->ebbs, 1);
    return true;
}

static void grow_stats(stats_each *each, void *context)
{
    each(context, "grow.grown", STATS_HEAPS(front.grow.grown), "times that a bin doubled");
    each(context, "grow.ebbs", STATS_HEAPS(front.grow.ebbs), "times that the bins of a thread ebbed");
}
STATS_PART(grow_stats);
PEEK(grow, NULL, PEEK_HEAPS("grow.grown", front.grow.grown), PEEK_HEAPS("grow.ebbs", front.grow.ebbs));
