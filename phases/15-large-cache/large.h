/* SPDX-License-Identifier: MIT */
/* phases/15-large-cache/large.h - phase 15, the large seam: mappings of freed large blocks are kept with their pages, split and
 * joined as ranges of addresses, and used again without a system call.
 *
 * Bounded by count, by bytes relative to what the program had live at its recent peak, and by age. HAKMEM_LARGE_MB=0 or
 * HAKMEM_LARGE_TTL=0 keeps nothing: the variant then does what the base does, but for the rounding.
 */
#ifndef HAK_PHASE_LARGE_H
#define HAK_PHASE_LARGE_H

#include "core/low/compiler.h"

#define LARGE_FLOOR ((uint64_t)16 << 20) /* bytes that may be kept whatever the peak was */

/* Mappings are multiples of LARGE_GRANULE, and of the power of two that is a sixteenth of their length or just below: so blocks
 * start where others have started, on pages that are there, and no slivers are left between them. What that adds, 3 % on
 * average, is address space: nobody touches it. */
#define LARGE_GRANULE ((size_t)64 * 1024)
enum { LARGE_PARTS = 4 }; /* log2 of 16 */

HAK_EXTERN uint64_t large_mb, large_percent, large_ttl;

static inline size_t large_round(size_t bytes)
{
    size_t part = (size_t)1 << (63 - LARGE_PARTS - (unsigned)__builtin_clzl(bytes));
    size_t granule = part > LARGE_GRANULE ? part : LARGE_GRANULE;
    return (bytes + granule - 1) & ~(granule - 1);
}

/* A block of so much that realloc has made larger has a mapping: it may be larger yet, and few bytes are copied for that. Less
 * is copied in little time, and what smaller blocks leave in slabs as they grow serves others like them. */
#define LARGE_GROWN ((size_t)256 << 10)

static inline bool large_grows(size_t size)
{
    return size >= LARGE_GROWN && large_mb != 0 && large_ttl != 0;
}

char *large_take(size_t bytes, size_t align, bool grows);
bool large_give(void *start, size_t bytes);
bool large_extend(void *start, size_t bytes);
void large_grown(size_t bytes);
void *large_alloc(size_t size, bool *zero);
uint64_t large_age(uint64_t now_ms);
void large_tick(void);
void large_yield(size_t bytes);
size_t large_shed(uint64_t bytes);
size_t large_trim(void);
uint64_t large_held(void);

/* Counters; their rows in large.c say what each counts. large_valid checks given = taken + evicted + trimmed + held, in
 * bytes. */
struct large_counts {
    uint64_t hits, misses, gives, refusals, busy, held, cleared, purged;
    uint64_t evictions_count, evictions_bytes, evictions_age, evictions_yield;
    uint64_t given_bytes, taken_bytes, evicted_bytes, trimmed_bytes, held_bytes, limit_bytes;
};
struct large_counts large_counts(void);

bool large_valid(void);

#endif
