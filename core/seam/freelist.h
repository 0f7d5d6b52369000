/* seam/freelist.h - the freelist seam: which carved blocks of a slab are free?
 *
 * Asked by slab.h, which includes this once struct slab is known, and by nobody else but where said. An answer includes
 * compiler.h and sizeclass.h, defines struct freelist_superslab (its state in a SuperSlab's header, right behind the slabs; any
 * contents when acquired), FREELIST_OUTSIDE (true: no free block's memory is touched), and defines or declares the functions
 * below. slab->free is the answer's: NULL <=> no carved block is free.
 *
 *   void freelist_format(struct slab *s)                       nothing is carved; slab->free is NULL already
 *   void *freelist_pop(struct slab *s, void *first)            a free block; first = slab->free, not NULL
 *   size_t freelist_take(struct slab *s, void **to, size_t n)  up to n free blocks, counted as used: how many
 *   void freelist_push(struct slab *s, void *p)                p is free
 *   size_t freelist_give(struct slab *s, void **slot, size_t n)  the blocks in slot[0] and behind it are free and the slots
 *                                                              NULL, up to the first that is not near slot[0], a block of
 *                                                              s: how many. What is no used block of s, as far as the
 *                                                              answer knows: slab_refuse. The caller counts them
 *   bool freelist_has(const struct slab *s, const void *p)      p, the start of a block, is free. False where that takes
 *                                                              long to say. Any thread that may have p
 *   void freelist_undo(struct slab *s, void *p)                it is not: freelist_push(s, p) was the last call
 *   void freelist_add(struct slab *s, char *p, uint32_t n)     n > 0 neighbours from p on, to be popped lowest first, are free
 *   void *freelist_next(const struct slab *s, const void *p)   the free block that comes after p (NULL: the first), or NULL.
 *                                                              For walks, without a change in between
 *   size_t freelist_purge(struct slab *s)                      slab_purge
 *
 * Owner only, and inside heap_enter wherever the owner uses a front.
 */
#ifndef HAK_SEAM_FREELIST_H
#define HAK_SEAM_FREELIST_H

#include "core/low/compiler.h"
#include "core/heap/sizeclass.h"

#include HAK_SEAM_freelist

#endif
