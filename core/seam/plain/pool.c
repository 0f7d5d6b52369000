/* SPDX-License-Identifier: MIT */
/* plain/pool.c - see plain/pool.h. */
#include "core/heap/heap.h"
#include "core/low/os.h"
#include "core/heap/spare.h"

static void pool_link(struct heap *h, struct superslab *ss, unsigned class)
{
    struct superslab **head = &h->pool.partial[class];
    ss->pool.prev = NULL;
    ss->pool.next = *head;
    if (ss->pool.next)
        ss->pool.next->pool.prev = ss;
    *head = ss;
}

static void pool_unlink(struct heap *h, struct superslab *ss, unsigned class)
{
    if (ss->pool.next)
        ss->pool.next->pool.prev = ss->pool.prev;
    if (ss->pool.prev)
        ss->pool.prev->pool.next = ss->pool.next;
    else
        h->pool.partial[class] = ss->pool.next;
}

/* Slots that no heap has come, or go; clean ones have no memory behind them. */
static void pool_count(uint32_t slots, uint32_t clean, int64_t sign)
{
    spare_add(SPARE_SLOTS, sign * (int64_t)__builtin_popcount(slots & ~clean) * (int64_t)SLAB_SIZE);
    spare_add(SPARE_EMPTY, sign * (int64_t)__builtin_popcount(slots & clean) * (int64_t)SLAB_SIZE);
}

struct slab *pool_claim(struct heap *h, unsigned class)
{
    struct superslab *ss = h->pool.partial[class];
    if (!ss) {
        ss = superslab_acquire();
        if (!ss)
            return NULL;
        pool_link(h, ss, class);
        pool_count(UINT32_MAX, ss->clean, 1);
    }
    unsigned slot = (unsigned)__builtin_ctz(~ss->pool.claimed);
    ss->pool.claimed |= 1U << slot;
    if (ss->pool.claimed == UINT32_MAX)
        pool_unlink(h, ss, class);
    slab_format(&ss->slab[slot], h, class, 1, ss->clean >> slot & 1);
    pool_count(1U << slot, ss->clean, -1);
    ss->clean &= ~(1U << slot);
    if (ss->slab[slot].zero)
        spare_fresh(SLAB_SIZE);
    return &ss->slab[slot];
}

/* While too much is held for nobody, the memory of a slot that has become free goes back. */
static void pool_give(struct superslab *ss, unsigned slot)
{
    if (spare_excess() > 0 && os_purge(ss->base + slot * SLAB_SIZE, SLAB_SIZE, OS_SUPERSLAB)) {
        ss->clean |= 1U << slot;
        pool_count(1U << slot, 0, -1);
        pool_count(1U << slot, UINT32_MAX, 1);
        spare_gave(SLAB_SIZE);
    }
}

void pool_release(struct heap *h, struct slab *s)
{
    struct superslab *ss = superslab_of(s);
    unsigned class = s->class;
    slab_unformat(s);
    pool_count(1U << slab_index(s), 0, 1);
    if (ss->pool.claimed == UINT32_MAX)
        pool_link(h, ss, class);
    ss->pool.claimed &= ~(1U << slab_index(s));
    if (ss->pool.claimed == 0) {
        pool_unlink(h, ss, class);
        pool_count(UINT32_MAX, ss->clean, -1);
        superslab_release(ss);
    } else {
        pool_give(ss, slab_index(s));
    }
}

void pool_valid(struct heap *h)
{
    for (unsigned class = 0; class < CLASS_ALL; class++) {
        for (struct superslab *ss = h->pool.partial[class]; ss; ss = ss->pool.next) {
            hak_assert_full(ss->pool.claimed != 0 && ss->pool.claimed != UINT32_MAX);
            for (unsigned i = 0; i < SLABS_PER_SUPERSLAB; i++)
                hak_assert_full((ss->pool.claimed >> i & 1) == (slab_heap(&ss->slab[i]) == h));
        }
    }
}
