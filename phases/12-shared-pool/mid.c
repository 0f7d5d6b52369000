/* mid.c - see mid.h. */
#include "core/heap.h"

void *mid_alloc(struct heap *h, size_t size, bool *zero)
{
    unsigned class = class_of_wide(size);
    void *p = FRONT_CACHES ? front_pop(&h->front, class) : NULL;
    *zero = false;
    return p ? p : heap_take_zero(h, class, zero);
}
