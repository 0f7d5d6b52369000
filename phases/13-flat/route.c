/* route.c - see route.h: a heap with its table, what comes into the table and what leaves it. */
#include "core/env.h"
#include "core/heap.h"
#include "core/place.h"
#include "core/thread.h"

#define ROUTE_BYTES (sizeof(struct heap) + ROUTE_ENTRIES * sizeof(uint16_t))

static_assert(offsetof(struct heap, front.bin[FRONT_CLASSES]) / ROUTE_UNIT <= UINT16_MAX, "a distance fits an entry");
static_assert(offsetof(struct heap, front.bin) > offsetof(struct heap, route.closed), "distances count upwards");
static_assert(offsetof(struct heap, map) + sizeof(struct route_map) <= sizeof(struct heap), "the first entries are in it");

static bool route_counting = true; /* until the environment says that nobody wants to know. Relaxed */
static uint64_t route_tables, route_tables_refused; /* atomic, relaxed */

static uint16_t route_distance(const struct heap *h, unsigned class)
{
    return (uint16_t)(((const char *)&h->front.bin[class] - (const char *)&h->route.closed) / ROUTE_UNIT);
}

/* A heap in front of its table, or NULL. A core dump leaves both out: the table is mostly pages that were never touched. */
static struct heap *route_map(void)
{
    struct heap *h = place_map(ROUTE_BYTES, PLACE_HEAP);
    if (h)
        os_no_dump(h, ROUTE_BYTES, OS_META);
    __atomic_fetch_add(h ? &route_tables : &route_tables_refused, 1, __ATOMIC_RELAXED);
    return h;
}

bool route_counts(void)
{
    return load_relaxed(&route_counting);
}

void route_open(struct heap *h)
{
    for (size_t size = 0; size <= TINY_MAX && !route_counts(); size++)
        h->route.size_bin[size] = route_distance(h, class_of_tiny(size));
}

void route_start(void)
{
    store_relaxed(&route_counting, env_stats || front_report);
}

struct heap *route_new(size_t bytes)
{
    struct heap *h = route_map();
    bool mapped = h != NULL;
    if (!mapped)
        h = meta_alloc(bytes);
    if (!h)
        return NULL;
    h->route = (struct route_heap)ROUTE_INIT;
    route_open(h);
    if (mapped)
        h->route.outside = ~(((uintptr_t)1 << HAK_WINDOW_BITS) - 1) | 15;
    return h;
}

/* The entry of the first slot of s in the table of h, or NULL: the heap has none, or the slab lies beyond it. */
static uint16_t *route_entry(struct heap *h, const struct slab *s)
{
    uintptr_t slot = (uintptr_t)superslab_slot(s);
    return slot & h->route.outside ? NULL : &h->map.bin[slot >> SLAB_SHIFT];
}

/* The entries of the slots of s become distance. */
static void route_enter(struct heap *h, const struct slab *s, uint16_t distance)
{
    uint16_t *entry = route_entry(h, s);
    for (unsigned i = 0; entry && i < s->slots; i++)
        entry[i] = distance;
    if (distance)
        count_add(entry ? &h->route.entered : &h->route.refused, s->slots);
}

void route_own(struct heap *h, const struct slab *s)
{
    route_enter(h, s, route_distance(h, s->class));
}

void route_disown(struct heap *h, const struct slab *s)
{
    route_enter(h, s, 0);
}

void route_valid(struct heap *h, const struct slab *s)
{
    const uint16_t *entry = route_entry(h, s);
    for (unsigned i = 0; entry && i < s->slots; i++)
        hak_assert_full(entry[i] == route_distance(h, s->class));
}

struct route_sum {
    uint64_t entered, refused;
};

static void route_add(void *context, struct heap *h)
{
    struct route_sum *sum = context;
    sum->entered += load_relaxed(&h->route.entered);
    sum->refused += load_relaxed(&h->route.refused);
}

void route_stats(stats_each *each, void *context)
{
    struct route_sum sum = {0};
    thread_each_heap(route_add, &sum);
    each(context, "flat.tables", load_relaxed(&route_tables));
    each(context, "flat.tables_refused", load_relaxed(&route_tables_refused));
    each(context, "flat.slots_entered", sum.entered);
    each(context, "flat.slots_refused", sum.refused);
}
