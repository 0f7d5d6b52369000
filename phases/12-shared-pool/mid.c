/* mid.c - see mid.h. */
#include "core/heap/heap.h"

void *mid_alloc(struct heap *h, size_t size, bool *zero)
{
    unsigned class = class_of_wide(size);
    void *p = FRONT_CACHES ? front_pop(&h->front, class) : NULL;
    if (!p && *zero) /* a fresh block spares the clearing; a batch of them in the front would forget that they are */
        return heap_take_zero(h, class, zero);
    *zero = false;
    return p ? p : front_refill(h, class);
}
