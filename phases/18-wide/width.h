/* width.h - phase 18, the width seam: blocks of up to 64 KiB pass through the front, and of mid classes as many as eight.
 *
 * Of one class: 16 KiB of tiny blocks, as the base has it; of mid blocks the larger of 16 KiB and the lesser of eight blocks
 * and 64 KiB. All 24 mid classes that have a bin: 1,060 KiB at most, when every one of them is full at once.
 */
#ifndef HAK_WIDE_WIDTH_H
#define HAK_WIDE_WIDTH_H

#define WIDTH_MAX ((size_t)64 * 1024)

/* A table: refills and drains ask, and the quotients would be the most expensive part of them. */
static const uint16_t width_table[CLASS_ALL] = {
    1024, 512, 341, 256, 204, 170, 146, 128, 102, 85, 73, 64, 51, 42, 36, 32, 25, 21, 18, 16,
    12, 10, 9, 8, 8, 8, 8, 8, 8, 8, 8, 8, 6, 5, 4, 4, 3, 2, 2, 2, 1, 1, 1, 1,
};

static inline size_t width_blocks(unsigned class)
{
    return width_table[class];
}

#endif
