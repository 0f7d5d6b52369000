/* plain/pool.h - the plain answer of the pool seam: a SuperSlab serves one class of one heap for life.
 *
 * Must hold: a SuperSlab of this pool is in the list of its heap and class  <=>  some slot of it is not claimed; claimed has
 * bit i set <=> slab[i] is formatted.
 */
#ifndef HAK_BASE_POOL_H
#define HAK_BASE_POOL_H

struct pool_heap {
    struct superslab *partial[CLASS_ALL]; /* SuperSlabs of that class with unclaimed slots; owner only */
};

struct pool_superslab {
    uint32_t claimed; /* one bit a slot; owner of the heap only, like the links */
    struct superslab *next, *prev;
};

#endif
