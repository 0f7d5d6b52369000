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
 * Only the thread that has the heap reads or writes the table, so it needs no atomics and shares no cache line. But where the
 * lead seam says so, others take entries out that nobody reads then, and tables stay mapped.
 *
 * A heap gets its table once ROUTE_MISSES of its blocks have been freed the long way: a thread that does little has none. The
 * table covers the lowest 16 GiB, where SuperSlabs are asked for first (place.h), takes 2 bytes for each 64 KiB of that,
 * and gives way to one twice as large when the heap claims a slab beyond it, up to the whole window. Only those of its pages
 * are touched that hold entries.
 *
 * Must hold, whenever the owner is not inside a slow path (route_valid):
 *   bin[i] = distance of front.bin[c], or of what waits beside it  <=>  slot i belongs to a slab of class c of this heap
 *   bin[i] = distance of lead[k]  =>  slot i is a slab of another heap, that of lead k (the lead seam; plain: never)
 *   outside = ~0, or  p & outside = 0  <=>  p is 16-byte aligned and the table covers it
 * A slab beyond the window, and every slab of a heap without a table (outside = ~0), costs time only: the long way finds
 * everything.
 */
#ifndef HAK_FLAT_ROUTE_H
#define HAK_FLAT_ROUTE_H

enum { ROUTE_UNIT = SECTION_UNIT, ROUTE_MISSES = 256 };
/* A table covers addresses of at least so many bits: all of the window, where that is the whole address space (MODE=asan). */
enum { ROUTE_BITS_LEAST = HAK_WINDOW_BITS == HAK_ADDRESS_BITS ? HAK_WINDOW_BITS : 34 };

struct route_heap {
    struct front_bin closed;           /* holds nothing, takes nothing */
    uintptr_t outside;                 /* bits that no address has that the table covers; ~0: this heap has no table */
    uint16_t *bin;                     /* the table, or one entry of 0 */
    uint32_t misses;                   /* without a table: blocks of this heap that were freed the long way since the last try
                                        * to have one; with one: slabs to claim before the next try to have a larger one */
    uint16_t size_bin[TINY_MAX + 1];   /* size -> distance of its class's bin; all 0: malloc takes the long way */
    size_t wide;                       /* ROUTE_WIDE_MAX; 0: malloc takes the long way to blocks of mid classes, too */
    uint16_t young;                    /* misses until all classes are used; 0: they are */
    uint64_t entered, refused;         /* slots that came into the table, and that lie beyond it. Owner writes */
    struct lead lead[LEADS];           /* the last: no entry names what lies between `closed` and these */
};

/* Distance of the first bin of a mid class. */
enum { ROUTE_BINS = sizeof(struct route_heap) + sizeof(struct section_heap) };
enum { ROUTE_WIDE = (ROUTE_BINS + CLASS_TINY * sizeof(struct front_bin)) / ROUTE_UNIT };

/* Sizes of mid classes that have a bin -> distance of the bin. */
enum { ROUTE_WIDE_STEP = 128, ROUTE_WIDE_MAX = 64 * 1024 };
HAK_EXTERN const uint16_t route_wide_bin[ROUTE_WIDE_MAX / ROUTE_WIDE_STEP + 1]; /* [size / step, rounded up] */

extern uint16_t route_nothing[1]; /* 0: free(NULL) reads the first entry, also where there is no table */
#define ROUTE_INIT {.closed = {.top = front_nothing}, .outside = ~(uintptr_t)0, .bin = route_nothing}
#define ROUTE_BINS {} /* no size leads to one */

/* As front_bin_pop, but a hit is not counted. */
hot_inline bool route_pop(struct route_heap *r, const struct section_heap *s, size_t size, void **block)
{
    *block = section_pop_at(s, &r->closed, r->size_bin[size]);
    return true;
}

hot_inline bool route_pop_wide(struct route_heap *r, const struct section_heap *s, size_t size, void **block)
{
    if (unlikely(size > r->wide))
        return false;
    *block = section_pop_at(s, &r->closed, route_wide_bin[(size + ROUTE_WIDE_STEP - 1) / ROUTE_WIDE_STEP]);
    return true;
}

