/* SPDX-License-Identifier: MIT */
/* thread.h - threads and their heaps: first use, the end of a thread, fork.
 *
 * Must hold: every heap is in the list of all heaps, and is OWNED by one thread, or PARKED and in the parked list, or briefly
 * BUSY and in the parked list, or LOST.
 */
#ifndef HAK_THREAD_H
#define HAK_THREAD_H

#include "core/heap/heap.h"

/* The calling thread's heap: heap_self, or a parked one adopted, or a new one. NULL, with errno as it was: no memory; a signal
 * handler that has interrupted this very call; a thread that has ended. */
struct heap *thread_heap(void);

/* Allocates from a heap that no thread has. For a thread that has no heap, or cannot enter its own now. NULL: no memory, the
 * size does not come from slabs, or the caller is a signal handler that interrupted a slow path. */
void *thread_lend(size_t size);

/* Creates the key whose destructor ends a thread's use of its heap, unless that has been done. */
void thread_start(void);

/* Gives back whatever nobody needs: the calling thread's front and empty slabs, those of parked heaps, what pool and lazy
 * keep, mappings that munmap refused. True when something went back. malloc_trim, and malloc before it says ENOMEM. */
bool thread_trim(void);

/* The same of one heap, if it is parked. False: it is not, or somebody uses it. Also from inside a heap. */
bool thread_trim_parked(struct heap *h);

/* Calls visit for every heap there is, of whatever state. */
void thread_each_heap(void (*visit)(void *context, struct heap *h), void *context);

/* The handlers of fork: every lock of the library, and of every heap, in the order of lock.h; in the child the heaps of threads
 * that do not exist there are parked, but for those whose lock could not be had: these are LOST. */
void thread_fork_prepare(void);
void thread_fork_parent(void);
void thread_fork_child(void);

#endif
