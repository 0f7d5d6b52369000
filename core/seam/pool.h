/* seam/pool.h - the pool seam: a slab for this class is wanted, a slab has become empty.
 *
 * Asked by a heap's slow paths, on the thread that owns the heap, with no lock held. An answer includes compiler.h,
 * sizeclass.h and slab.h and defines struct pool_heap (its state in a heap, zero at first) and struct pool_superslab (its
 * state in a SuperSlab, zero when acquired).
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

struct slab *pool_claim(struct heap *h, unsigned class); /* formatted for class, owned by h; NULL with errno = ENOMEM */
void pool_release(struct heap *h, struct slab *s);
void pool_park(struct heap *h); /* the thread ends: what is kept for this heap alone goes back */
size_t pool_trim(void);         /* gives back what is kept for nobody; how many slabs that were */
size_t pool_shed(uint64_t bytes); /* memory of slots that nobody has, up to so much, at once; bytes */
size_t pool_age(void);            /* of slots that nobody had at the last call either; bytes. One thread at a time */
void pool_valid(struct heap *h);
void pool_start(void); /* once, when the environment has been read */
void pool_stop(void);  /* once, at exit: last words */
void pool_fork_lock(void);
void pool_fork_unlock(bool child);

#endif
