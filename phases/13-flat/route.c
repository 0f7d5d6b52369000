/* SPDX-License-Identifier: MIT */
/* route.c - see route.h: a heap with its table, what comes into the table and what leaves it. */
#include "core/heap/env.h"
#include "core/heap/heap.h"
#include "core/heap/stats.h"
#include "core/low/place.h"
#include "core/heap/thread.h"
#include <string.h>

static_assert(offsetof(struct heap, front.bin[FRONT_CLASSES]) / ROUTE_UNIT <= UINT16_MAX, "a distance fits an entry");
static_assert(offsetof(struct heap, front.bin) > offsetof(struct heap, front.route.closed), "distances count upwards");
static_assert(offsetof(struct heap, front.bin[CLASS_TINY]) - offsetof(struct heap, front.route.closed) ==
              (size_t)ROUTE_WIDE * ROUTE_UNIT, "bins lie right behind the route's state and the section's");
static_assert(offsetof(struct route_heap, closed) == 0, "so does what leads are told from bins by");

#define ROUTE_KNOBS(X) \
    X(route_young, "YOUNG", 48, 0, 65535, "misses", "misses after which a heap uses all sizes up to 1 KiB, not only ten")
KNOBS(ROUTE_KNOBS);

uint16_t route_nothing[1];
static bool route_counting = true; /* until the environment says that nobody wants to know. Relaxed */
static uint64_t route_tables, route_tables_refused; /* atomic, relaxed */

static uint16_t route_distance(unsigned class)
{
    size_t bins = offsetof(struct heap, front.bin) - offsetof(struct heap, front.route.closed);
    return (uint16_t)((bins + class * sizeof(struct front_bin)) / ROUTE_UNIT);
}

bool route_counts(void)
{
    return load_relaxed(&route_counting);
}

/* The sizes of a class lead to one bin, in a young heap, too: up to one of the class's blocks, a multiple of 16. */
static void route_fill(struct route_heap *r)
{
    uint16_t *to = r->size_bin;
    r->wide = ROUTE_WIDE_MAX;
    for (size_t size = 1, last; size <= TINY_MAX; size = last + 1) {
        unsigned class = route_class(r, size);
        uint64_t four = route_distance(class) * UINT64_C(0x0001000100010001), sixteen[4] = {four, four, four, four};
        last = class_size(class);
        if (size == 1)
            *to++ = (uint16_t)four; /* of size 0 */
        for (const uint16_t *end = r->size_bin + last; to <= end; to += 16)
            memcpy(to, sixteen, sizeof sixteen);
    }
}

void route_open(struct heap *h)
{
    if (!route_counts() && h->front.route.size_bin[0] == 0)
        route_fill(&h->front.route);
}

/* Blocks of the few sizes go on in their own bins. */
void route_grow_up(struct route_heap *r)
{
    r->young = 0;
    if (r->size_bin[0] > 0)
        route_fill(r);
}

void route_start(void)
{
    store_relaxed(&route_counting, env_stats || *env_stats_file || front_report);
}

void route_new(struct heap *h)
{
    struct route_heap *r = &h->front.route;
    r->closed = (struct front_bin)FRONT_BIN_INIT; /* as ROUTE_INIT; the rest is zero */
    r->outside = ~(uintptr_t)0;
    r->bin = route_nothing;
    if (route_counts())
        return;
    r->young = (uint16_t)route_young;
    route_fill(r);
}

/* How many bits the addresses have that the table covers; 0: there is none. */
static unsigned route_bits(const struct heap *h)
{
    return ~h->front.route.outside ? 64 - (unsigned)__builtin_clzll(~h->front.route.outside) : 0;
}

static size_t route_bytes(unsigned bits)
{
    return sizeof(uint16_t) << (bits - SLAB_SHIFT);
}

/* The entry of the first slot of s in the table of h, or NULL: the heap has no table, or the slab lies beyond it. */
static uint16_t *route_entry(struct heap *h, const struct slab *s)
{
    uintptr_t slot = (uintptr_t)superslab_slot(s);
    return slot & h->front.route.outside ? NULL : &h->front.route.bin[slot >> SLAB_SHIFT];
}

/* The entries of the slots of s become distance. False: there are none. */
static bool route_enter(struct heap *h, const struct slab *s, uint16_t distance)
{
    uint16_t *entry = route_entry(h, s);
    for (unsigned i = 0; entry && i < s->slots; i++)
        entry[i] = distance;
    return entry;
}

