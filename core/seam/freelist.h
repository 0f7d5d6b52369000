/* SPDX-License-Identifier: MIT */
/* seam/freelist.h - the freelist seam: which carved blocks of a slab are free?
 *
 * Asked by slab.h, which includes this once struct slab is known, and by nobody else but where said. An answer defines
 * struct freelist_superslab (its state in a SuperSlab's header, right behind the slabs; any contents when acquired) and
 * struct freelist_more (the same, further behind: what only few slabs touch). slab->free is the answer's: NULL <=> no carved
 * block is free.
 *
 * Owner only, and inside heap_enter wherever the owner uses a front.
 */
#ifndef HAK_SEAM_FREELIST_H
#define HAK_SEAM_FREELIST_H

#include "core/low/compiler.h"
#include "core/heap/sizeclass.h"

#include HAK_SEAM_freelist

SEAM(freelist_format, void, (struct slab *s));            /* nothing is carved; slab->free is NULL already */
SEAM(freelist_pop, void *, (struct slab *s, void *first)); /* a free block; first = slab->free, not NULL */
SEAM(freelist_take, size_t, (struct slab *s, void **to, size_t n)); /* up to n free blocks, counted as used: how many */
SEAM(freelist_push, void, (struct slab *s, void *p));     /* p is free */
/* The blocks in slot[0] and behind it are free and the slots NULL, up to the first that is not near slot[0], a block of s: how
 * many. What is no used block of s, as far as the answer knows: slab_refuse. The caller counts them. */
SEAM(freelist_give, size_t, (struct slab *s, void **slot, size_t n));
/* p, the start of a block, is free. False where that takes long to say. Any thread that may have p. */
SEAM(freelist_has, bool, (const struct slab *s, const void *p));
/* It is not: of the calls of freelist_push, and of freelist_add for one block, the last that is not undone was about p. */
SEAM(freelist_undo, void, (struct slab *s, void *p));
SEAM(freelist_add, void, (struct slab *s, char *p, uint32_t n)); /* n > 0 neighbours from p on are; the lowest pops first */
/* The free block that comes after p (NULL: the first), or NULL. For walks, without a change in between. */
SEAM(freelist_next, void *, (const struct slab *s, const void *p));
/* Gives back the memory of all whole pages of s on which no block is used. Bytes that may have gone. On the thread that has the
 * heap, or holds its lock. freelist_spare: what that would give, as far as can be told without looking at each block. */
SEAM(freelist_purge, size_t, (struct slab *s));
SEAM(freelist_spare, size_t, (const struct slab *s));
/* A bit for each slot of a SuperSlab that slabs of blocks of that size should take last. The pool asks. */
SEAM(freelist_last, uint32_t, (size_t block_size));

#endif
