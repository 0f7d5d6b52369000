/* owner-cached.c - see owner-cached.h. A direct-mapped cache of pages in one thread-local slot of 64 bytes:
 *
 *   entry[region % 8] = | region: 32 bits | which of its 32 pages held a header: 32 bits |     region = page / 32
 *
 * 256 pages in all, 32 neighbours to an entry, because blocks of two pages that come and go stand side by side. An entry is one
 * word, so a signal handler that frees never sees half of one. Nothing is ever forgotten but by eviction: a page that is unmapped
 * and mapped again for the next block, which is the common fate, would otherwise be asked for each time.
 */
#include "probe.h"

enum { CACHE_ENTRIES = 8, REGION_PAGES = 32 };

static HAK_TLS uint64_t cache_entry[CACHE_ENTRIES]; /* all zero: no page of region 0 */

static_assert(sizeof cache_entry <= 64, "static TLS is scarce in programs that load the library late");
static_assert(HAK_ADDRESS_BITS - 12 - 5 <= 32, "a region number fits half an entry");

static uint64_t cache_region(const struct mapped *m)
{
    return (uintptr_t)m / os_page / REGION_PAGES;
}

static uint64_t cache_bit(const struct mapped *m)
{
    return (uint64_t)1 << (uintptr_t)m / os_page % REGION_PAGES;
}

static bool cache_has(const struct mapped *m)
{
    uint64_t entry = cache_entry[cache_region(m) % CACHE_ENTRIES];
    return entry >> 32 == cache_region(m) && (entry & cache_bit(m));
}

static void cache_put(const struct mapped *m)
{
    uint64_t *slot = &cache_entry[cache_region(m) % CACHE_ENTRIES], entry = load_relaxed(slot);
    if (entry >> 32 != cache_region(m))
        entry = cache_region(m) << 32;
    store_relaxed(slot, entry | cache_bit(m));
}

struct mapped *owner_find(const void *p)
{
    struct mapped *m = probe_candidate(p);
    if (!m)
        return NULL;
    if (cache_has(m)) {
        probe_count(&probe_hits);
        return probe_look(m);
    }
    if (!probe_ask(m))
        return NULL;
    cache_put(m);
    return m;
}

bool owner_add(struct mapped *m)
{
    (void)m;
    return true;
}

void owner_remove(struct mapped *m)
{
    (void)m;
}

void owner_start(void)
{
}

void owner_stats(stats_each *each, void *context)
{
    probe_stats(each, context);
}

void owner_fork_lock(void)
{
}

void owner_fork_unlock(bool child)
{
    (void)child;
}
