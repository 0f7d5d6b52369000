/* owner-registry.c - see owner-registry.h. A three-level map, address -> bit: is a mapped block at the start of this 4 KiB?
 *
 *   root[p >> 34]  ->  leaf[p >> 21 & 8191]  ->  page bits, 512 of them for 2 MiB
 *
 * Nodes are installed by compare-and-swap, found without locks and never freed; their number is bounded by the address space
 * that blocks ever stood in (one 64 KiB leaf for 16 GiB, 64 bytes for 2 MiB).
 */
#include "core/mapped.h"
#include "core/meta.h"
#include "core/seam/owner.h"

enum { PAGE_SHIFT = 12, REGION_SHIFT = 21, ROOT_SHIFT = 34 };
enum { LEAF_REGIONS = 1 << (ROOT_SHIFT - REGION_SHIFT), REGION_PAGES = 1 << (REGION_SHIFT - PAGE_SHIFT) };

struct registry_bits {
    uint64_t start[REGION_PAGES / 64]; /* atomic: a block starts at page i <=> bit i */
};

struct registry_leaf {
    struct registry_bits *region[LEAF_REGIONS]; /* atomic, written once */
};

static struct registry_leaf *registry_root[(uintptr_t)1 << (HAK_ADDRESS_BITS - ROOT_SHIFT)]; /* atomic, written once */

/* *at, or a new zeroed node put there; NULL with ENOMEM. Of two threads that race one node is lost, once. */
static void *registry_node(void *at, size_t bytes)
{
    void **slot = at;
    void *node = __atomic_load_n(slot, __ATOMIC_ACQUIRE), *fresh;
    if (node)
        return node;
    fresh = meta_alloc(bytes);
    if (fresh && __atomic_compare_exchange_n(slot, &node, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return fresh;
    return node;
}

/* The word that holds the bit of the page at p, or NULL where no block ever stood. make: create what is missing. */
static uint64_t *registry_word(const void *p, uint64_t *bit, bool make)
{
    uintptr_t a = (uintptr_t)p;
    if (a >> HAK_ADDRESS_BITS)
        return NULL;
    struct registry_leaf **root = &registry_root[a >> ROOT_SHIFT];
    struct registry_leaf *leaf =
        make ? registry_node(root, sizeof *leaf) : __atomic_load_n(root, __ATOMIC_ACQUIRE);
    if (!leaf)
        return NULL;
    struct registry_bits **region = &leaf->region[a >> REGION_SHIFT & (LEAF_REGIONS - 1)];
    struct registry_bits *bits =
        make ? registry_node(region, sizeof *bits) : __atomic_load_n(region, __ATOMIC_ACQUIRE);
    if (!bits)
        return NULL;
    unsigned page = a >> PAGE_SHIFT & (REGION_PAGES - 1);
    *bit = (uint64_t)1 << page % 64;
    return &bits->start[page / 64];
}

struct mapped *owner_find(const void *p)
{
    uint64_t bit = 0, *word = (uintptr_t)p % os_page == 0 ? registry_word(p, &bit, false) : NULL;
    if (!word || !(__atomic_load_n(word, __ATOMIC_ACQUIRE) & bit))
        return NULL;
    return (struct mapped *)((uintptr_t)p - os_page);
}

bool owner_add(struct mapped *m)
{
    uint64_t bit = 0, *word = registry_word(mapped_block(m), &bit, true);
    if (!word)
        return false;
    __atomic_fetch_or(word, bit, __ATOMIC_RELEASE);
    return true;
}

void owner_remove(struct mapped *m)
{
    uint64_t bit = 0, *word = registry_word(mapped_block(m), &bit, false);
    hak_assert(word && (load_relaxed(word) & bit));
    __atomic_fetch_and(word, ~bit, __ATOMIC_RELEASE);
}

void owner_start(void)
{
}

void owner_stats(stats_each *each, void *context)
{
    (void)each, (void)context;
}

void owner_fork_lock(void)
{
}

void owner_fork_unlock(bool child)
{
    (void)child;
}
