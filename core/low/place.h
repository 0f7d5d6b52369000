/* SPDX-License-Identifier: MIT */
/* place.h - where SuperSlabs and metadata are asked for.
 *
 *   0   4 GiB                          56 GiB      60 GiB      64 GiB
 *   |   | SuperSlabs, upwards from a   | metadata  | tables    |      the window: the lowest 64 GiB of the address space
 *       | start below 12 GiB that      |           | of heaps  |
 *       | differs from run to run      |           |           |
 *
 * The addresses are hints to mmap: nothing is reserved, and no mapping that lies there is replaced. Where the kernel does not
 * grant a hint it chooses the address. SuperSlabs at low, neighbouring addresses keep a heap's table small (the route seam) and
 * the SuperSlab map fast. Both work with SuperSlabs at any address.
 * The first 2 MiB of the metadata's part and of the tables' part stay unmapped, unless a program asks for these addresses.
 * So no block ends where metadata begins. Metadata at another address has a guard page in front of it.
 */
#ifndef HAK_PLACE_H
#define HAK_PLACE_H

#include "core/low/os.h"

enum place_kind { PLACE_META, PLACE_TABLE, PLACE_KINDS };

/* Zeroed memory, readable and writable, for metadata; bytes is rounded up to pages. NULL with errno = ENOMEM. Thread-safe. */
void *place_map(size_t bytes, enum place_kind kind);

/* 2 MiB at a multiple of 2 MiB, zeroed; NULL with errno = ENOMEM. Thread-safe. */
void *place_map_superslab(void);

/* [base, base + 2 MiB) is not mapped any more: the next SuperSlab may lie there. Thread-safe. */
void place_unmapped(const void *base);

#endif
