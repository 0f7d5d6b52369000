/* SPDX-License-Identifier: MIT */
/* superslab.c - see superslab.h. */
#include "core/low/peek.h"
#include "core/heap/superslab.h"
#include "core/heap/mapped.h"
#include "core/low/lock.h"
#include "core/low/meta.h"
#include "core/low/os.h"
#include "core/low/place.h"
#include "core/low/probe.h"
#include "core/seam/lazy.h"
#include "core/seam/purge.h"
#include <errno.h>
#include <string.h>

static struct superslab *superslab_list;  /* every SuperSlab that the map knows; under the lock */
static struct superslab *superslab_bare;  /* metadata that stands for no SuperSlab; under the lock; linked by next */
static struct superslab_counts counts;    /* under the lock */

#define SLAB_FACT(field) PEEK_FACT("slab." #field, offsetof(struct slab, field), SLABS_PER_SUPERSLAB, sizeof(struct slab))
PEEK(superslab, &counts, PEEK_FIELD("superslabs", struct superslab_counts, now),
     PEEK_FIELD("superslabs_peak", struct superslab_counts, peak),
     PEEK_FIELD("superslabs_mapped", struct superslab_counts, mapped),
     PEEK_FIELD("superslabs_unmapped", struct superslab_counts, unmapped));
PEEK(superslab_list, &superslab_list, PEEK_FACT("superslab.list", 0, 1, 0),
     PEEK_FACT("superslab.next", offsetof(struct superslab, next), 1, 0), SLAB_FACT(heap), SLAB_FACT(block_size),
     SLAB_FACT(capacity), SLAB_FACT(frees_to_event), SLAB_FACT(full));

static void superslab_link(struct superslab *ss)
{
    ss->prev = NULL;
    ss->next = superslab_list;
    if (ss->next)
        ss->next->prev = ss;
    superslab_list = ss;
    counts.mapped++;
    if (++counts.now > counts.peak)
        counts.peak = counts.now;
}

static void superslab_unlink(struct superslab *ss)
{
    if (ss->next)
        ss->next->prev = ss->prev;
    if (ss->prev)
        ss->prev->next = ss->next;
    else
        superslab_list = ss->next;
    counts.now--;
    counts.unmapped++;
}

/* ss stands for no SuperSlab any more. */
static void superslab_retire(struct superslab *ss)
{
    ss->next = superslab_bare;
    superslab_bare = ss;
}

/* Metadata that stands for no SuperSlab, or NULL. */
static struct superslab *superslab_take_bare(void)
{
    lock_enter(LOCK_SUPERSLAB);
    struct superslab *ss = superslab_bare;
    if (ss)
        superslab_bare = ss->next;
    lock_leave(LOCK_SUPERSLAB);
    return ss ? ss : meta_aligned(sizeof *ss, SUPERSLAB_META);
}

/* The SuperSlab comes before its metadata: where there is room for the second alone, that would stay, and be of no use. */
struct superslab *superslab_map(void)
{
    char *base = mapped_again(SUPERSLAB_SIZE, OS_SUPERSLAB);
    if (!base)
        base = place_map_superslab();
    struct superslab *ss = base ? superslab_take_bare() : NULL;
    if (ss) {
        ss->base = base;
        ss->clean = UINT32_MAX;
    }
    bool known = ss && ssmap_set(base, ss);
    lock_enter(LOCK_SUPERSLAB);
    if (known)
        superslab_link(ss);
    else if (ss)
        superslab_retire(ss);
    lock_leave(LOCK_SUPERSLAB);
    if (!known) {
        if (base) {
            mapped_drop(base, SUPERSLAB_SIZE, OS_SUPERSLAB);
            place_unmapped(base);
        }
        errno = ENOMEM;
        return NULL;
    }
    PROBE1(superslab_map, base);
    return ss;
}

void superslab_unmap(struct superslab *ss)
{
    char *base = ss->base;
    superslab_valid(ss);
    PROBE1(superslab_unmap, base);
    lock_enter(LOCK_SUPERSLAB);
    ssmap_clear(base);
    superslab_unlink(ss);
    superslab_retire(ss);
    lock_leave(LOCK_SUPERSLAB);
    mapped_drop(base, SUPERSLAB_SIZE, OS_SUPERSLAB);
    place_unmapped(base);
}

struct superslab *superslab_acquire(void)
{
    struct superslab *ss = lazy_acquire();
    if (ss) {
        purge_acquired();
        memset(&ss->pool, 0, sizeof ss->pool);
        memset(&ss->guard, 0, sizeof ss->guard);
    }
    return ss;
}

void superslab_release(struct superslab *ss)
{
    lazy_release(ss);
    purge_released();
}

void superslab_each_slab(void (*visit)(void *context, struct slab *s), void *context)
{
    if (!lock_may(LOCK_SUPERSLAB))
        return;
    for (struct superslab *ss = superslab_list; ss; ss = ss->next) {
        for (unsigned i = 0; i < SLABS_PER_SUPERSLAB; i++) {
            if (slab_heap(&ss->slab[i]))
                visit(context, &ss->slab[i]);
        }
    }
    lock_leave(LOCK_SUPERSLAB);
}

struct superslab_counts superslab_counts(void)
{
    struct superslab_counts result = {0};
    if (lock_may(LOCK_SUPERSLAB)) {
        result = counts;
        lock_leave(LOCK_SUPERSLAB);
    }
    return result;
}

void superslab_valid(const struct superslab *ss)
{
    hak_assert(ssmap_find(ss->base) == ss);
    for (unsigned i = 0; i < SLABS_PER_SUPERSLAB; i++)
        hak_assert(slab_heap(&ss->slab[i]) == NULL && ss->slab[i].slots == 0);
}
