/* SPDX-License-Identifier: MIT */
/* sizeclass.h - phase 19: eight sizes to a doubling, up to 8 KiB. Blocks above 256 bytes are an eighth larger than asked for at
 * worst, where four sizes make it a quarter; and half of the sizes are odd multiples of a cache line or two, so that the first
 * bytes of neighbours do not fall into the same few sets of a cache.
 */
#ifndef HAK_PHASE_SIZECLASS_H
#define HAK_PHASE_SIZECLASS_H

enum { CLASS_STEPS_LOG2 = 3 };

#define SIZECLASS_TABLE {                                           \
    0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,            \
    15, 16, 16, 17, 17, 18, 18, 19, 19, 20, 20, 21, 21, 22, 22, 23, \
    23, 24, 24, 24, 24, 25, 25, 25, 25, 26, 26, 26, 26, 27, 27, 27, \
    27, 28, 28, 28, 28, 29, 29, 29, 29, 30, 30, 30, 30, 31, 31, 31, \
    31,                                                             \
}

#endif
