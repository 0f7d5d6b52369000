/* seam/large.h - the large seam: a mapping for a large block (size > MID_MAX) is wanted / is given up. From where, to where?
 *
 * Asked by mapped.c, thread-safe, with no lock held, on every thread and in signal handlers. An answer includes compiler.h,
 * and defines or declares the functions below.
 *
 * Must hold: large_take returns page-aligned memory that is mapped for OS_LARGE, is in nobody's hands and came by large_give;
 * its contents are anything. What is kept is known to no owner seam: a pointer into it is foreign. It counts as held from the
 * system (os_bytes), and as live for nobody.
 */
#ifndef HAK_SEAM_LARGE_H
#define HAK_SEAM_LARGE_H

#include "core/low/compiler.h"

#include HAK_SEAM_large

/* size_t large_round(size_t bytes)
 *      bytes of the mapping for a large block that needs so many, a page or more: at least these
 * char *large_take(size_t bytes, size_t align)
 *      kept memory of that length, its block (owner_header) at a multiple of align (0: a page); NULL: none fits
 * bool large_give(void *start, size_t bytes)
 *      true: it is kept; false: unmap it
 * bool large_extend(void *start, size_t bytes)
 *      true: [start, start + bytes) was kept, and is the caller's now
 * void large_grown(void)
 *      a large block may have grown without large_take: more is live
 * void *large_alloc(size_t size, bool *zero)
 *      mapped_alloc(size, 0) for any size; *zero: in, whether it matters; out, whether the block is known to be zero
 * uint64_t large_age(uint64_t now_ms)
 *      unmaps some of what nobody has needed for long; when to ask again (ms), UINT64_MAX: not before something is kept
 * void large_tick(void)
 *      called now and then from the allocation slow path: large_age when it is time
 * void large_yield(size_t bytes)
 *      so many bytes of untouched memory are about to be used for a slab: as much of what is kept may go instead
 * size_t large_shed(uint64_t bytes)
 *      unmaps so much of what is kept, as far as it goes and at once; bytes
 * size_t large_trim(void)
 *      unmaps all that is kept; bytes
 * uint64_t large_held(void)
 *      bytes that are kept
 * void large_fork_lock(void), large_fork_unlock(bool child) */

#endif
