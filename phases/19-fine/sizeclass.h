/* SPDX-License-Identifier: MIT */
/* sizeclass.h - phase 19: eight sizes to a doubling, up to 8 KiB. Blocks above 256 bytes are an eighth larger than asked for at
 * worst, where four sizes make it a quarter; and half of the sizes are odd multiples of a cache line or two, so that the first
 * bytes of neighbours do not fall into the same few sets of a cache.
 */
#ifndef HAK_PHASE_SIZECLASS_H
#define HAK_PHASE_SIZECLASS_H

enum { CLASS_STEPS_LOG2 = 3 };

#endif
