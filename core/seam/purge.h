/* seam/purge.h - the purge seam: what is kept goes by age, but the program may never call again. Who watches the clock then?
 *
 * An answer includes compiler.h and defines PURGE_WATCHES (is there anybody?), PURGE_ENV and the functions below. It may have a
 * thread; so those above purge_pressure may be called anywhere, with locks held and in signal handlers, and start none;
 * purge_tick is called where one can be started: at the end of the slow paths of malloc and free, with no lock held,
 * outside of heap_enter.
 *
 * What there is to do when nobody calls stands in one place, the answer's. Whoever keeps something else that goes by age adds
 * a line there, and rings; or hands in a sweep.
 */
#ifndef HAK_SEAM_PURGE_H
#define HAK_SEAM_PURGE_H

#include "core/compiler.h"
#include "core/stats.h"

/* Gives back the memory of slots that nobody has, and had at the last call either: of `most` slots at most, of which the count
 * by purge_slots_come and purge_slots_go speaks. How many bytes. With no lock held. */
typedef uint64_t purge_sweep(uint64_t most);

#include HAK_SEAM_purge

/* void purge_acquired(void)                  a SuperSlab is in use
 * void purge_released(void)                  a SuperSlab is empty, and kept or not
 * void purge_ring(void)                      something is kept that large_age, or another, will want to give back
 * void purge_slots_come(uint32_t slots)      so many slots with memory in them, slots 0 not counted, are kept for nobody
 * void purge_slots_go(uint32_t slots)        so many are not any more
 * void purge_sweeps(purge_sweep *sweep)      this is how those are given back
 * bool purge_pressure(void)                  no slot is left, and a SuperSlab will be mapped. True: there may be one now.
 *                                            Inside heap_enter, no lock held
 * void purge_tick(bool freeing)              freeing: in free, where only a process without threads may start one: libc frees
 *                                            the memory of threads with a lock held that starting one takes
 * void purge_start(void)                     once, when the environment has been read
 * void purge_fork_child(void)                in the child: no thread but the caller is left
 * void purge_stats(stats_each *each, void *context) */

#endif
