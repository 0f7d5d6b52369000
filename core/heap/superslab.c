/* SPDX-License-Identifier: MIT */
/* superslab.c - see superslab.h. */
#include "core/low/peek.h"
#include "core/heap/superslab.h"
#include "core/low/lock.h"
#include "core/low/os.h"
#include "core/low/place.h"
#include "core/low/probe.h"
#include "core/seam/lazy.h"
#include "core/seam/purge.h"
#include <errno.h>
#include <string.h>

static struct superslab *superslab_list;  /* every SuperSlab that the map knows; under the lock */
static struct superslab *superslab_stuck; /* munmap failed: used again first; under the lock; linked by next */
static struct superslab *superslab_bare;  /* metadata that stands for no SuperSlab; under the lock; linked by next */
static char *superslab_fresh;             /* metadata that was never used; under the lock */
static size_t superslab_fresh_count;
static struct superslab_counts counts;    /* under the lock */

#define SLAB_FACT(field) PEEK_FACT("slab." #field, offsetof(struct slab, field), SLABS_PER_SUPERSLAB, sizeof(struct slab))
PEEK(superslab, &counts, PEEK_FIELD("superslabs", struct superslab_counts, now),
     PEEK_FIELD("superslabs_peak", struct superslab_counts, peak),
     PEEK_FIELD("superslabs_mapped", struct superslab_counts, mapped),
     PEEK_FIELD("superslabs_unmapped", struct superslab_counts, unmapped));
PEEK(superslab_list, &superslab_list, PEEK_FACT("superslab.list", 0, 1, 0),
     PEEK_FACT("superslab.next", offsetof(struct superslab, next), 1, 0), SLAB_FACT(heap), SLAB_FACT(block_size),
     SLAB_FACT(capacity), SLAB_FACT(frees_to_event), SLAB_FACT(full));

enum { SUPERSLAB_META_CHUNK = 8 }; /* as many are mapped at a time; one where memory is short */

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

/* Metadata for `count` more SuperSlabs. Under the lock. */
static bool superslab_meta_map(size_t count)
{
    uintptr_t at = (uintptr_t)place_map((count + 1) * SUPERSLAB_META, PLACE_META);
    if (!at)
        return false;
    superslab_fresh = (char *)((at + SUPERSLAB_META - 1) & ~(SUPERSLAB_META - 1));
    superslab_fresh_count = count;
    return true;
}

/* One that munmap refused, or NULL. */
static struct superslab *superslab_take_stuck(void)
{
    lock_enter(LOCK_SUPERSLAB);
    struct superslab *ss = superslab_stuck;
    if (ss)
        superslab_stuck = ss->next;
    lock_leave(LOCK_SUPERSLAB);
    return ss;
}

/* Metadata that stands for no SuperSlab, or NULL. */
static struct superslab *superslab_take_bare(void)
{
    lock_enter(LOCK_SUPERSLAB);
    struct superslab *ss = superslab_bare;
    if (ss) {
        superslab_bare = ss->next;
    } else if (superslab_fresh_count > 0 || superslab_meta_map(SUPERSLAB_META_CHUNK) || superslab_meta_map(1)) {
        ss = (struct superslab *)superslab_fresh; /* zero, and not touched before it is wanted */
        superslab_fresh += SUPERSLAB_META;
        superslab_fresh_count--;
    }
    lock_leave(LOCK_SUPERSLAB);
    return ss;
}

static void superslab_give(struct superslab *ss)
{
    lock_enter(LOCK_SUPERSLAB);
    ss->next = superslab_bare;
    superslab_bare = ss;
    lock_leave(LOCK_SUPERSLAB);
}

/* The SuperSlab comes before its metadata: where there is room for the second alone, that would stay, and be of no use. */
struct superslab *superslab_map(void)
{
    struct superslab *ss = superslab_take_stuck();
    char *base = ss ? ss->base : place_map_superslab();
    if (!ss && base && (ss = superslab_take_bare())) {
        ss->base = base;
        ss->clean = UINT32_MAX;
    }
    if (!ss || !ssmap_set(base, ss)) {
        if (base)
            os_unmap(base, SUPERSLAB_SIZE, OS_SUPERSLAB);
        if (ss)
            superslab_give(ss);
        errno = ENOMEM;
        return NULL;
    }
    lock_enter(LOCK_SUPERSLAB);
    superslab_link(ss);
    lock_leave(LOCK_SUPERSLAB);
    PROBE1(superslab_map, ss->base);
    return ss;
}

void superslab_unmap(struct superslab *ss)
{
    superslab_valid(ss);
    PROBE1(superslab_unmap, ss->base);
    lock_enter(LOCK_SUPERSLAB);
    ssmap_clear(ss->base);
    superslab_unlink(ss);
    struct superslab **list = &superslab_bare;
    if (!os_unmap(ss->base, SUPERSLAB_SIZE, OS_SUPERSLAB)) {
        ss->clean = os_purge(ss->base, SUPERSLAB_SIZE, OS_SUPERSLAB) ? UINT32_MAX : 0;
        list = &superslab_stuck;
    } else {
        place_unmapped(ss->base);
    }
    ss->next = *list;
    *list = ss;
    lock_leave(LOCK_SUPERSLAB);
}

size_t superslab_trim(void)
{
    size_t count = 0;
    lock_enter(LOCK_SUPERSLAB);
    for (struct superslab **at = &superslab_stuck, *ss; (ss = *at);) {
        struct superslab *next = ss->next;
        if (os_unmap(ss->base, SUPERSLAB_SIZE, OS_SUPERSLAB)) {
            place_unmapped(ss->base);
            *at = next;
            ss->next = superslab_bare;
            superslab_bare = ss;
            count++;
        } else {
            at = &ss->next;
        }
    }
    lock_leave(LOCK_SUPERSLAB);
    return count;
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
