/* SPDX-License-Identifier: MIT */
/* peek.h - where the counters lie, for a program that reads them in the memory of this process: hakmem-stat, and the command
 * that gdb gets. Nothing is counted for them, and nothing here runs.
 *
 *   note of the library, type 2 -> parts: | base, rows | base, rows | ...     one for each object that counts
 *                                            |     |
 *                                            |     rows: name, kind, offset, how many, how far apart     (read-only)
 *                                            object
 *
 * A row says where numbers of 64 bits lie. Their sum is the counter of that name, which hak_stats_each has, too; the rows of
 * one name are added. Names that begin with '_' are for who computes others. Facts are places of other things.
 *
 * Must hold: a row is in PEEK_VERSION's layout. PEEK_VERSION is raised when a struct below changes, or the meaning of a name
 * that begins with '_'.
 */
#ifndef HAK_PEEK_H
#define HAK_PEEK_H

#include <stddef.h>
#include <stdint.h>

#define PEEK_VERSION 1 /* in peek.c's text, too */

enum peek_kind {
    PEEK_IS_COUNT, /* base + offset + i * stride, for each i below count */
    PEEK_IS_HEAPS, /* the same in each heap, whose address takes the place of base */
    PEEK_IS_FACT   /* a place: base + offset, or a heap or slab + offset; nothing is added */
};

struct peek_row {
    char name[28];
    uint16_t kind, count;
    uint32_t offset, stride;
};

struct peek_part {
    const void *base;
    const struct peek_row *rows;
    uint64_t count, row_size;
};

/* Adds rows. A part is 32 bytes at a multiple of 32, so that the linker leaves no gap between two. */
#define PEEK(part, object, ...)                                                                                            \
    static const struct peek_row part##_peek_rows[] = {__VA_ARGS__};                                                       \
    static const struct peek_part part##_peek __attribute__((section("hak_peek"), used, retain, aligned(32))) = {          \
        object, part##_peek_rows, sizeof part##_peek_rows / sizeof *part##_peek_rows, sizeof *part##_peek_rows}

#define PEEK_COUNT(name, offset, count, stride) {name, PEEK_IS_COUNT, count, offset, stride}
#define PEEK_FIELD(name, type, field) PEEK_COUNT(name, offsetof(type, field), 1, 0)
#define PEEK_OBJECT(name) PEEK_COUNT(name, 0, 1, 0)
#define PEEK_EACH(name, field, count, stride) {name, PEEK_IS_HEAPS, count, offsetof(struct heap, field), stride}
#define PEEK_HEAPS(name, field) PEEK_EACH(name, field, 1, 0)
#define PEEK_FACT(name, offset, count, stride) {name, PEEK_IS_FACT, count, offset, stride}

#endif
