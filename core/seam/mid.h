/* seam/mid.h - the mid seam: a block of TINY_MAX < size <= MID_MAX.
 *
 * Asked by malloc's slow path, on the thread that owns the heap. An answer includes compiler.h and sizeclass.h and defines
 * MID_CLASSES, the number of classes above the tiny ones that heaps serve from slabs (0 to CLASS_ALL - CLASS_TINY).
 *
 * Must hold: what mid_alloc returns is either a mapped block (mapped.h) or a block of a slab of class < HEAP_CLASSES, so that
 * free needs no answer of its own. A block of n bytes is aligned to the largest power of two that divides n, up to a page.
 */
#ifndef HAK_SEAM_MID_H
#define HAK_SEAM_MID_H

#include "core/low/compiler.h"
#include "core/heap/sizeclass.h"

struct heap;

#include HAK_SEAM_mid

enum { HEAP_CLASSES = CLASS_TINY + MID_CLASSES };

/* *zero: in, whether it matters to the caller; out, whether the block is known to be zero. NULL: no memory. */
void *mid_alloc(struct heap *h, size_t size, bool *zero);

#endif
