/* SPDX-License-Identifier: MIT */
/* seam/large.h - the large seam: a mapping for a large block (size > MID_MAX, or one that grows) is wanted, is given up. From
 * where, to where?
 *
 * Asked by mapped.c, thread-safe, with no lock held, on every thread and in signal handlers.
 *
 * Must hold: large_take returns page-aligned memory that is mapped for OS_LARGE, is in nobody's hands and came by large_give;
 * its contents are anything. What is kept is known to no owner seam: a pointer into it is foreign. It counts as held from the
 * system (os_bytes), and as live for nobody.
 */
#ifndef HAK_SEAM_LARGE_H
#define HAK_SEAM_LARGE_H

#include "core/low/compiler.h"

#include HAK_SEAM_large

SEAM(large_round, size_t, (size_t bytes)); /* bytes of the mapping for a block that needs so many, a page or more */
/* Kept memory of that length, its block (owner_header) at a multiple of align (0: a page); NULL: none fits. grows: the block
 * will grow again, if it can where kept memory follows. */
SEAM(large_take, char *, (size_t bytes, size_t align, bool grows));
/* realloc moves a block of size <= MID_MAX because it has become too small: shall it have a mapping, which grows by moving
 * pages? */
SEAM(large_grows, bool, (size_t size));
SEAM(large_give, bool, (void *start, size_t bytes));   /* true: it is kept; false: unmap it */
SEAM(large_extend, bool, (void *start, size_t bytes)); /* true: [start, start + bytes) was kept, and is the caller's now */
/* realloc has made a block so long; maybe without large_take: more is live. */
SEAM(large_grown, void, (size_t bytes));
/* mapped_alloc(size, 0) for any size. *zero: in, whether it matters; out, whether the block is known to be zero. */
SEAM(large_alloc, void *, (size_t size, bool *zero));
/* Unmaps some of what nobody has needed for long; when to ask again (ms), UINT64_MAX: not before something is kept. */
SEAM(large_age, uint64_t, (uint64_t now_ms));
SEAM(large_tick, void, (void)); /* called now and then from the allocation slow path: large_age when it is time */
/* So many bytes of untouched memory are about to be used for a slab: as much of what is kept may go instead. */
SEAM(large_yield, void, (size_t bytes));
SEAM(large_shed, size_t, (uint64_t bytes)); /* unmaps so much of what is kept, as far as it goes and at once; bytes */
SEAM(large_trim, size_t, (void));           /* unmaps all that is kept; bytes */
SEAM(large_held, uint64_t, (void));         /* bytes that are kept */

#endif
