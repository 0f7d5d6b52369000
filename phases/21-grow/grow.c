/* grow.c - see grow.h: the counter. */
#include "core/heap/heap.h"
#include "core/heap/thread.h"

static void grow_sum(void *grown, struct heap *h)
{
    *(uint64_t *)grown += load_relaxed(&h->front.grow.grown);
}

void grow_stats(stats_each *each, void *context)
{
    uint64_t grown = 0;
    thread_each_heap(grow_sum, &grown);
    each(context, "grow.grown", grown);
}
