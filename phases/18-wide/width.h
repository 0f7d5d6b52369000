/* SPDX-License-Identifier: MIT */
/* width.h - phase 18, the width seam: blocks of up to 64 KiB pass through the front, and of mid classes as many as eight.
 *
 * Of one class: 16 KiB of tiny blocks, 256 at most, as the base has it; of mid blocks the larger of 16 KiB and the lesser of
 * eight blocks and 64 KiB; four blocks for eight, where a doubling has eight classes for four. All mid classes that have a bin
 * hold 1,116 KiB at most, when every one of them is full at once.
 */
#ifndef HAK_WIDE_WIDTH_H
#define HAK_WIDE_WIDTH_H

#define WIDTH_MAX ((size_t)64 * 1024)
#define WIDTH_LEAST ((size_t)16 * 1024)
#define WIDTH_MOST ((size_t)256) /* blocks */

/* A table: refills and drains ask, and the quotients would be the most expensive part of them. What stands behind the last
 * class is never asked for. */
#define WIDTH_BETWEEN(least, x, most) ((x) < (least) ? (least) : (x) > (most) ? (most) : (x))
#define WIDTH_BLOCKS(c) (size_t)((c) < CLASS_FINE ? 32 / CLASS_STEPS : 8)
#define WIDTH_BYTES(c) ((c) < CLASS_TINY ? WIDTH_LEAST \
                                         : WIDTH_BETWEEN(WIDTH_LEAST, WIDTH_BLOCKS(c) * CLASS_SIZE(c), WIDTH_MAX))
#define WIDTH_ONE(c) (uint16_t)(CLASS_SIZE(c) > WIDTH_MAX ? 0 : WIDTH_BETWEEN(1, WIDTH_BYTES(c) / CLASS_SIZE(c), WIDTH_MOST))
#define WIDTH_FOUR(c) WIDTH_ONE(c), WIDTH_ONE((c) + 1), WIDTH_ONE((c) + 2), WIDTH_ONE((c) + 3)
#define WIDTH_TWENTY(c) WIDTH_FOUR(c), WIDTH_FOUR((c) + 4), WIDTH_FOUR((c) + 8), WIDTH_FOUR((c) + 12), WIDTH_FOUR((c) + 16)
static const uint16_t width_table[] = {WIDTH_TWENTY(0),  WIDTH_TWENTY(20), WIDTH_TWENTY(40),
                                       WIDTH_TWENTY(60), WIDTH_TWENTY(80)};
static_assert(sizeof width_table / sizeof *width_table >= CLASS_ALL, "an entry for each class");

static inline size_t width_blocks(unsigned class)
{
    return width_table[class];
}

#endif
