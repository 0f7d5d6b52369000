/* SPDX-License-Identifier: MIT */
/* test_leads.h - walks over what must hold of leads (lead.h). */
#ifndef HAK_TEST_LEADS_H
#define HAK_TEST_LEADS_H

#include "phases/14-batch/test_batch.h"

/* Blocks in h's leads, having checked each. For a heap whose thread is the caller, or is not running. */
static inline uint32_t leads_valid(struct heap *h)
{
    const struct lead_set *leads = h->out.lead.set;
    uint32_t blocks = 0, bytes = 0;
    for (unsigned k = 0; leads && k < LEADS; k++) {
        if (!leads->to[k])
            continue;
        const struct lead *lead = &h->front.route.lead[k];
        void *const *base = leads->slot[k];
        must(leads->to[k] != h && leads->class[k] < CLASS_TINY && *base == NULL);
        must(lead->top >= base && lead->top <= base + leads->room[k]);
        must(lead->limit == base + leads->room[k]);
        must(leads->room[k] >= LEAD_LEAST && leads->room[k] <= LEAD_BLOCKS && leads->room[k] % 2 == 0);
        bytes += leads->room[k] * (uint32_t)class_size(leads->class[k]);
        for (void *const *slot = base + 1; slot <= lead->top; slot++) {
            if (*slot == LEAD_GONE)
                continue;
            const struct slab *s = slab_of(*slot);
            must(slab_heap(s) == leads->to[k] && s->class == leads->class[k] && slab_bad_block(s, *slot) == NULL);
            blocks++;
        }
    }
    must(bytes == (leads ? leads->bytes : 0) && bytes <= LEAD_HELD_MAX);
    return blocks;
}

/* SuperSlabs that there are, or were. */
enum { SEEN = 4096 };
static struct {
    size_t count;
    const char *base[SEEN];
} seen;

static inline void see(void *unused, struct slab *s)
{
    const char *base = superslab_of(s)->base;
    (void)unused;
    for (size_t i = seen.count; i-- > 0;)
        if (seen.base[i] == base)
            return;
    must(seen.count < SEEN);
    seen.base[seen.count++] = base;
}

/* Does the table of h lead the slot to a lead? Then it is exact. */
static inline bool entry_valid(struct heap *h, const char *slot)
{
    const struct route_heap *r = &h->front.route;
    const struct lead_set *leads = h->out.lead.set;
    const size_t first = offsetof(struct route_heap, lead), end = first + sizeof r->lead;
    size_t at = (uintptr_t)slot & r->outside ? 0 : (size_t)load_relaxed(&r->bin[(uintptr_t)slot >> SLAB_SHIFT]) * ROUTE_UNIT;
    if (at < first || at >= end)
        return false;
    const struct superslab *ss = ssmap_find(slot);
    must(leads && ss && (at - first) % sizeof(struct lead) == 0);
    const struct slab *s = slab_in(ss, slot);
    size_t k = (at - first) / sizeof(struct lead);
    must(s->slots == 1 && leads->to[k] && slab_heap(s) == leads->to[k] && s->class == leads->class[k]);
    must(ss->lead.heaps[slab_index(s)] & leads->bit);
    return true;
}

static inline void entries_of(void *context, struct heap *h)
{
    for (size_t i = 0; i < seen.count; i++)
        for (size_t slot = 0; slot < SLABS_PER_SUPERSLAB; slot++)
            *(size_t *)context += entry_valid(h, seen.base[i] + slot * SLAB_SIZE);
}

/* Entries that lead to a lead in the tables of all heaps, having checked that each is exact. While no other thread is in a slow
 * path. */
static inline size_t entries_valid(void)
{
    size_t count = 0;
    superslab_each_slab(see, NULL);
    thread_each_heap(entries_of, &count);
    return count;
}

#endif
