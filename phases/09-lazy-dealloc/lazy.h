/* SPDX-License-Identifier: MIT */
/* phases/09-lazy-dealloc/lazy.h - phase 9, the lazy seam: empty SuperSlabs are kept in an LRU list and used again.
 *
 * The list is bounded by count, bytes and age, and, where the environment names neither count nor bytes, by what all may keep
 * together (spare.h); the newest goes out first, the oldest is evicted first. A bound of 0 keeps nothing: the variant then
 * behaves as the base answer does.
 */
#ifndef HAK_PHASE_LAZY_H
#define HAK_PHASE_LAZY_H

#include "core/low/compiler.h"

struct superslab;

/* In the header of a SuperSlab; all under the lock of lazy.c. */
struct lazy_superslab {
    struct superslab *newer, *older; /* neighbours in the list; of an evicted one, older links those that are about to go */
    uint64_t since_ms;               /* os_now_ms() when it came */
};

extern uint64_t lazy_size, lazy_mb, lazy_ttl; /* the bounds: SuperSlabs, MiB, ms */
extern uint64_t lazy_prewarm;

/* Counters; their rows in lazy.c say what each counts. lazy_valid checks the equation that ties them together. */
struct lazy_counts {
    uint64_t pushes, prewarmed, hits, misses, trimmed, held;
    uint64_t evictions_count, evictions_bytes, evictions_age, evictions_spare;
};
struct lazy_counts lazy_counts(void);

struct superslab *lazy_acquire(void);
void lazy_release(struct superslab *ss);
size_t lazy_trim(void);
void lazy_tick(void);
uint64_t lazy_age(uint64_t now_ms);
size_t lazy_shed(uint64_t bytes);
void lazy_start(void);
void lazy_stop(void);

bool lazy_valid(void); /* walks the list: do all its equations hold? */

#endif
