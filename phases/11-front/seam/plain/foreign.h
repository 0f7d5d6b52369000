/* SPDX-License-Identifier: MIT */
/* plain/foreign.h - the plain answer of the foreign seam: every block goes home. */
#ifndef HAK_PLAIN_FOREIGN_H
#define HAK_PLAIN_FOREIGN_H

struct foreign_heap {};

uint64_t front_bin_cached(const struct heap *h, const struct slab *s);

ANSWER(bool, foreign_wants, (const struct foreign_heap *o, unsigned class), false)
ANSWER(bool, foreign_keep, (struct foreign_heap *o, struct front_heap *f, const struct slab *s, void *p), false)
ANSWER(bool, foreign_holds, (unsigned class), false)
ANSWER(bool, foreign_return, (struct heap *h, struct slab *s, void *p), false)
ANSWER(bool, foreign_taken, (struct heap *h, const struct slab *s), false)
ANSWER(uint64_t, foreign_cached, (const struct heap *h, const struct slab *s), front_bin_cached(h, s))
NOTHING(foreign_missed, (struct foreign_heap *o, unsigned class))
NOTHING(foreign_emptied, (struct foreign_heap *o))

#endif
