/* seam/run.h - the run seam: a heap's current slab of a class has become empty, and it is a run of several slots. Claiming and
 * freeing one costs hundreds of instructions: may it stay, for the next malloc of that class?
 *
 * Asked by a heap's slow paths, inside heap_enter, on the thread that has the heap. An answer includes compiler.h and defines
 * struct run_heap (its state in a heap, zero at first) and RUN_POP_MIN (it has nothing of up to so many bytes), and
 * defines or declares:
 *
 *   void run_drain(struct heap *h, struct slab *s, void *p)   p, a block of h's slab s, did not fit into the front: to s, or
 *                                                   by front_drain. Outside of heap_enter: the short way of free
 *   bool run_keep(struct heap *h, struct slab *s)   true: s stays current; false: it goes to the pool
 *   void *run_take(struct heap *h, size_t size)     RUN_POP_MIN < size <= MID_MAX: a kept block, or NULL: go on as usual.
 *                                                   Outside of heap_enter: the short way of malloc
 *   bool run_holds(const struct run_heap *r, const void *p)  p is at hand for run_take: it has been freed
 *   void run_flush(struct heap *h)                  every block that is cached for run_take back to its slab
 *   uint64_t run_cached(const struct heap *h, const struct slab *s)     such blocks of s (NULL: any); any thread may ask
 *   uint64_t run_cached_bytes(const struct heap *h)  of all of them
 *   bool run_yield(struct heap *h)                  a SuperSlab would have to be mapped: true: something kept went to the pool
 *   void run_park(struct heap *h)                   the heap's current slabs have gone, and so has what was kept
 *
 * Must hold: s is only kept as the current slab of its class, so that heap_settle finds it.
 */
#ifndef HAK_SEAM_RUN_H
#define HAK_SEAM_RUN_H

#include "core/heap/sizeclass.h"
#include "core/heap/slab.h"

struct heap;

#include HAK_SEAM_run

#endif
