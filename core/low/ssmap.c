/* SPDX-License-Identifier: MIT */
/* ssmap.c - see ssmap.h. */
#include "core/low/ssmap.h"
#include "core/low/place.h"

static struct pagemap ssmap = {.shift = SUPERSLAB_SHIFT}; /* of what lies beyond the table */
struct superslab **ssmap_near;
uintptr_t ssmap_entries;

struct superslab *ssmap_find_far(const void *p)
{
    return (uintptr_t)p & 15 ? NULL : pagemap_find(&ssmap, p);
}

/* Is the table there? Of several threads that map it at one time one wins. */
static bool ssmap_begin(void)
{
    size_t bytes = (SSMAP_NEAR * sizeof *ssmap_near + os_page - 1) & ~(os_page - 1);
    struct superslab **none = NULL, **fresh;
    if (likely(__atomic_load_n(&ssmap_entries, __ATOMIC_ACQUIRE) > 0))
        return true;
    fresh = place_map(bytes, PLACE_META);
    if (!fresh)
        return false;
    if (!__atomic_compare_exchange_n(&ssmap_near, &none, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        os_unmap(fresh, bytes, OS_META);
    __atomic_store_n(&ssmap_entries, SSMAP_NEAR, __ATOMIC_RELEASE);
    return true;
}

bool ssmap_set(const void *base, struct superslab *ss)
{
    uintptr_t index = (uintptr_t)base >> SUPERSLAB_SHIFT;
    if (index < SSMAP_NEAR) {
        if (!ssmap_begin())
            return false;
        __atomic_store_n(&ssmap_near[index], ss, __ATOMIC_RELEASE);
        return true;
    }
    void **entry = pagemap_entry(&ssmap, base);
    if (entry)
        __atomic_store_n(entry, ss, __ATOMIC_RELEASE);
    return entry;
}

void ssmap_clear(const void *base)
{
    ssmap_set(base, NULL);
}
