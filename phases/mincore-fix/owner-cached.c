/* SPDX-License-Identifier: MIT */
/* owner-cached.c - see owner-cached.h. One thread-local slot of 64 bytes, the last regions asked about, newest first:
 *
 *   cache[i] = | region: 32 bits | which of its 32 pages held a header: 32 bits |     region = page / 32
 *
 * 256 pages in all, 32 neighbours to an entry, because blocks of two pages that come and go stand side by side. An entry is one
 * word and true by itself, so a signal handler that frees in the middle of this does no harm. Nothing is ever forgotten but by
 * eviction: a page that is unmapped and mapped again for the next block, which is the common fate, would otherwise be asked for
 * each time.
 */
#include "probe.h"

enum { CACHE_ENTRIES = 8, REGION_PAGES = 32 };

static HAK_TLS uint64_t cache[CACHE_ENTRIES]; /* all zero: no page of region 0 */

static_assert(sizeof cache <= 64, "static TLS is scarce in programs that load the library late");
static_assert(HAK_ADDRESS_BITS - 12 - 5 <= 32, "a region number fits half an entry");

/* The entry of a region, in front now; a new one pushes the oldest out. */
static uint64_t cache_entry(uint64_t region)
{
    size_t i = 0;
    while (i < CACHE_ENTRIES - 1 && cache[i] >> 32 != region)
        i++;
    uint64_t entry = cache[i] >> 32 == region ? cache[i] : region << 32;
    for (; i > 0; i--)
        cache[i] = cache[i - 1];
    return cache[0] = entry;
}

struct mapped *owner_find(const void *p)
{
    struct mapped *m = probe_candidate(p);
    if (!m)
        return NULL;
    uint64_t page = (uintptr_t)m / os_page, bit = (uint64_t)1 << page % REGION_PAGES;
    uint64_t entry = cache_entry(page / REGION_PAGES);
    if (entry & bit) {
        probe_count(&probe_hits);
        return probe_look(m);
    }
    if (!probe_ask(m))
        return NULL;
    cache[0] = entry | bit;
    return m;
}
