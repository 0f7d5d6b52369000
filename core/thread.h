/* thread.h - threads and their heaps: first use, the end of a thread, fork.
 *
 * May include heap.h. Must hold: every heap is in the list of all heaps, and is OWNED by one thread, or PARKED and in the
 * parked list, or briefly BUSY and in the parked list, or LOST.
 */
#ifndef HAK_THREAD_H
#define HAK_THREAD_H

#include "heap.h"

/* The calling thread's heap: heap_self, or a parked one adopted, or a new one. NULL with errno = ENOMEM, or in a signal
 * handler that has interrupted this very call, where LOCK_SHARES. */
struct heap *thread_heap(void);

/* Creates the key whose destructor ends a thread's use of its heap. Once, by start_once. */
void thread_start(void);

/* Gives back whatever nobody needs: the calling thread's front and empty slabs, those of parked heaps, what pool and lazy
 * keep, mappings that munmap refused. True when something went back. malloc_trim, and malloc before it says ENOMEM. */
bool thread_trim(void);

/* Calls visit for every heap there is, of whatever state. */
void thread_each_heap(void (*visit)(void *context, struct heap *h), void *context);

/* The handlers of fork: every lock of the library in one order; in the child all heaps but the caller's own and the parked
 * ones are LOST. */
void thread_fork_prepare(void);
void thread_fork_parent(void);
void thread_fork_child(void);

#endif
