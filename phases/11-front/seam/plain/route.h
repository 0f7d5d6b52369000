/* SPDX-License-Identifier: MIT */
/* plain/route.h - the plain answer of the route seam: there is no shorter way. */
#ifndef HAK_PLAIN_ROUTE_H
#define HAK_PLAIN_ROUTE_H

struct route_heap {};
#define ROUTE_INIT {}
#define ROUTE_BINS {[0 ... FRONT_CLASSES - 1] = {.top = front_nothing}}

ANSWER(bool, route_pop, (struct route_heap *r, const struct section_heap *s, size_t size, void **p), false)
ANSWER(bool, route_pop_wide, (struct route_heap *r, const struct section_heap *s, size_t size, void **p), false)
ANSWER(enum route_way, route_push,
       (struct route_heap *r, const struct section_heap *s, void *p, size_t *distance), ROUTE_NONE)
ANSWER(bool, route_push_wide, (struct route_heap *r, const struct section_heap *s, void *p, size_t *distance), false)
ANSWER(struct front_bin *, route_bin, (struct route_heap *r, size_t distance), section_bin(r, distance)) /* nobody asks */
ANSWER(bool, route_counts, (void), true)
NOTHING(route_new, (struct heap *h))
NOTHING(route_miss, (struct heap *h, uint32_t count))
ANSWER(struct front_bin *, route_nowhere, (struct route_heap *r), NULL)
ANSWER(bool, route_return, (struct route_heap *r, const struct section_heap *s, void *p, struct front_bin **bin), false)
NOTHING(route_open, (struct heap *h))
NOTHING(route_refilled, (struct route_heap *r))
ANSWER(unsigned, route_class, (const struct route_heap *r, size_t size), class_of(size))
NOTHING(route_start, (void))
NOTHING(route_own, (struct heap *h, const struct slab *s))
NOTHING(route_disown, (struct heap *h, const struct slab *s))
ANSWER(struct lead *, route_lead, (struct route_heap *r, unsigned i), NULL)
ANSWER(bool, route_lead_to, (struct route_heap *r, const void *slot, unsigned i), false)
ANSWER(bool, route_lead_out, (struct route_heap *r, const void *slot), false)
NOTHING(route_turn, (struct route_heap *r, const void *p, const struct front_bin *bin))
NOTHING(route_valid, (struct heap *h, const struct slab *s))

#endif
