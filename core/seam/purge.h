/* SPDX-License-Identifier: MIT */
/* seam/purge.h - the purge seam: memory is held that nobody needs, in the hands of heaps: queued, kept for their threads
 * alone, or in pages of partly used slabs. Who gives it back, and when?
 *
 * An answer defines struct purge_heap (its state in a heap,
 * zero at first), and the functions below. purge_tick is called where the thread of background.h can be started: at the
 * end of the slow paths of malloc and free, with no lock held, outside of heap_enter. The rest may be called anywhere.
 */
#ifndef HAK_SEAM_PURGE_H
#define HAK_SEAM_PURGE_H

#include "core/heap/background.h"
#include "core/low/compiler.h"

struct heap;

#include HAK_SEAM_purge

SEAM(purge_acquired, void, (void)); /* a SuperSlab is in use */
SEAM(purge_released, void, (void)); /* a SuperSlab is empty, and kept or not */
SEAM(purge_freed, void, (struct purge_heap *p, uint64_t bytes)); /* so much went from a front to slabs. Inside heap_enter */
SEAM(purge_note, void, (struct heap *h)); /* something was queued at h, or it has taken a slab, before this. Any thread */
/* No slot is left, and a SuperSlab will be mapped. True: there may be a slot now. Inside heap_enter, no lock held. */
SEAM(purge_pressure, bool, (void));
/* One look of the thread's at what has not been used; when to look again (ms), UINT64_MAX: not before something changes. */
SEAM(purge_age, uint64_t, (uint64_t now_ms));
SEAM(purge_trim, void, (struct heap *h)); /* the program wants all spare memory: that of another thread's heap */
SEAM(purge_tick, void, (bool freeing)); /* freeing: in free, see background_tick */
SEAM(purge_forget, void, (struct heap *h)); /* h has given back all that it can: nothing of it is spare. Inside heap_enter */
SEAM(purge_fork_child, void, (void));       /* in the child: no thread but the caller is left */

#endif
