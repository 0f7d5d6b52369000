/* seam/width.h - the width seam: how many blocks of one class may a thread's front hold?
 *
 * What the grow seam starts from; asked by whoever wants to know which blocks pass through a front, too. An answer includes
 * compiler.h and sizeclass.h and defines WIDTH_MAX, the size of the largest blocks that a front takes, WIDTH_ALIGN, the largest
 * alignment that is asked of slabs, and
 *
 *   static inline size_t width_blocks(unsigned class)     0: none. The same at every call
 *
 * Must hold: width_blocks(class) > 0 <=> class_size(class) <= WIDTH_MAX; all classes together are a few hundred KiB as a rule,
 * and bounded (grow_most), since a thread that does nothing more keeps what its front holds.
 */
#ifndef HAK_SEAM_WIDTH_H
#define HAK_SEAM_WIDTH_H

#include "core/low/compiler.h"
#include "core/heap/sizeclass.h"

#include HAK_SEAM_width

#endif
