/* seam/purge.h - the purge seam: memory is held that nobody needs, in the hands of heaps: queued, kept for their threads
 * alone, or in pages of partly used slabs. Who gives it back, and when?
 *
 * An answer includes compiler.h and background.h and defines struct purge_heap (its state in a heap,
 * zero at first), and the functions below. purge_tick is called where the thread of background.h can be started: at the
 * end of the slow paths of malloc and free, with no lock held, outside of heap_enter. The rest may be called anywhere.
 */
#ifndef HAK_SEAM_PURGE_H
#define HAK_SEAM_PURGE_H

#include "core/heap/background.h"
#include "core/low/compiler.h"

struct heap;

#include HAK_SEAM_purge

/* void purge_acquired(void)                  a SuperSlab is in use
 * void purge_released(void)                  a SuperSlab is empty, and kept or not
 * void purge_freed(struct purge_heap *p, uint64_t bytes)  so much went from a front to its heap's slabs. Inside heap_enter
 * void purge_note(struct heap *h)            something was queued at h, or it has taken a slab, before this call. Any thread
 * bool purge_pressure(void)                  no slot is left, and a SuperSlab will be mapped. True: there may be one now.
 *                                            Inside heap_enter, no lock held
 * uint64_t purge_age(uint64_t now_ms)        one look of the thread's at what has not been used; when to look again (ms),
 *                                            UINT64_MAX: not before something changes
 * void purge_tick(bool freeing)              freeing: in free, see background_tick
 * void purge_forget(struct heap *h)         h has given all back that it can: nothing of it counts as spare. Inside heap_enter
 * void purge_fork_child(void)                in the child: no thread but the caller is left */

#endif
