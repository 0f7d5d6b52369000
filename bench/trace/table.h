/* SPDX-License-Identifier: MIT */
/* table.h - which recorded object is at an address: the table of live objects of the recorder.
 *
 * A word for every 8 bytes of address space, found by the address alone: blocks that lie beside each other have their words
 * there too, so that a program that walks its memory walks the table as well. No lock is needed. Only pages
 * that hold a block's word are resident: at most about as much memory as the program's blocks have.
 *
 * Memory comes from mmap, never from malloc. All functions may be called by several threads at once;
 * that an address belongs to one of them at a time is the allocator's promise.
 */
#ifndef BENCH_TRACE_TABLE_H
#define BENCH_TRACE_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_ADDRESS_BITS = 48, TABLE_LEAF_BITS = 26, TABLE_GRAIN_BITS = 3 };

/* A leaf: the words of 2^TABLE_LEAF_BITS bytes of address space; object + 1, and 0 where there is none. */
typedef _Atomic uint64_t table_word;
extern table_word *_Atomic table_leaves[(size_t)1 << (TABLE_ADDRESS_BITS - TABLE_LEAF_BITS)];

/* Makes the leaf of an address. NULL, and errno: there is no memory, or no such address is expected. */
table_word *table_leaf_make(uintptr_t address);

static inline table_word *table_leaf(uintptr_t address)
{
    return address >> TABLE_ADDRESS_BITS
               ? NULL
               : atomic_load_explicit(&table_leaves[address >> TABLE_LEAF_BITS], memory_order_acquire);
}

static inline table_word *table_at(table_word *leaf, uintptr_t address)
{
    return &leaf[(address & (((uintptr_t)1 << TABLE_LEAF_BITS) - 1)) >> TABLE_GRAIN_BITS];
}

/* Notes that `object` is at p. false, and errno: there is no memory. */
static inline bool table_put(const void *p, uint64_t object)
{
    table_word *leaf = table_leaf((uintptr_t)p);
    if (__builtin_expect(!leaf, 0) && !(leaf = table_leaf_make((uintptr_t)p)))
        return false;
    atomic_store_explicit(table_at(leaf, (uintptr_t)p), object + 1, memory_order_relaxed);
    return true;
}

/* Takes the object at p out of the table; false: there is none. */
static inline bool table_take(const void *p, uint64_t *object)
{
    table_word *leaf = table_leaf((uintptr_t)p);
    uint64_t word = leaf ? atomic_load_explicit(table_at(leaf, (uintptr_t)p), memory_order_relaxed) : 0;
    if (word)
        atomic_store_explicit(table_at(leaf, (uintptr_t)p), 0, memory_order_relaxed);
    *object = word - 1;
    return word;
}

#endif