static void route_count(struct heap *h, const struct slab *s, bool entered)
{
    count_add(entered ? &h->front.route.entered : &h->front.route.refused, s->slots);
}

static void route_enter_own(void *context, struct slab *s)
{
    struct heap *h = context;
    if (slab_heap(s) == h)
        route_count(h, s, route_enter(h, s, route_distance(s->class)));
}

/* A signal handler that frees meanwhile takes the long way. A core dump leaves the table out: it is mostly pages that were
 * never touched. */
bool route_cover(struct heap *h, unsigned bits)
{
    struct route_heap *r = &h->front.route;
    unsigned before = route_bits(h);
    uint16_t *old = r->bin, *bin = place_map(route_bytes(bits), PLACE_TABLE);
    __atomic_fetch_add(bin ? &route_tables : &route_tables_refused, 1, __ATOMIC_RELAXED);
    if (!bin)
        return false;
    os_no_dump(bin, route_bytes(bits), OS_META);
    store_relaxed(&r->outside, ~(uintptr_t)0);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    store_relaxed(&r->bin, bin);
    store_relaxed(&r->entered, 0);
    store_relaxed(&r->refused, 0);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&r->outside, ~(((uintptr_t)1 << bits) - 1) | 15, __ATOMIC_RELEASE); /* route_lead_out */
    superslab_each_slab(route_enter_own, h);
    if (before > 0) {
        (lead_writes() ? os_purge : os_unmap)(old, route_bytes(before), OS_META);
        __atomic_fetch_sub(&route_tables, 1, __ATOMIC_RELAXED);
    }
    return true;
}

/* Bits of the addresses of s, at least. */
static unsigned route_need(const struct slab *s)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll((uintptr_t)superslab_slot(s));
    return bits < ROUTE_BITS_LEAST ? ROUTE_BITS_LEAST : bits;
}

struct route_most {
    const struct heap *heap;
    unsigned bits;
};

static void route_most(void *context, struct slab *s)
{
    struct route_most *most = context;
    unsigned need = route_need(s);
    if (slab_heap(s) == most->heap && need > most->bits && need <= HAK_WINDOW_BITS)
        most->bits = need;
}

void route_miss(struct heap *h, uint32_t count)
{
    if (route_bits(h) > 0 || (h->front.route.misses += count) < ROUTE_MISSES || !heap_enter(h))
        return;
    struct route_most most = {h, ROUTE_BITS_LEAST};
    superslab_each_slab(route_most, &most);
    h->front.route.misses = 0;
    route_cover(h, most.bits);
    heap_leave(h);
}

void route_own(struct heap *h, const struct slab *s)
{
    struct route_heap *r = &h->front.route;
    unsigned bits = route_bits(h), need = bits > 0 ? route_need(s) : 0;
    if (bits == 0 || (need > bits && need <= HAK_WINDOW_BITS && r->misses == 0 && route_cover(h, need)))
        return;
    if (need > bits)
        r->misses = r->misses > 0 ? r->misses - 1 : ROUTE_MISSES;
    route_count(h, s, route_enter(h, s, route_distance(s->class)));
}

void route_disown(struct heap *h, const struct slab *s)
{
    route_enter(h, s, 0);
}

void route_valid(struct heap *h, const struct slab *s)
{
    const uint16_t *entry = route_entry(h, s), distance = route_distance(s->class);
    const size_t beside = distance + (s->class < CLASS_TINY ? offsetof(struct front_bin, over_top) / ROUTE_UNIT : 0);
    for (unsigned i = 0; entry && i < s->slots; i++)
        hak_assert_full(entry[i] == distance || entry[i] == beside);
}

static void route_stats(stats_each *each, void *context)
{
    each(context, "flat.tables", load_relaxed(&route_tables), "heaps that have a table");
    each(context, "flat.tables_refused", load_relaxed(&route_tables_refused), "tables for which there was no memory");
    each(context, "flat.slots_entered", STATS_HEAPS(front.route.entered), "slots that came into a table");
    each(context, "flat.slots_refused", STATS_HEAPS(front.route.refused), "slots that lie beyond the table");
}
STATS_PART(route_stats);
PEEK(route, NULL, PEEK_HEAPS("flat.slots_entered", front.route.entered), PEEK_HEAPS("flat.slots_refused", front.route.refused));
PEEK(route_tables, &route_tables, PEEK_OBJECT("flat.tables"));
PEEK(route_tables_refused, &route_tables_refused, PEEK_OBJECT("flat.tables_refused"));
