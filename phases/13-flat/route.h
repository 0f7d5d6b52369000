/* SPDX-License-Identifier: MIT */
/* route.h - phase 13: one flat table for each heap leads from the address of a block straight to the bin that takes it, and a
 * table of sizes to the bin that gives one.
 *
 *   struct heap:  closed ... route.bin ... front.bin[] ...
 *                               |
 *                               | bin[0] ... bin[i] ... |      one for each 64 KiB of the lowest part of the address space
 *
 * An entry is a bin's distance from `closed`, in ROUTE_UNIT bytes, or 0. What is not a slab of this heap therefore leads to the
 * bin `closed`, which has no room: foreign pointers, other heaps' blocks and full bins leave the fast path by the same branch.
 * Only the thread that has the heap reads or writes the table, so it needs no atomics and shares no cache line.
 *
 * A heap gets its table once ROUTE_MISSES of its blocks have been freed the long way: a thread that does little has none. The
 * table covers the lowest 16 GiB, where SuperSlabs are asked for first (place.h), takes 2 bytes for each 64 KiB of that,
 * and gives way to one twice as large when the heap claims a slab beyond it, up to the whole window. Only those of its pages
 * are touched that hold entries.
 *
 * Must hold, whenever the owner is not inside a slow path (route_valid):
 *   bin[i] = distance of front.bin[c]  <=>  slot i belongs to a slab of class c of this heap
 *   outside = ~0, or  p & outside = 0  <=>  p is 16-byte aligned and the table covers it
 * A slab beyond the window, and every slab of a heap without a table (outside = ~0), costs time only: the long way finds
 * everything.
 */
#ifndef HAK_FLAT_ROUTE_H
#define HAK_FLAT_ROUTE_H

enum { ROUTE_UNIT = 8, ROUTE_MISSES = 256 };
/* A table covers addresses of at least so many bits: all of the window, where that is the whole address space (MODE=asan). */
enum { ROUTE_BITS_LEAST = HAK_WINDOW_BITS == HAK_ADDRESS_BITS ? HAK_WINDOW_BITS : 34 };

struct route_heap {
    struct front_bin closed;           /* holds nothing, takes nothing */
    uintptr_t outside;                 /* bits that no address has that the table covers; ~0: this heap has no table */
    uint16_t *bin;                     /* the table, or one entry of 0 */
    uint32_t misses;                   /* without a table: blocks of this heap that were freed the long way since the last try
                                        * to have one; with one: slabs to claim before the next try to have a larger one */
    uint16_t size_bin[TINY_MAX + 1];   /* size -> distance of its class's bin; all 0: malloc takes the long way */
    uint64_t entered, refused;         /* slots that came into the table, and that lie beyond it. Owner writes */
};

extern uint16_t route_nothing[1]; /* 0: free(NULL) reads the first entry, also where there is no table */
#define ROUTE_INIT {.closed = FRONT_BIN_INIT, .outside = ~(uintptr_t)0, .bin = route_nothing}

hot_inline struct front_bin *route_bin(struct route_heap *r, size_t distance)
{
    return (struct front_bin *)((char *)&r->closed + distance * ROUTE_UNIT);
}

/* As front_bin_pop, but a hit is not counted. */
hot_inline bool route_pop(struct route_heap *r, size_t size, void **block)
{
    size_t distance = r->size_bin[size];
    void **top = route_bin(r, distance)->top, *p = *top;
    *block = NULL;
    if (unlikely(!p))
        return true;
    forget_value(distance);
    store_relaxed(&route_bin(r, distance)->top, top - 1);
    keep_result(p);
    *block = p;
    return true;
}

/* As front_bin_push, below the bin's limit. live: the program frees p now, and the guard is told. */
hot_inline bool route_put(struct route_heap *r, void *p, struct front_bin **bin, bool live)
{
    if (unlikely(any_bit((uintptr_t)p, &r->outside)))
        return false;
    size_t distance = r->bin[(uintptr_t)p >> SLAB_SHIFT];
    void **top = route_bin(r, distance)->top;
    forget_value(distance);
    if (unlikely(top >= route_bin(r, distance)->limit) || unlikely(*top == p)) {
        forget_value(distance);
        *bin = route_bin(r, distance);
        return false;
    }
    if (live)
        guard_free(p, "free");
    top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* a handler must not find a slot below top that holds nothing yet */
    forget_value(distance);
    store_relaxed(&route_bin(r, distance)->top, top + 1);
    return true;
}

hot_inline bool route_push(struct route_heap *r, void *p, struct front_bin **bin, bool *taken)
{
    *taken = route_put(r, p, bin, true);
    return true;
}

hot_inline bool route_return(struct route_heap *r, void *p, struct front_bin **bin)
{
    return route_put(r, p, bin, false);
}

void route_new(struct heap *h);
void route_miss(struct heap *h, uint32_t count);
bool route_cover(struct heap *h, unsigned bits); /* a table for addresses of so many bits. Inside heap_enter */
void route_open(struct heap *h);
bool route_counts(void);
void route_start(void);
void route_own(struct heap *h, const struct slab *s);
void route_disown(struct heap *h, const struct slab *s);
void route_valid(struct heap *h, const struct slab *s);

#endif
