/* SPDX-License-Identifier: MIT */
/* plain/front.h - the plain answer of the front seam: nothing is cached; a block comes from its slab and goes back to it. */
#ifndef HAK_PLAIN_FRONT_H
#define HAK_PLAIN_FRONT_H

struct front_bin;
struct front_heap {};
#define FRONT_INIT {}
#define FRONT_SLABS {[0 ... HEAP_CLASSES - 1] = &slab_none}

void *front_refill(struct heap *h, unsigned class, bool *zero);
void front_give(struct heap *h, struct slab *s, void *p);
NOTHING(front_new, (struct heap *h))
NOTHING(front_open, (struct heap *h))
NOTHING(front_flush, (struct heap *h))
ANSWER(bool, front_rests, (struct heap *h), false)
ANSWER(bool, front_rouse, (void), false)
NOTHING(front_own, (struct heap *h, const struct slab *s))
NOTHING(front_disown, (struct heap *h, const struct slab *s))
NOTHING(front_valid, (struct heap *h, const struct slab *s))
NOTHING(front_start, (void))
NOTHING(front_stop, (void))
ANSWER(size_t, front_room, (const struct front_heap *f, const void *old, size_t size, size_t usable), size)
NOTHING(front_moved, (struct front_heap *f, const void *p))
ANSWER(void *, front_seize, (struct heap *h), NULL)
ANSWER(bool, front_seizable, (void), false)
ANSWER(bool, front_serves, (unsigned class), false)
ANSWER(bool, front_keep, (struct heap *h, struct slab *s, void *p), false)
ANSWER(bool, front_holds, (const struct heap *h, const struct slab *s, const void *p), freelist_has(s, p))
ANSWER(uint64_t, front_cached, (const struct heap *h, const struct slab *s), 0)
ANSWER(uint64_t, front_cached_total, (const struct heap *h, uint64_t *bytes), *bytes = 0)

#endif
