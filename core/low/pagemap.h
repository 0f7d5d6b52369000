/* SPDX-License-Identifier: MIT */
/* pagemap.h - a map from addresses to pointers: a radix tree of nodes with 512 entries, as page tables are.
 *
 *   root[p >> 39]  ->  node[p >> 30 & 511]  ->  node[p >> 21 & 511]  (->  node[p >> 12 & 511])
 *
 * Only pagemaps with shift 12 have the fourth step. Any thread may look up and store, without a lock. The first store near an
 * address makes the nodes above its entry. Nodes are never freed: each takes 4 KiB and covers 512 neighbouring entries, so
 * their number is bounded by the address space in which anything was ever stored.
 * Must hold: an entry that was never stored reads as NULL; every address may be looked up, mapped or not.
 */
#ifndef HAK_PAGEMAP_H
#define HAK_PAGEMAP_H

#include "core/low/compiler.h"

enum { PAGEMAP_STEP = 9, PAGEMAP_ENTRIES = 1 << PAGEMAP_STEP, PAGEMAP_ROOT_SHIFT = 39 };
enum { PAGEMAP_ROOTS = 1 << (HAK_ADDRESS_BITS - PAGEMAP_ROOT_SHIFT) };

struct pagemap_node {
    void *entry[PAGEMAP_ENTRIES]; /* atomic: a node, or what was stored */
};

struct pagemap {
    unsigned shift;                           /* log2 of the bytes that share an entry: 21 or 12. Constant */
    struct pagemap_node *root[PAGEMAP_ROOTS]; /* atomic, each written once */
};

/* What is stored for p, or NULL. */
void *pagemap_find(const struct pagemap *m, const void *p);

/* The entry of p, to be read and written atomically, with the nodes above it made; NULL with errno = ENOMEM, or where p is no
 * address of a program. Once it was not NULL for an address it never is again. */
void **pagemap_entry(struct pagemap *m, const void *p);

#endif
