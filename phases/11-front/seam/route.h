/* SPDX-License-Identifier: MIT */
/* seam/route.h - a question of the front's: is there a shorter way from a size, or from a block's address, to a bin?
 *
 * Asked by malloc and free before anything else. An answer defines struct route_heap (its state in a front, before the bins),
 * ROUTE_INIT (its initializer for a heap that no thread has: nothing comes, nothing goes), and ROUTE_BINS (the same of all
 * bins: malloc may look at their `top`, and reads through it if it leads to them before front_look).
 *
 * route_miss and route_open decide whether h may take the shorter way at all: a process that asks for counters does without it
 * in malloc, where it would save the counting, too.
 *
 * Must hold: into a bin route_push takes only 16-byte aligned addresses in slabs between route_own and route_disown by the same
 * heap; all but route_counts, route_start and route_valid are called on the thread that has the heap.
 */
#ifndef HAK_SEAM_ROUTE_H
#define HAK_SEAM_ROUTE_H

#include "core/heap/sizeclass.h"
#include "core/low/compiler.h"
#include "core/low/meta.h"
#include "core/seam/guard.h"
#include "core/seam/lead.h"
#include "phases/11-front/seam/section.h"

/* What became of a block that is freed. */
enum route_way {
    ROUTE_NONE,    /* there is no shorter way */
    ROUTE_TAKEN,   /* it passed for a live block of this heap and is cached, or came into a lead (lead.h) */
    ROUTE_REFUSED, /* the hint is what route_nowhere says, or what the slab around the block leads to, whose limit is reached:
                    * a bin; what waits beside one, if route_turn said so; or a lead. lead_refuses and front_behind know. */
    ROUTE_WIDE_BIN /* the hint is the bin of the slab around the block, of a mid class; nothing has been looked at */
};

#include HAK_SEAM_route

/* False: there is no shorter way. True: *p is a block for size <= TINY_MAX bytes, or NULL. */
SEAM(route_pop, bool, (struct route_heap *r, const struct section_heap *s, size_t size, void **p));
/* The same for size > TINY_MAX. */
SEAM(route_pop_wide, bool, (struct route_heap *r, const struct section_heap *s, size_t size, void **p));
/* p, which may be anything, is freed. route_bin makes the hint of *distance. */
SEAM(route_push, enum route_way, (struct route_heap *r, const struct section_heap *s, void *p, size_t *distance));
/* A block of a mid class into the bin for which route_push has said ROUTE_WIDE_BIN. False: no room. */
SEAM(route_push_wide, bool, (struct route_heap *r, const struct section_heap *s, void *p, size_t *distance));
SEAM(route_bin, struct front_bin *, (struct route_heap *r, size_t distance));
/* What route_bin says of what lies in no slab of the heap's. NULL where there is no shorter way. */
SEAM(route_nowhere, struct front_bin *, (struct route_heap *r));
/* A block that another thread has freed comes home. True: it is cached; else *bin is the hint. */
SEAM(route_return, bool, (struct route_heap *r, const struct section_heap *s, void *p, struct front_bin **bin));
SEAM(route_new, void, (struct heap *h));  /* h is new, all zero */
SEAM(route_miss, void, (struct heap *h, uint32_t count)); /* so many of h's own blocks came back the long way */
SEAM(route_open, void, (struct heap *h)); /* malloc came the long way, and a bin had a block all the same */
SEAM(route_class, unsigned, (const struct route_heap *r, size_t size)); /* front_class */
SEAM(route_refilled, void, (struct route_heap *r)); /* malloc has missed, and a bin had its block from a slab */
SEAM(route_counts, bool, (void));         /* do all hits come the long way, and so get counted? */
SEAM(route_start, void, (void));          /* once, when the environment has been read */
SEAM(route_own, void, (struct heap *h, const struct slab *s));    /* h has claimed s */
SEAM(route_disown, void, (struct heap *h, const struct slab *s)); /* h is about to release s */
/* Lead i of LEADS; NULL: r has no short way for blocks of others now. Also by other threads, which only read the lead. */
SEAM(route_lead, struct lead *, (struct route_heap *r, unsigned i));
/* The short way of addresses in the slot from `slot` on, a slab that another heap has, is lead i from here on, until
 * route_lead_out. False: it has no short way. */
SEAM(route_lead_to, bool, (struct route_heap *r, const void *slot, unsigned i));
/* The short way of the slot leads to no lead any more. True: it did. Any thread: by who releases the slab, no block of which is
 * used, or on the thread that has the heap. */
SEAM(route_lead_out, bool, (struct route_heap *r, const void *slot));
/* The short way of the slot around p, a tiny block of this heap's, leads to `bin` from here on: to the bin of its class, or to
 * what waits beside that, which looks like a bin (front_beside). */
SEAM(route_turn, void, (struct route_heap *r, const void *p, const struct front_bin *bin));
SEAM(route_valid, void, (struct heap *h, const struct slab *s));  /* aborts unless route and slab agree, for a slab of h */

#endif
