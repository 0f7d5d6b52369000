/* SPDX-License-Identifier: MIT */
/* plain/width.h - the plain answer of the width seam: 16 KiB of one class, 256 blocks at most. */
#ifndef HAK_PLAIN_WIDTH_H
#define HAK_PLAIN_WIDTH_H

#define WIDTH_MAX ((size_t)16 * 1024)

#define WIDTH_MOST ((size_t)256)

static inline size_t width_blocks(unsigned class)
{
    size_t blocks = WIDTH_MAX / class_size(class);
    return blocks < WIDTH_MOST ? blocks : WIDTH_MOST;
}

#endif
