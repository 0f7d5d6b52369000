/* SPDX-License-Identifier: MIT */
/* stats.h - how a part of the allocator tells its counters.
 *
 * A counter is one row of a function in the .c file of the part that counts: a call of each with its name, its value and what
 * it counts. Names are lower case words joined by '_' and '.'; they are stable, tools read them. The functions of all files
 * stand in one section of the library, which the linker puts together, so that no file lists the parts.
 */
#ifndef HAK_STATS_H
#define HAK_STATS_H

#include "core/low/peek.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void stats_each(void *context, const char *name, uint64_t value, const char *words);
typedef void stats_part(stats_each *each, void *context);

/* Adds a function with rows. */
#define STATS_PART(rows) static stats_part *const rows##_part __attribute__((section("hak_counters"), used, retain)) = rows

/* The sum of a uint64_t field of struct heap over all heaps. */
#define STATS_HEAPS(field) stats_heaps(offsetof(struct heap, field))
uint64_t stats_heaps(size_t offset);

void stats_print_text(void);    /* one write to standard error */
void stats_print_at_exit(void); /* what HAKMEM_STATS and HAKMEM_STATS_FILE ask for; nothing when they are not set */
void stats_print_help(void);    /* one line for each counter: what it counts */

#endif
