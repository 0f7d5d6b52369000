/* SPDX-License-Identifier: MIT */
/* grow.c - see grow.h: the counter. */
#include "core/heap/heap.h"
#include "core/heap/stats.h"
#include "core/heap/thread.h"

static void grow_stats(stats_each *each, void *context)
{
    each(context, "grow.grown", STATS_HEAPS(front.grow.grown), "times that a bin doubled");
}
STATS_PART(grow_stats);
PEEK(grow, NULL, PEEK_HEAPS("grow.grown", front.grow.grown));
