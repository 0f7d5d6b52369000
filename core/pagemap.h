/* pagemap.h - a map from addresses to pointers: a radix tree of nodes with 512 entries, as page tables are.
 *
 *   root[p >> 39]  ->  node[p >> 30 & 511]  ->  node[p >> 21 & 511]  (->  node[p >> 12 & 511])
 *
 * Any thread finds and stores, without a lock. Nodes are made when something is first stored near an address, and never freed:
 * their number is bounded by the address space in which something was ever stored, 4 KiB for each 512 neighbours.
 * Must hold: an entry that was never stored reads as NULL; every address can be asked, also those that nobody maps.
 */
#ifndef HAK_PAGEMAP_H
#define HAK_PAGEMAP_H

#include "compiler.h"

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
