/* SPDX-License-Identifier: MIT */
/* plain/sizeclass.h - the plain answer of the sizeclass seam: four sizes to a doubling. */
#ifndef HAK_PLAIN_SIZECLASS_H
#define HAK_PLAIN_SIZECLASS_H

enum { CLASS_STEPS_LOG2 = 2 };

#define SIZECLASS_TABLE {                                           \
    0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 9, 10, 10, 11,              \
    11, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, \
    15, 16, 16, 16, 16, 16, 16, 16, 16, 17, 17, 17, 17, 17, 17, 17, \
    17, 18, 18, 18, 18, 18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19, \
    19,                                                             \
}

#endif
