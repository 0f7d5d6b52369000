/* SPDX-License-Identifier: MIT */
/* plain/guard.h - the plain answer of the guard seam: no questions. */
#ifndef HAK_PLAIN_GUARD_H
#define HAK_PLAIN_GUARD_H

struct guard_superslab {};

NOTHING(guard_alloc, (void *p))
NOTHING(guard_free, (const void *p, const char *api))
NOTHING(guard_live, (const void *p, const char *api))
ANSWER(uint32_t, guard_count, (const struct slab *s, uint32_t unknown), unknown)

#endif
