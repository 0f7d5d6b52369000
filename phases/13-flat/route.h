/* route.h - phase 13: one flat table for each heap leads from the address of a block straight to the bin that takes it, and a
 * table of sizes to the bin that gives one.
 *
 *   a heap's mapping:  | struct heap: closed ... front.bin[] ... | map.bin[0] ... map.bin[ROUTE_ENTRIES - 1]
 *                                                                one for each 64 KiB of the window (place.h)
 *
 * An entry is a bin's distance from `closed`, in ROUTE_UNIT bytes, or 0. What is not a slab of this heap therefore leads to the
 * bin `closed`, which has no room: foreign pointers, other heaps' blocks and full bins leave the fast path by the same branch.
 * Of the table only the pages that hold entries of this heap's slabs are ever written. Only the thread that has the heap reads
 * or writes it, so it needs no atomics and shares no cache line.
 *
 * Must hold, whenever the owner is not inside a slow path (route_valid):
 *   map.bin[i] = distance of front.bin[c]  <=>  slot i of the window belongs to a slab of class c of this heap
 *   outside = ~0, or  p & outside = 0  <=>  p is 16-byte aligned and inside the window
 * A slab that lies beyond the window, and every slab of a heap without a table (outside = ~0), costs time only: the long way
 * finds everything.
 */
#ifndef HAK_FLAT_ROUTE_H
#define HAK_FLAT_ROUTE_H

#define ROUTE_MAPS true
#define ROUTE_ENTRIES ((uintptr_t)1 << (HAK_WINDOW_BITS - SLAB_SHIFT))
enum { ROUTE_UNIT = 8 };

struct route_heap {
    struct front_bin closed;           /* holds nothing, takes nothing */
    uintptr_t outside;                 /* bits that no block's address has; ~0: this heap has no table */
    uint16_t size_bin[TINY_MAX + 1];   /* size -> distance of its class's bin; all 0: malloc takes the long way */
    uint64_t entered, refused;         /* slots that came into the table, and that lie beyond it. Owner writes */
};

/* Blocks are never below 2 MiB, so the first 32 entries are always 0, and are part of a heap without a table, too: free(NULL)
 * reads one. */
struct route_map {
    union {
        uint16_t first[32];
        uint16_t bin[0];
    };
};

#define ROUTE_INIT {.closed = FRONT_BIN_INIT, .outside = ~(uintptr_t)0}

hot_inline struct front_bin *route_bin(struct route_heap *r, size_t distance)
{
    return (struct front_bin *)((char *)&r->closed + distance * ROUTE_UNIT);
}

/* As front_pop, but a hit is not counted. */
hot_inline void *route_pop(struct route_heap *r, size_t size)
{
    size_t distance = r->size_bin[size];
    void **top = route_bin(r, distance)->top, *p = *top;
    if (unlikely(!p))
        return NULL;
    forget_value(distance);
    store_relaxed(&route_bin(r, distance)->top, top - 1);
    keep_result(p);
    return p;
}

/* As front_push, below the bin's limit. */
hot_inline bool route_push(struct route_heap *r, const struct route_map *m, void *p, struct front_bin **bin)
{
    if (unlikely(any_bit((uintptr_t)p, &r->outside)))
        return false;
    size_t distance = m->bin[(uintptr_t)p >> SLAB_SHIFT];
    void **top = route_bin(r, distance)->top;
    forget_value(distance);
    if (unlikely(top >= route_bin(r, distance)->limit) || unlikely(*top == p)) {
        forget_value(distance);
        *bin = route_bin(r, distance);
        return false;
    }
    guard_free(p, "free");
    top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* a handler must not find a slot below top that holds nothing yet */
    forget_value(distance);
    store_relaxed(&route_bin(r, distance)->top, top + 1);
    return true;
}

struct heap *route_new(size_t bytes);
void route_open(struct heap *h);
bool route_counts(void);
void route_start(void);
void route_own(struct heap *h, const struct slab *s);
void route_disown(struct heap *h, const struct slab *s);
void route_valid(struct heap *h, const struct slab *s);
void route_stats(stats_each *each, void *context);

#endif
