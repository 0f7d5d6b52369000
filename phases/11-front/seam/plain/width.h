/* SPDX-License-Identifier: MIT */
/* plain/width.h - the plain answer of the width seam: 16 KiB of one class. */
#ifndef HAK_PLAIN_WIDTH_H
#define HAK_PLAIN_WIDTH_H

#define WIDTH_MAX ((size_t)16 * 1024)

ANSWER(size_t, width_blocks, (unsigned class), WIDTH_MAX / class_size(class))

#endif
