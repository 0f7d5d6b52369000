/* sizeclass.h - block sizes.
 *
 * May include compiler.h. Classes 0..7 are 16, 32, ... 128 bytes; from there four to a doubling: 160, 192, 224, 256, 320, ...
 * 1 MiB. Classes below CLASS_TINY are the tiny ones (blocks of at most 1,024 bytes); above them the mid ones, which only
 * some variants serve from slabs.
 *
 * Must hold:
 *   class_size(class_of(n)) >= n, and class_size(class_of(n) - 1) < n              (the smallest class that fits)
 *   class_size(c) - n <= n / 4 for every n > 64 that c serves                       (waste)
 *   align is a power of two, align <= n, n % align == 0  =>  class_size(class_of(n)) % align == 0     (aligned allocation)
 */
#ifndef HAK_SIZECLASS_H
#define HAK_SIZECLASS_H

#include "compiler.h"

#define TINY_MAX ((size_t)1024)
#define MID_MAX ((size_t)1 << 20)
enum { CLASS_TINY = 20, CLASS_ALL = 60 };

extern const uint8_t class_table[TINY_MAX / 16 + 1]; /* [(n + 15) / 16] -> class of n */

/* n <= TINY_MAX; 0 counts as 1. */
hot_inline unsigned class_of_tiny(size_t n)
{
    return class_table[(n + 15) >> 4];
}

/* 128 < n <= MID_MAX. */
static inline unsigned class_of_wide(size_t n)
{
    unsigned e = 63 - (unsigned)__builtin_clzl(n - 1); /* 2^e <= n - 1 < 2^(e+1) */
    return 4 * e - 20 + (unsigned)(((n - 1) >> (e - 2)) & 3);
}

static inline unsigned class_of(size_t n)
{
    return n <= TINY_MAX ? class_of_tiny(n) : class_of_wide(n);
}

static inline size_t class_size(unsigned c)
{
    return c < 8 ? 16 * ((size_t)c + 1) : (size_t)(5 + (c & 3)) << (c / 4 + 3);
}

#endif
