/* SPDX-License-Identifier: MIT */
/* seam/pool.h - the pool seam: a slab for this class is wanted, a slab has become empty.
 *
 * Asked by a heap's slow paths, on the thread that owns the heap, with no lock held. An answer defines
 * struct pool_heap (its state in a heap, zero at first), struct pool_superslab (its state in a SuperSlab, zero when acquired),
 * HEAP_CLASSES (classes below it come from slabs, CLASS_TINY at least) and SLAB_MAX (the size of the largest one's blocks).
 *
 * Must hold: pool_claim formats a slab that nobody else can reach until pool_release; pool_release gets only slabs with
 * used = 0 that are in no list of the heap; a SuperSlab goes back (superslab_release) only when none of its slabs is claimed.
 */
#ifndef HAK_SEAM_POOL_H
#define HAK_SEAM_POOL_H

#include "core/low/compiler.h"
#include "core/heap/slab.h"

struct heap;
struct superslab;

#include HAK_SEAM_pool

/* A slab, formatted for class and owned by h; NULL with errno = ENOMEM. */
SEAM(pool_claim, struct slab *, (struct heap *h, unsigned class));
SEAM(pool_release, void, (struct heap *h, struct slab *s));
SEAM(pool_park, void, (struct heap *h)); /* the thread ends: what is kept for this heap alone goes back */
SEAM(pool_shed, size_t, (uint64_t bytes)); /* memory of slots that nobody has, up to so much, at once; bytes */
SEAM(pool_age, size_t, (void));            /* of slots that nobody had at the last call either; bytes. One thread at a time */
SEAM(pool_valid, void, (struct heap *h));
SEAM(pool_start, void, (void)); /* once, when the environment has been read */
SEAM(pool_stop, void, (void));  /* once, at exit: last words */
/* An empty run of several slots may be kept for its heap: as the current slab of its class, or as one block at hand. */
SEAM(pool_keep, bool, (struct heap *h, struct slab *s)); /* the current slab is empty. True: it stays; false: release it */
/* A block of that class, which no front serves, that lies in what is kept, or NULL. Outside of heap_enter. */
SEAM(pool_pop, void *, (struct heap *h, unsigned class));
/* A front has no room for p, a block of h's slab s. NULL: it is kept; else the block that goes to its slab, p or another.
 * Outside of heap_enter. */
SEAM(pool_push, void *, (struct heap *h, struct slab *s, void *p));
/* The same for the block at hand alone, as free asks it first: true: p, a block of s, is at hand now. */
SEAM(pool_puts, bool, (struct pool_heap *pool, const struct slab *s, void *p));
SEAM(pool_flush, void, (struct heap *h)); /* blocks at hand go back to their slabs. Inside heap_enter */
SEAM(pool_settled, void, (struct heap *h)); /* no class has a current slab: no run is kept */
SEAM(pool_cached, uint64_t, (const struct heap *h, const struct slab *s)); /* blocks at hand, of s (NULL: any). Any thread */
SEAM(pool_cached_bytes, uint64_t, (const struct heap *h));

/* A class of blocks above TINY_MAX that come from slabs? */
hot_inline bool class_mid(unsigned class)
{
    return class >= CLASS_TINY && class < HEAP_CLASSES;
}

#endif
