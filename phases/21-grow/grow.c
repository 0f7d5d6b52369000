/* SPDX-License-Identifier: MIT */
/* grow.c - see grow.h: when bins ebb, the counters. */
#include "core/heap/heap.h"
#include "core/heap/stats.h"
#include "core/heap/thread.h"

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
