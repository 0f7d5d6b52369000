/* route.c - see route.h: a heap with its table, what comes into the table and what leaves it. */
#include "core/env.h"
#include "core/heap.h"
#include "core/os.h"
#include "core/thread.h"

/* All tables together take at most an eighth of the address space; later heaps go without. */
#define ROUTE_BYTES (sizeof(struct heap) + ROUTE_ENTRIES * sizeof(uint16_t))
#define ROUTE_TABLES_MAX (((uintptr_t)1 << (HAK_ADDRESS_BITS - 3)) / ROUTE_BYTES)

static_assert(offsetof(struct heap, front.bin[FRONT_CLASSES]) / ROUTE_UNIT <= UINT16_MAX, "a distance fits an entry");
static_assert(offsetof(struct heap, front.bin) > offsetof(struct heap, route.closed), "distances count upwards");
static_assert(offsetof(struct heap, map) + sizeof(struct route_map) <= sizeof(struct heap), "the first entries are in it");

static bool route_counting = true; /* until the environment says that nobody wants to know. Relaxed */
static uint64_t route_tables, route_tables_refused, route_tables_dropped; /* atomic, relaxed */

static uint16_t route_distance(const struct heap *h, unsigned class)
{
    return (uint16_t)(((const char *)&h->front.bin[class] - (const char *)&h->route.closed) / ROUTE_UNIT);
}

static uint64_t route_count(uint64_t *counter, uint64_t change)
{
    return __atomic_fetch_add(counter, change, __ATOMIC_RELAXED);
}

/* A heap in front of its table, or NULL. */
static struct heap *route_reserve(void)
{
    struct heap *h = NULL;
    if (route_count(&route_tables, 1) < ROUTE_TABLES_MAX)
        h = os_reserve(ROUTE_BYTES, OS_META);
    if (h && !os_commit(h, sizeof *h, OS_META)) {
        os_unreserve(h, ROUTE_BYTES, 0, OS_META);
        h = NULL;
    }
    if (!h) {
        route_count(&route_tables, (uint64_t)-1);
        route_count(&route_tables_refused, 1);
    }
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
    struct heap *h = route_reserve();
    bool mapped = h != NULL;
    if (!mapped)
        h = meta_alloc(bytes);
    if (!h)
        return NULL;
    h->route = (struct route_heap)ROUTE_INIT;
    route_open(h);
    if (mapped)
        h->route.outside = ~(((uintptr_t)1 << HAK_ADDRESS_BITS) - 1) | 15;
    return h;
}

static bool route_mapped(const struct heap *h)
{
    return h->route.outside != ~(uintptr_t)0;
}

/* The first byte behind the pages of the heap itself. */
static char *route_behind(struct heap *h)
{
    return (char *)h + ((sizeof *h + os_page - 1) & ~(os_page - 1));
}

/* Makes the entry of p writable, and those around it. */
static bool route_writable(struct heap *h, const uint16_t *entry)
{
    size_t chunk = (size_t)((const char *)entry - (char *)h) / ROUTE_CHUNK;
    uint64_t bit = (uint64_t)1 << chunk % 64, *word = &h->route.writable[chunk / 64];
    if (*word & bit)
        return true;
    char *start = (char *)h + chunk * ROUTE_CHUNK, *end = start + ROUTE_CHUNK, *last = (char *)h + ROUTE_BYTES;
    if (chunk == 0)
        start = route_behind(h);
    if (end > last)
        end = last;
    if (!os_commit(start, (size_t)(end - start), OS_META))
        return false;
    *word |= bit;
    return true;
}

/* The entries of the slots of s become distance. */
static void route_enter(struct heap *h, const struct slab *s, uint16_t distance)
{
    uint16_t *entry = &h->map.bin[(uintptr_t)superslab_slot(s) >> SLAB_SHIFT];
    bool can = route_writable(h, entry) && route_writable(h, entry + s->slots - 1);
    if (can) {
        for (unsigned i = 0; i < s->slots; i++)
            entry[i] = distance;
    }
    if (distance)
        count_add(can ? &h->route.entered : &h->route.refused, s->slots);
}

void route_own(struct heap *h, const struct slab *s)
{
    if (route_mapped(h))
        route_enter(h, s, route_distance(h, s->class));
}

void route_disown(struct heap *h, const struct slab *s)
{
    if (route_mapped(h))
        route_enter(h, s, 0);
}

void route_trim(struct heap *h)
{
    size_t committed = 0;
    if (!route_mapped(h) || !os_limited(OS_META))
        return;
    h->route.outside = ~(uintptr_t)0;
    for (size_t i = 0; i < sizeof h->route.writable / sizeof *h->route.writable; i++)
        committed += (size_t)__builtin_popcountll(h->route.writable[i]) * ROUTE_CHUNK;
    os_unreserve(route_behind(h), (size_t)((char *)h + ROUTE_BYTES - route_behind(h)), committed, OS_META);
    route_count(&route_tables, (uint64_t)-1);
    route_count(&route_tables_dropped, 1);
}

uint64_t route_reserved(void)
{
    return load_relaxed(&route_tables) * ROUTE_BYTES;
}

void route_valid(struct heap *h, const struct slab *s)
{
    const uint16_t *entry = &h->map.bin[(uintptr_t)superslab_slot(s) >> SLAB_SHIFT];
    for (unsigned i = 0; route_mapped(h) && i < s->slots; i++)
        hak_assert_full(entry[i] == route_distance(h, s->class) || (entry[i] == 0 && h->route.refused > 0));
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
    each(context, "flat.tables_dropped", load_relaxed(&route_tables_dropped));
    each(context, "flat.slots_entered", sum.entered);
    each(context, "flat.slots_refused", sum.refused);
}
