/* SPDX-License-Identifier: MIT */
/* pagemap.c - see pagemap.h. */
#include "core/low/pagemap.h"
#include "core/low/meta.h"

static size_t pagemap_index(const void *p, unsigned shift)
{
    return (uintptr_t)p >> shift & (PAGEMAP_ENTRIES - 1);
}

void *pagemap_find(const struct pagemap *m, const void *p)
{
    if ((uintptr_t)p >> HAK_ADDRESS_BITS)
        return NULL;
    void *found = __atomic_load_n(&m->root[(uintptr_t)p >> PAGEMAP_ROOT_SHIFT], __ATOMIC_ACQUIRE);
    for (unsigned shift = PAGEMAP_ROOT_SHIFT; found && shift > m->shift;) {
        const struct pagemap_node *node = found;
        shift -= PAGEMAP_STEP;
        found = __atomic_load_n(&node->entry[pagemap_index(p, shift)], __ATOMIC_ACQUIRE);
    }
    return found;
}

/* *at, or a new node put there. Of two threads that race for one place the node of one is lost. */
static struct pagemap_node *pagemap_node(void *at)
{
    void **entry = at, *node = __atomic_load_n(entry, __ATOMIC_ACQUIRE);
    if (node)
        return node;
    void *fresh = meta_alloc(sizeof(struct pagemap_node));
    if (fresh && __atomic_compare_exchange_n(entry, &node, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return fresh;
    return node;
}

void **pagemap_entry(struct pagemap *m, const void *p)
{
    if ((uintptr_t)p >> HAK_ADDRESS_BITS)
        return NULL;
    void **entry = (void **)&m->root[(uintptr_t)p >> PAGEMAP_ROOT_SHIFT];
    for (unsigned shift = PAGEMAP_ROOT_SHIFT; shift > m->shift;) {
        struct pagemap_node *node = pagemap_node(entry);
        if (!node)
            return NULL;
        shift -= PAGEMAP_STEP;
        entry = &node->entry[pagemap_index(p, shift)];
    }
    return entry;
}
