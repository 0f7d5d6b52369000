/* SPDX-License-Identifier: MIT */
/* owner-registry.c - see owner-registry.h: a pagemap from the first page of a mapped block to its struct mapped.
 *
 * Found without locks. The nodes of the pagemap are bounded by the address space that blocks ever stood in: 4 KiB for each
 * 2 MiB.
 * A block for whose entry there is no memory goes into a list, which is searched as long as it is not empty.
 */
#include "core/low/lock.h"
#include "core/heap/mapped.h"
#include "core/low/pagemap.h"
#include "core/seam/owner.h"

enum { PAGE_SHIFT = 12 };

static struct pagemap registry = {.shift = PAGE_SHIFT};
static struct mapped *registry_rest; /* the list, linked by next; under the lock, read relaxed without */

static noinline struct mapped *registry_find_rest(const void *p)
{
    if (!lock_may(LOCK_OWNER))
        return NULL;
    struct mapped *m = registry_rest;
    while (m && mapped_block(m) != p)
        m = m->next;
    lock_leave(LOCK_OWNER);
    return m;
}

struct mapped *owner_find(const void *p)
{
    if ((uintptr_t)p % os_page != 0)
        return NULL;
    struct mapped *m = pagemap_find(&registry, p);
    return likely(m) || likely(!load_relaxed(&registry_rest)) ? m : registry_find_rest(p);
}

void owner_add(struct mapped *m)
{
    void **entry = pagemap_entry(&registry, mapped_block(m));
    if (likely(entry)) {
        __atomic_store_n(entry, m, __ATOMIC_RELEASE);
        return;
    }
    lock_enter(LOCK_OWNER);
    m->next = registry_rest;
    store_relaxed(&registry_rest, m);
    lock_leave(LOCK_OWNER);
}

static noinline void registry_remove_rest(struct mapped *m)
{
    lock_enter(LOCK_OWNER);
    struct mapped **at = &registry_rest;
    while (*at && *at != m)
        at = &(*at)->next;
    hak_assert(*at == m);
    store_relaxed(at, m->next);
    lock_leave(LOCK_OWNER);
}

void owner_remove(struct mapped *m)
{
    if (unlikely(load_relaxed(&registry_rest)) && pagemap_find(&registry, mapped_block(m)) != m)
        registry_remove_rest(m);
    else /* what the map knows has its nodes */
        __atomic_store_n(pagemap_entry(&registry, mapped_block(m)), NULL, __ATOMIC_RELEASE);
}

void owner_start(void)
{
}
