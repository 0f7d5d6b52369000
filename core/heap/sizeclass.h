/* SPDX-License-Identifier: MIT */
/* sizeclass.h - block sizes.
 *
 * The sizeclass seam says how many classes there are to a doubling: CLASS_STEPS. The first 2 * CLASS_STEPS classes are 16, 32,
 * 48, ... bytes; from there CLASS_STEPS to a doubling up to 8 KiB, and four up to 1 MiB (slabs of such blocks hold a few, and
 * each that is partly filled counts). With four: 16, 32, ... 128, 160, 192, 224, 256, 320, ... Classes below CLASS_TINY are the
 * tiny ones (blocks of at most 1,024 bytes); above them the mid ones, which only some variants serve from slabs.
 *
 * Must hold:
 *   class_size(class_of(n)) >= n, and class_size(class_of(n) - 1) < n              (the smallest class that fits)
 *   class_size(c) - n <= n / 4 for every n > 64 that c serves                       (waste)
 *   align is a power of two, align <= n, n % align == 0  =>  class_size(class_of(n)) % align == 0     (aligned allocation)
 */
#ifndef HAK_SIZECLASS_H
#define HAK_SIZECLASS_H

#include "core/low/compiler.h"
#include "core/seam/sizeclass.h"

#define TINY_MAX ((size_t)1024)
#define MID_MAX ((size_t)1 << 20)
enum {
    CLASS_STEPS = 1 << CLASS_STEPS_LOG2,
    CLASS_LINEAR = 2 * CLASS_STEPS,                                            /* multiples of 16 bytes */
    CLASS_TINY = CLASS_LINEAR + (5 - CLASS_STEPS_LOG2) * CLASS_STEPS,          /* up to 1 KiB */
    CLASS_FINE = CLASS_TINY + 3 * CLASS_STEPS,                                 /* up to 8 KiB */
    CLASS_ALL = CLASS_FINE + 7 * 4
};

extern const uint8_t class_table[TINY_MAX / 16 + 1]; /* [(n + 15) / 16] -> class of n */

/* n <= TINY_MAX; 0 counts as 1. */
hot_inline unsigned class_of_tiny(size_t n)
{
    return class_table[(n + 15) >> 4];
}

/* 256 < n <= MID_MAX. A constant where n is one. 2^e <= n - 1 < 2^(e+1). */
#define CLASS_LOG2(n) (63 ^ (unsigned)__builtin_clzl((n) - 1))
#define CLASS_OF_FINE(n, e) \
    (CLASS_STEPS * (e) - CLASS_STEPS * (CLASS_STEPS_LOG2 + 4) + (unsigned)(((n) - 1) >> ((e) - CLASS_STEPS_LOG2)))
#define CLASS_OF_COARSE(n, e) (4 * (e) + CLASS_FINE - 4 * 13 + (unsigned)((((n) - 1) >> ((e) - 2)) & 3))
#define CLASS_OF_WIDE(n) \
    (CLASS_LOG2(n) < 13 ? CLASS_OF_FINE(n, CLASS_LOG2(n)) : CLASS_OF_COARSE(n, CLASS_LOG2(n)))
static inline unsigned class_of_wide(size_t n)
{
    return CLASS_OF_WIDE(n);
}

static inline unsigned class_of(size_t n)
{
    return n <= TINY_MAX ? class_of_tiny(n) : class_of_wide(n);
}

/* 2^64 / block size of the class, rounded up. offset * that, as 128 bits, for an offset below 2^32: the upper half is the index
 * of the block that the offset lies in, the lower half is smaller than the inverse only where that block starts. */
enum { CLASS_INVERSES = 100 };
HAK_EXTERN const uint64_t class_inverse[CLASS_INVERSES];

/* A constant where c is one. */
#define CLASS_SIZE_STEPS(c, log2) ((size_t)((1 << (log2)) + 1 + ((c) & ((1 << (log2)) - 1))) << ((c) / (1 << (log2)) + 3))
#define CLASS_SIZE(c) ((c) < CLASS_LINEAR ? 16 * ((size_t)(c) + 1) \
                       : (c) < CLASS_FINE ? CLASS_SIZE_STEPS(c, CLASS_STEPS_LOG2) \
                                          : CLASS_SIZE_STEPS(CLASS_COARSE(c), 2))
#define CLASS_COARSE(c) ((c) < CLASS_FINE ? 32 : (c) + 32 - CLASS_FINE)
static inline size_t class_size(unsigned c)
{
    return CLASS_SIZE(c);
}

#endif
