/* SPDX-License-Identifier: MIT */
/* seam/run.h - a question of the pool's: a heap's current slab of a class has become empty, and it is a run of several slots.
 * Claiming and freeing one costs hundreds of instructions: may it stay, for the next malloc of that class?
 *
 * An answer defines struct run_heap (its state in a heap, zero at first). On the thread that has the heap.
 *
 * Must hold: s is only kept as the current slab of its class, so that heap_settle finds it.
 */
#ifndef HAK_SEAM_RUN_H
#define HAK_SEAM_RUN_H

#include "core/heap/sizeclass.h"
#include "core/heap/slab.h"

struct heap;

#include HAK_SEAM_run

SEAM(run_pop, void *, (struct heap *h, unsigned class)); /* pool_pop */
SEAM(run_push, void *, (struct heap *h, struct slab *s, void *p)); /* pool_push */
SEAM(run_puts, bool, (struct run_heap *r, const struct slab *s, void *p)); /* pool_puts */
SEAM(run_keep, bool, (struct heap *h, struct slab *s)); /* pool_keep */
SEAM(run_flush, void, (struct heap *h)); /* pool_flush */
SEAM(run_cached, uint64_t, (const struct heap *h, const struct slab *s)); /* pool_cached */
SEAM(run_cached_bytes, uint64_t, (const struct heap *h));
SEAM(run_yield, bool, (struct heap *h)); /* a SuperSlab would have to be mapped: true: something kept went to the pool */
SEAM(run_park, void, (struct heap *h)); /* the heap's current slabs have gone, and so has what was kept */

#endif
