/* SPDX-License-Identifier: MIT */
/* seam/sample.h - the sample seam: who allocates what? Asked on slow paths only. An answer that must see every call says so by
 * sample_all; the front then caches nothing, so that every call takes a slow path. Fast paths ask nothing.
 *
 * sample_enter and sample_leave bracket what a function of the interface does when its fast path has failed. sample_enter is
 * inlined into that function, so that it can find the program's stack from the function's own frame. Brackets may nest; the
 * outermost one counts, and sample_leave gets what sample_enter returned.
 *
 * Must hold: sample_gave(p) comes before the block p can be handed out again, and after the sample_took(p) of the same block.
 * All may be called in signal handlers and by any thread. errno stays.
 */
#ifndef HAK_SEAM_SAMPLE_H
#define HAK_SEAM_SAMPLE_H

#include "core/low/compiler.h"

#include HAK_SEAM_sample

SEAM(sample_start, void, (void)); /* once, when the environment has been read, before front_start */
SEAM(sample_stop, void, (void));  /* once, at exit: last words */
SEAM(sample_all, bool, (void));   /* must every call be seen? */
SEAM(sample_enter, bool, (void));
SEAM(sample_leave, void, (bool outer));
SEAM(sample_took, void, (void *p, size_t size)); /* p, or NULL, goes to the program, which has asked for size bytes */
SEAM(sample_gave, void, (void *p));              /* p comes back; it may be NULL, or nobody's */

#endif
