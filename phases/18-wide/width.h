/* width.h - phase 18, the width seam: blocks of up to 64 KiB pass through the front, and of mid classes as many as eight.
 *
 * Of one class: WIDTH_SHARE of tiny blocks; of mid blocks the larger of that and the lesser of eight blocks and four times that,
 * but one block at least. With 16 KiB for four sizes to a doubling and 8 KiB for eight all classes together hold the same.
 */
#ifndef HAK_WIDE_WIDTH_H
#define HAK_WIDE_WIDTH_H

#define WIDTH_MAX ((size_t)64 * 1024)

#define WIDTH_SHARE ((size_t)16 * 1024)

/* A table: refills and drains ask, and the quotients would be the most expensive part of them. What stands behind the last
 * class is never asked for. */
#define WIDTH_LEAST(a, b) ((a) < (b) ? (a) : (b))
#define WIDTH_MOST(a, b) ((a) > (b) ? (a) : (b))
#define WIDTH_BYTES(size) ((size) <= TINY_MAX ? WIDTH_SHARE \
                                              : WIDTH_MOST(WIDTH_MOST(WIDTH_SHARE, WIDTH_LEAST(8 * (size), 4 * WIDTH_SHARE)), (size)))
#define WIDTH_ONE(c) (uint16_t)(CLASS_SIZE(c) > WIDTH_MAX ? 0 : WIDTH_BYTES(CLASS_SIZE(c)) / CLASS_SIZE(c))
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
