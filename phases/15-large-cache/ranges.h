/* SPDX-License-Identifier: MIT */
/* phases/15-large-cache/ranges.h - a table of ranges of addresses, joined where they touch, cut where one is wanted.
 *
 * Knows no memory, no lock and no clock: it is data. A search is linear: 256 ranges are 6 KiB. Must hold (range_valid): sorted
 * by address, no two touch, none empty; count <= RANGE_MOST; bytes = the sum of their bytes; no turn is above the table's.
 */
#ifndef HAK_PHASE_RANGES_H
#define HAK_PHASE_RANGES_H

#include "core/low/compiler.h"

enum { RANGE_MOST = 256 };

struct range {
    char *start;
    size_t bytes;
    uint64_t turn; /* the table's when memory last came to it */
};

struct range_table {
    size_t count;
    uint64_t bytes, turn; /* bytes: read relaxed by anybody */
    struct range range[RANGE_MOST];
};

/* Joins [start, start + bytes) to its neighbours, or makes it a range of its own; false: it would be one too many. */
bool range_insert(struct range_table *t, char *start, size_t bytes);

/* Takes [skip, skip + bytes) out of range i. There must be room for one more range when both ends stay. */
void range_cut(struct range_table *t, size_t i, size_t skip, size_t bytes);

/* The smallest range that holds so much from *skip on, where its address + offset is a multiple of align (a power of two; up to
 * offset: any place will do); t->count when there is none. */
size_t range_find(const struct range_table *t, size_t bytes, size_t align, size_t offset, size_t *skip);

size_t range_at(const struct range_table *t, const char *start); /* the range that starts there, or t->count */
size_t range_oldest(const struct range_table *t);                /* of the lowest turn; the table is not empty */
size_t range_smallest(const struct range_table *t);
size_t range_largest(const struct range_table *t); /* the lowest of the longest; the table is not empty */
bool range_valid(const struct range_table *t);

#endif
