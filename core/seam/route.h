/* seam/route.h - the route seam: is there a shorter way from a size, or from a block's address, to a bin of this heap's front?
 *
 * Asked by malloc and free before anything else. An answer may include compiler.h, sizeclass.h, slab.h, meta.h and the front
 * and guard seams, and defines ROUTE_MAPS (false: core finds class and slab by itself and never calls route_pop, route_push),
 * struct route_heap (its state in a heap), ROUTE_INIT (its initializer for a heap that no thread has: nothing comes, nothing
 * goes), and
 *
 *   void *route_pop(struct route_heap *r, size_t size)      a block for size <= TINY_MAX bytes; NULL: take the long way
 *   bool route_push(struct route_heap *r, void *p, struct front_bin **bin)
 *                                                           p may be anything. True: it passed for a live block of this heap,
 *                                                           and the front has it; false: take the long way. Then *bin is as
 *                                                           it was, or a bin that takes nothing, or the bin of this heap that
 *                                                           the slab around p belongs to, and its limit is reached
 *   bool route_return(struct route_heap *r, void *p, struct front_bin **bin)
 *                                                           the same of a block that another thread has freed before
 *   void route_new(struct heap *h)                          h is new, all zero
 *   void route_miss(struct heap *h, uint32_t count)         so many of h's own blocks came back the long way
 *   void route_open(struct heap *h)                         malloc came the long way, and the front had a block all the same
 *   bool route_counts(void)                                 do all hits of the front come the long way, and so get counted?
 *   void route_start(void)                                  once, when the environment has been read
 *   void route_own(struct heap *h, const struct slab *s)    h has claimed s
 *   void route_disown(struct heap *h, const struct slab *s) h is about to release s
 *   void route_valid(struct heap *h, const struct slab *s)  aborts unless route and slab agree, for a slab that h owns
 *   void route_stats(stats_each *each, void *context)
 *
 * route_miss and route_open decide whether h may take the short way at all: a process that asks for counters does without it in
 * malloc, where it would save the counting, too.
 *
 * Must hold: route_push takes only 16-byte aligned addresses in slabs between route_own and route_disown by the same heap; all
 * but the last two are called on the thread that has the heap.
 */
#ifndef HAK_SEAM_ROUTE_H
#define HAK_SEAM_ROUTE_H

#include "core/low/compiler.h"
#include "core/low/meta.h"
#include "core/seam/front.h"
#include "core/seam/guard.h"
#include "core/heap/sizeclass.h"
#include "core/heap/slab.h"
#include "core/heap/stats.h"

struct heap;

#include HAK_SEAM_route

#endif
