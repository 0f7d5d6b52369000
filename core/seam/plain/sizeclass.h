/* SPDX-License-Identifier: MIT */
/* plain/sizeclass.h - the plain answer of the sizeclass seam: four sizes to a doubling. */
#ifndef HAK_PLAIN_SIZECLASS_H
#define HAK_PLAIN_SIZECLASS_H

enum { CLASS_STEPS_LOG2 = 2 };

#endif
