/* SPDX-License-Identifier: MIT */
/* table.c - the leaves of the table. See table.h.
 *
 * What must hold: a leaf is never taken away, so that who found it may use it. In a fork's child leaves are empty.
 */
#include "bench/trace/table.h"

#include <errno.h>
#include <sys/mman.h>

table_word *_Atomic table_leaves[(size_t)1 << (TABLE_ADDRESS_BITS - TABLE_LEAF_BITS)];

table_word *table_leaf_make(uintptr_t address)
{
    const size_t size = ((size_t)1 << (TABLE_LEAF_BITS - TABLE_GRAIN_BITS)) * sizeof(table_word);
    table_word *there = NULL;
    if (address >> TABLE_ADDRESS_BITS) {
        errno = ERANGE;
        return NULL;
    }
    void *fresh = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (fresh == MAP_FAILED)
        return NULL;
    madvise(fresh, size, MADV_WIPEONFORK);
    if (atomic_compare_exchange_strong(&table_leaves[address >> TABLE_LEAF_BITS], &there, fresh))
        return fresh;
    munmap(fresh, size);
    return there;
}
