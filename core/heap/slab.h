/* SPDX-License-Identifier: MIT */
/* slab.h - a slab: a run of 64 KiB slots of one SuperSlab that serves blocks of one size class for one heap.
 *
 * There are no headers in blocks: a block's slab is found from its address.
 *
 * Words:  a block is carved when it has been handed out or linked at least once; free: on the slab's free list;
 *         used: carved and not free; live: held by the program; cached: held by a front; remote: on a heap's remote list.
 * Must hold, whenever the owner is not inside a function of this layer (slab_valid checks it):
 *   used   = full ? capacity - 1 + frees_to_event : frees_to_event
 *   carved = free + used,   carved <= capacity
 *   used   = live + cached + remote
 *   full   =>  free list empty and carved = capacity and frees_to_event = 1
 * A slab may leave its heap only when used = 0.
 */
#ifndef HAK_SLAB_H
#define HAK_SLAB_H

#include "core/low/compiler.h"
#include "core/heap/sizeclass.h"
#include "core/low/ssmap.h"

enum { SLAB_SHIFT = 16, SLABS_PER_SUPERSLAB = 32 };
#define SLAB_SIZE ((size_t)1 << SLAB_SHIFT)
#define SUPERSLAB_META ((uintptr_t)1 << (HAK_CHECK_LEVEL > 0 ? 16 : 15)) /* bytes of a SuperSlab's metadata; it is aligned so */

struct heap;

/* One cache line. All fields but heap are the owning heap's alone, unless a comment says otherwise. */
struct slab {
    void *free;              /* the freelist seam's; NULL: no carved block is free. No atomics: owner only */
    uint32_t frees_to_event; /* frees until the slow path must look: the slab becomes empty, or stops being full */
    uint32_t block_size;     /* bytes; written before a block is handed out, so any holder of a block may read it */
    struct heap *heap;       /* the owner; NULL: no block here is live. Relaxed atomic: any thread reads it in free */
    char *start;             /* the first block; readable like block_size */
    uint32_t capacity;       /* blocks that fit; readable like block_size */
    uint32_t carved;         /* blocks carved so far: start[carved * block_size] is the next */
    struct slab *next, *prev; /* in the heap's list of slabs with free blocks; or what the pool wants while unowned */
    uint8_t class;           /* size class; readable like block_size */
    uint8_t full;            /* no free block, nothing to carve, in no list */
    uint8_t listed;          /* in the heap's list of slabs with free blocks */
    uint8_t zero;            /* the memory that is not carved yet is known to be zero */
    uint8_t slots;           /* length of the run in slots, 0 while unowned */
    uint8_t back;            /* this slot belongs to the run whose first slab is this one - back */
    uint8_t freed;           /* set when a block comes back, for who calls freelist_purge, and clears it */
    uint8_t taken;           /* set when a block goes: freelist_purge must look at all pages again; the freelist seam's */
};
static_assert(sizeof(struct slab) == 64, "a slab's fields are one cache line: the free path touches no other");

/* Index of the block of s that p lies in; anything when p lies before the first. True: p is the start of it, whether or not
 * such a block has been handed out. */
hot_inline bool slab_block_index(const struct slab *s, const void *p, uint64_t *index)
{
    uint64_t inverse = class_inverse[s->class], rest;
    *index = multiply((uintptr_t)p - (uintptr_t)s->start, inverse, &rest);
    return rest < inverse;
}

/* p, which the program has freed, is no used block of s: a line and abort. */
_Noreturn void slab_refuse(const struct slab *s, const void *p);

#include "core/seam/freelist.h"

/* The metadata of the slot of ss that holds p. That of a SuperSlab opens with its slabs. */
hot_inline struct slab *slab_in(const struct superslab *ss, const void *p)
{
    return (struct slab *)ss + ((uintptr_t)p >> SLAB_SHIFT & (SLABS_PER_SUPERSLAB - 1));
}

/* The slab that holds p, also when p lies in a later slot of a run. p must be inside a SuperSlab. */
static inline struct slab *slab_of(const void *p)
{
    struct slab *s = slab_in(ssmap_find(p), p);
    return s - s->back;
}

hot_inline struct heap *slab_heap(const struct slab *s)
{
    return load_relaxed(&s->heap);
}

/* A free block, or NULL when the list is empty. Owner only. A signal handler that frees in between finds the block counted
 * as used on both sides of the list's change, here and in slab_push, so it never takes the slab for empty. */
hot_inline void *slab_pop(struct slab *s)
{
    void *p = s->free;
    if (unlikely(!p))
        return NULL;
    s->frees_to_event++;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return freelist_pop(s, p);
}

/* Takes a block back. Owner only. True: something happened that heap_slab_event must handle. */
hot_inline bool slab_push(struct slab *s, void *p)
{
    freelist_push(s, p);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return count_down(&s->frees_to_event) == 0;
}

static inline uint32_t slab_used(const struct slab *s)
{
    return load_relaxed(&s->full) ? load_relaxed(&s->capacity) - 1 + load_relaxed(&s->frees_to_event)
                                  : load_relaxed(&s->frees_to_event);
}

/* The same for other threads: what they read one by one need not belong together, yet is never above the capacity. */
static inline uint32_t slab_used_seen(const struct slab *s)
{
    uint32_t used = slab_used(s), capacity = load_relaxed(&s->capacity);
    return used < capacity ? used : capacity;
}

/* Makes slots [s, s + slots) a slab of that class for that heap, with nothing carved. zero: the memory is known to be zero. */
void slab_format(struct slab *s, struct heap *h, unsigned class, unsigned slots, bool zero);

/* Undoes it: the slots belong to nobody. */
void slab_unformat(struct slab *s);

/* Up to n never-used blocks, the lowest in to[got - 1]; how many. Owner only; the blocks count as used. slab_carve: the next
 * one, or NULL when all are carved. */
size_t slab_carve_many(struct slab *s, void **to, size_t n);
static inline void *slab_carve(struct slab *s)
{
    void *p;
    return slab_carve_many(s, &p, 1) ? p : NULL;
}

/* Carves about a page of blocks onto the free list. False when all are carved. Owner only. */
bool slab_extend(struct slab *s);

/* Is p the start of a block that has been handed out? s must have a heap. Any thread. */
static inline bool slab_has_block(const struct slab *s, const void *p)
{
    uint64_t index;
    return slab_block_index(s, p, &index) && index < load_relaxed(&s->carved);
}

/* Is p the start of a block that has been handed out? NULL, or what is wrong with it, for log_bad_pointer. Any thread. */
const char *slab_bad_block(const struct slab *s, const void *p);

/* Number of free blocks on the list, checked one by one against the equations above; aborts on a breach. */
void slab_valid(const struct slab *s);

#endif
