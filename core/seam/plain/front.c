/* SPDX-License-Identifier: MIT */
/* plain/front.c - see plain/front.h. */
#include "core/heap/heap.h"

void *front_refill(struct heap *h, unsigned class, bool *zero)
{
    return heap_take(h, class, zero);
}

void front_give(struct heap *h, struct slab *s, void *p)
{
    if (unlikely(slab_push(s, p)))
        heap_slab_event(h, s, p);
}
