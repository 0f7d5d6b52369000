/* SPDX-License-Identifier: MIT */
/* flush.c - phase 11: all that the front of a heap holds goes back to its slabs. */
#include "core/heap/heap.h"
#include <string.h>

/* A bin that is shut is emptied into the slabs. It is empty before: a child that a signal handler forks then may allocate. */
static void front_give_bin(struct heap *h, unsigned class)
{
    struct front_bin *bin = &h->front.bin[class];
    void **top = bin->top, **over_top = bin->over_top;
    store_relaxed(&bin->top, bin->base);
    store_relaxed(&bin->over_top, bin->over_base);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    for (void **slot = bin->base + 1; foreign_holds(class) && slot <= top; slot++) {
        if (foreign_return(h, slab_of(*slot), *slot))
            *slot = NULL;
    }
    front_return(h, class, bin->base, top);
    front_return(h, class, bin->over_base, over_top);
    front_narrow(&h->front, class);
}

void front_each_open(struct heap *h, void (*what)(struct heap *h, unsigned class))
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
    front_wakes(f);
    pool_flush(h);
    foreign_emptied(&h->front.foreign);
    front_each_open(h, front_shut_bin); /* a handler's blocks are queued, until a bin is opened again */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    front_each_open(h, front_give_bin);
    memset(f->open, 0, sizeof f->open);
    grow_reset(&f->grow);
}
