/* SPDX-License-Identifier: MIT */
/* seam/width.h - a question of the front's: how many blocks of one class may a thread's front hold?
 *
 * What the grow seam starts from; asked by whoever wants to know which blocks pass through a front, too. An answer defines
 * WIDTH_MAX, the size of the largest blocks that a front takes.
 *
 * Must hold: width_blocks(class) > 0 <=> class_size(class) <= WIDTH_MAX; all classes together are about 1 MiB at most, and
 * bounded (grow_bounds, seam/grow.h), since a thread that does nothing more keeps what its front holds.
 */
#ifndef HAK_SEAM_WIDTH_H
#define HAK_SEAM_WIDTH_H

#include "core/low/compiler.h"
#include "core/heap/sizeclass.h"

#include HAK_SEAM_width

SEAM(width_blocks, size_t, (unsigned class)); /* 0: none. The same at every call */

#endif
