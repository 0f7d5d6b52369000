/* SPDX-License-Identifier: MIT */
/* seam/route.h - a question of the front's: is there a shorter way from a size, or from a block's address, to a bin?
 *
 * Asked by malloc and free before anything else. An answer defines struct route_heap (its state in a front, before the bins)
 * and ROUTE_INIT (its initializer for a heap that no thread has: nothing comes, nothing goes).
 *
 * route_miss and route_open decide whether h may take the shorter way at all: a process that asks for counters does without it
 * in malloc, where it would save the counting, too.
 *
 * Must hold: route_push takes only 16-byte aligned addresses in slabs between route_own and route_disown by the same heap; all
 * but the last two are called on the thread that has the heap.
 */
#ifndef HAK_SEAM_ROUTE_H
#define HAK_SEAM_ROUTE_H

#include "core/low/compiler.h"
#include "core/low/meta.h"
#include "core/seam/guard.h"

#include HAK_SEAM_route

/* False: there is no shorter way. True: *p is a block for size <= TINY_MAX bytes, or NULL. */
SEAM(route_pop, bool, (struct route_heap *r, size_t size, void **p));
/* False: there is no shorter way. True: *taken tells whether p, which may be anything, passed for a live block of this heap and
 * is cached. If not, *bin is as it was, or a bin that takes nothing, or that of the slab around p, whose limit is reached. */
SEAM(route_push, bool, (struct route_heap *r, void *p, struct front_bin **bin, bool *taken));
/* A block that another thread has freed comes home. True: it is cached; else as route_push. */
SEAM(route_return, bool, (struct route_heap *r, void *p, struct front_bin **bin));
SEAM(route_new, void, (struct heap *h));  /* h is new, all zero */
SEAM(route_miss, void, (struct heap *h, uint32_t count)); /* so many of h's own blocks came back the long way */
SEAM(route_open, void, (struct heap *h)); /* malloc came the long way, and a bin had a block all the same */
SEAM(route_counts, bool, (void));         /* do all hits come the long way, and so get counted? */
SEAM(route_start, void, (void));          /* once, when the environment has been read */
SEAM(route_own, void, (struct heap *h, const struct slab *s));    /* h has claimed s */
SEAM(route_disown, void, (struct heap *h, const struct slab *s)); /* h is about to release s */
SEAM(route_valid, void, (struct heap *h, const struct slab *s));  /* aborts unless route and slab agree, for a slab of h */

#endif