/* As front_bin_push, below the bin's limit; *distance is the bin's. live: the program frees p now, and the guard is told. */
hot_inline bool route_put(struct route_heap *r, const struct section_heap *s, void *p, size_t *distance, bool live)
{
    *distance = 0;
    if (unlikely(any_bit((uintptr_t)p, &r->outside))) {
        forget_value(*distance);
        return false;
    }
    *distance = r->bin[(uintptr_t)p >> SLAB_SHIFT];
    return section_push_at(s, &r->closed, distance, p, live);
}

/* Bins of mid classes lie behind the others. */
hot_inline enum route_way route_push(struct route_heap *r, const struct section_heap *s, void *p, size_t *distance)
{
    if (likely(route_put(r, s, p, distance, true)))
        return ROUTE_TAKEN;
    return likely(*distance >= ROUTE_WIDE) ? ROUTE_WIDE_BIN : ROUTE_REFUSED;
}

hot_inline bool route_push_wide(struct route_heap *r, const struct section_heap *s, void *p, size_t *distance)
{
    return section_push_room(s, &r->closed, distance, p);
}

ANSWER(struct front_bin *, route_bin, (struct route_heap *r, size_t distance), section_bin(&r->closed, distance))

ANSWER(struct front_bin *, route_nowhere, (struct route_heap *r), &r->closed)

hot_inline bool route_return(struct route_heap *r, const struct section_heap *s, void *p, struct front_bin **bin)
{
    size_t distance;
    if (likely(route_put(r, s, p, &distance, false)))
        return true;
    *bin = section_bin(&r->closed, distance);
    return false;
}

/* Size of the blocks that serve size, 1 to TINY_MAX, in a young heap: multiples of 32 up to 128, two to a doubling above. */
static inline size_t route_coarse(size_t size)
{
    size_t below = size > 128 ? (size_t)1 << (63 ^ __builtin_clzl(size - 1)) : 0; /* the largest power of two below size */
    return below == 0 ? (size + 31) & ~(size_t)31 : size <= below + below / 2 ? below + below / 2 : 2 * below;
}

static inline unsigned route_class(const struct route_heap *r, size_t size)
{
    return unlikely(r->young > 0) && size - 1 < TINY_MAX ? class_of_tiny(route_coarse(size)) : class_of(size);
}

void route_grow_up(struct route_heap *r);

static inline void route_refilled(struct route_heap *r)
{
    if (unlikely(r->young > 0) && --r->young == 0)
        route_grow_up(r);
}

ANSWER(struct lead *, route_lead, (struct route_heap *r, unsigned i), ~load_relaxed(&r->outside) ? &r->lead[i] : NULL)

static inline bool route_lead_to(struct route_heap *r, const void *slot, unsigned i)
{
    if (any_bit((uintptr_t)slot, &r->outside))
        return false;
    store_relaxed(&r->bin[(uintptr_t)slot >> SLAB_SHIFT],
                  (uint16_t)(((char *)&r->lead[i] - (char *)&r->closed) / ROUTE_UNIT));
    return true;
}

/* A table whose limit is read before it is the table of that limit, or a larger one. */
static inline bool route_lead_out(struct route_heap *r, const void *slot)
{
    if ((uintptr_t)slot & __atomic_load_n(&r->outside, __ATOMIC_ACQUIRE))
        return false;
    uint16_t *entry = load_relaxed(&r->bin) + ((uintptr_t)slot >> SLAB_SHIFT);
    size_t at = (size_t)load_relaxed(entry) * ROUTE_UNIT, first = offsetof(struct route_heap, lead);
    if (at < first || at >= first + sizeof r->lead)
        return false;
    store_relaxed(entry, 0);
    return true;
}

static inline void route_turn(struct route_heap *r, const void *p, const struct front_bin *bin)
{
    if (!any_bit((uintptr_t)p, &r->outside))
        r->bin[(uintptr_t)p >> SLAB_SHIFT] = (uint16_t)(((const char *)bin - (const char *)&r->closed) / ROUTE_UNIT);
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
