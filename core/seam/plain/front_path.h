/* SPDX-License-Identifier: MIT */
/* plain/front_path.h - the plain answer: the current slab of a class is its front. */
#ifndef HAK_PLAIN_FRONT_PATH_H
#define HAK_PLAIN_FRONT_PATH_H

ANSWER(unsigned, front_class, (const struct heap *h, size_t size), class_of(size))

ANSWER(void *, front_pop, (struct heap *h, size_t size), slab_pop(h->current[class_of_tiny(size)]))
ANSWER(void *, front_pop_wide, (struct heap *h, size_t size), NULL)

static inline void *front_look(struct heap *h, size_t size)
{
    return size > TINY_MAX && size <= SLAB_MAX ? pool_pop(h, class_of_wide(size)) : NULL;
}

hot_inline bool front_push(struct heap *h, void *p, struct front_bin **bin)
{
    struct slab *s = heap_own_slab(h, p);
    (void)bin;
    if (unlikely(!s) || unlikely(freelist_has(s, p)))
        return false;
    guard_free(p, "free");
    if (unlikely(slab_push(s, p)))
        heap_slab_event(h, s, p);
    return true;
}

ANSWER(struct front_bin *, front_nowhere, (struct heap *h), NULL)
ANSWER(bool, front_wants, (const struct heap *h, unsigned class), false)
ANSWER(bool, front_push_again, (struct heap *h, void *p, struct front_bin *bin), false)

#endif
