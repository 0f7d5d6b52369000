/* SPDX-License-Identifier: MIT */
/* ssmap.c - see ssmap.h. */
#include "core/low/ssmap.h"
#include "core/low/meta.h"

static struct pagemap ssmap = {.shift = SUPERSLAB_SHIFT};
static struct pagemap_node ssmap_empty; /* nothing is ever stored in it */

struct pagemap_node *ssmap_near[SSMAP_NEAR] = {[0 ... SSMAP_NEAR - 1] = &ssmap_empty};

struct superslab *ssmap_find_far(const void *p)
{
    return (uintptr_t)p & 15 ? NULL : pagemap_find(&ssmap, p);
}

/* The entry of base, made if make; NULL: there is none. */
static void **ssmap_entry(const void *base, bool make)
{
    uintptr_t near = (uintptr_t)base >> SSMAP_NODE_SHIFT;
    if (near >= SSMAP_NEAR)
        return pagemap_entry(&ssmap, base);
    struct pagemap_node *node = __atomic_load_n(&ssmap_near[near], __ATOMIC_ACQUIRE), *fresh;
    if (node == &ssmap_empty) {
        fresh = make ? meta_alloc(sizeof *fresh) : NULL;
        if (!fresh)
            return NULL;
        if (__atomic_compare_exchange_n(&ssmap_near[near], &node, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            node = fresh;
    }
    return &node->entry[(uintptr_t)base >> SUPERSLAB_SHIFT & (PAGEMAP_ENTRIES - 1)];
}

bool ssmap_set(const void *base, struct superslab *ss)
{
    void **entry = ssmap_entry(base, true);
    if (entry)
        __atomic_store_n(entry, ss, __ATOMIC_RELEASE);
    return entry;
}

void ssmap_clear(const void *base)
{
    void **entry = ssmap_entry(base, false);
    if (entry)
        __atomic_store_n(entry, NULL, __ATOMIC_RELEASE);
}
