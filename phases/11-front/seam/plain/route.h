/* SPDX-License-Identifier: MIT */
/* plain/route.h - the plain answer of the route seam: there is no shorter way. */
#ifndef HAK_PLAIN_ROUTE_H
#define HAK_PLAIN_ROUTE_H

struct route_heap {};
#define ROUTE_INIT {}

ANSWER(bool, route_pop, (struct route_heap *r, size_t size, void **p), false)
ANSWER(bool, route_push, (struct route_heap *r, void *p, struct front_bin **bin, bool *taken), false)
ANSWER(bool, route_counts, (void), true)
NOTHING(route_new, (struct heap *h))
NOTHING(route_miss, (struct heap *h, uint32_t count))
ANSWER(bool, route_return, (struct route_heap *r, void *p, struct front_bin **bin), false)
NOTHING(route_open, (struct heap *h))
NOTHING(route_start, (void))
NOTHING(route_own, (struct heap *h, const struct slab *s))
NOTHING(route_disown, (struct heap *h, const struct slab *s))
NOTHING(route_valid, (struct heap *h, const struct slab *s))

#endif
