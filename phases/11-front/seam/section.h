/* SPDX-License-Identifier: MIT */
/* seam/section.h - a question of the front's: how does a block enter or leave a bin, and may another thread empty the bins?
 *
 * Asked by malloc and free on their fast paths, and by the front outside of heap_enter; inside, the front changes its bins
 * itself. An answer defines struct section_heap (its state in a front), SECTION_INIT (its initializer for a heap that no thread
 * has) and SECTION_SLOTS, how many NULLs the front lays out below the base of each bin.
 *
 * The first three are called on the thread that has the heap. `from` and `distance` name a bin as the route seam does: it lies
 * distance * SECTION_UNIT bytes behind from.
 *
 * Must hold: a pop that returns a block, and a push that returns true, change `top` once, by their last store; else they change
 * nothing that anybody reads. A signal handler may free at any instruction: no block comes into two hands.
 */
#ifndef HAK_SEAM_SECTION_H
#define HAK_SEAM_SECTION_H

#include "core/low/compiler.h"
#include "core/seam/guard.h"

enum { SECTION_UNIT = 8 };

hot_inline struct front_bin *section_bin(void *from, size_t distance)
{
    return (struct front_bin *)((char *)from + distance * SECTION_UNIT);
}

#include HAK_SEAM_section

/* The newest block of the bin, or NULL. */
SEAM(section_pop, void *, (const struct section_heap *s, struct front_bin *bin));
SEAM(section_pop_at, void *, (const struct section_heap *s, void *from, size_t distance));
/* p onto the slots that end at *top, unless *top has come to *limit. */
SEAM(section_push, bool, (const struct section_heap *s, void ***top, void **const *limit, void *p));
/* The same below the bin's limit, and unless p is its newest block. live: the program frees p, and the guard is told. The
 * distance stays what it is; it is a pointer so that forget_value can be said of it. */
SEAM(section_push_at, bool, (const struct section_heap *s, void *from, size_t *distance, void *p, bool live));
/* The same of a bin of a mid class, below its room. False: there is none. */
SEAM(section_push_room, bool, (const struct section_heap *s, void *from, size_t *distance, void *p));
SEAM(section_open, void, (struct section_heap *s)); /* a thread gets the heap */
/* The front is about to fill the bin: may a handler push meanwhile? The answer shuts the bin, or does nothing; section_is_shut
 * tells whether it, or section_take, has shut it: then the front sets its limits again. Both inside the lock of the heap. */
SEAM(section_shut, void, (struct front_bin *bin));
SEAM(section_is_shut, bool, (const struct front_bin *bin));
/* Inside the lock of h, by a thread that does not have h, while h's thread may be running: the bins are emptied into the slabs
 * as far as nobody waits for h. Returns blocks of other heaps that lay there, linked through their first words. */
SEAM(section_take, void *, (struct heap *h));
SEAM(section_takes, bool, (void)); /* can fronts be taken in this process? Any thread, inside no heap but its own */

#endif
