/* plain/width.h - the plain answer of the width seam: 16 KiB of one class. */
#ifndef HAK_BASE_WIDTH_H
#define HAK_BASE_WIDTH_H

#define WIDTH_MAX ((size_t)16 * 1024)
#define WIDTH_ALIGN ((size_t)4096) /* blocks of mid classes are aligned so at most; what is more has a mapping of its own */

static inline size_t width_blocks(unsigned class)
{
    return WIDTH_MAX / class_size(class);
}

#endif
