/* SPDX-License-Identifier: MIT */
/* plain/pool.h - the plain answer of the pool seam: a SuperSlab serves one class of one heap for life.
 *
 * Must hold: a SuperSlab of this pool is in the list of its heap and class  <=>  some slot of it is not claimed; claimed has
 * bit i set <=> slab[i] is formatted.
 */
#ifndef HAK_PLAIN_POOL_H
#define HAK_PLAIN_POOL_H

struct pool_heap {
    struct superslab *partial[CLASS_ALL]; /* SuperSlabs of that class with unclaimed slots; owner only */
};

struct pool_superslab {
    uint32_t claimed; /* one bit a slot; owner of the heap only, like the links */
    struct superslab *next, *prev;
};

#define HEAP_CLASSES CLASS_TINY
#define SLAB_MAX TINY_MAX

struct slab *pool_claim(struct heap *h, unsigned class);
void pool_release(struct heap *h, struct slab *s);
void pool_valid(struct heap *h);
NOTHING(pool_park, (struct heap *h))
NOTHING(pool_start, (void))
NOTHING(pool_stop, (void))
NOTHING(pool_flush, (struct heap *h))
NOTHING(pool_settled, (struct heap *h))
ANSWER(size_t, pool_shed, (uint64_t bytes), 0)
ANSWER(size_t, pool_age, (void), 0)
ANSWER(bool, pool_keep, (struct heap *h, struct slab *s), false)
ANSWER(void *, pool_pop, (struct heap *h, unsigned class), NULL)
ANSWER(void *, pool_push, (struct heap *h, struct slab *s, void *p), p)
ANSWER(bool, pool_puts, (struct pool_heap *pool, const struct slab *s, void *p), false)
ANSWER(uint64_t, pool_cached, (const struct heap *h, const struct slab *s), 0)
ANSWER(uint64_t, pool_cached_bytes, (const struct heap *h), 0)

#endif
