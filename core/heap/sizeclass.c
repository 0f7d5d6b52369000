/* SPDX-License-Identifier: MIT */
/* sizeclass.c - the tables of sizeclass.h. */
#include "core/heap/sizeclass.h"

#define FOUR_OF(entry, i) entry(i), entry((i) + 1), entry((i) + 2), entry((i) + 3)
#define SIXTEEN_OF(entry, i) FOUR_OF(entry, i), FOUR_OF(entry, (i) + 4), FOUR_OF(entry, (i) + 8), FOUR_OF(entry, (i) + 12)

#define CLASS_OF_NEAR(n) (uint8_t)((n) <= 16 * CLASS_LINEAR ? ((n) - ((n) > 0)) / 16 : CLASS_OF_FINE(n, CLASS_LOG2(n)))
#define CLASS_OF_UNITS(i) CLASS_OF_NEAR(16 * (size_t)(i))
const uint8_t class_table[TINY_MAX / 16 + 1] = {
    SIXTEEN_OF(CLASS_OF_UNITS, 0),  SIXTEEN_OF(CLASS_OF_UNITS, 16), SIXTEEN_OF(CLASS_OF_UNITS, 32),
    SIXTEEN_OF(CLASS_OF_UNITS, 48), CLASS_OF_UNITS(64),
};

#define INVERSE_OF(c) (UINT64_MAX / CLASS_SIZE(c) + 1)
const uint64_t class_inverse[CLASS_INVERSES] = { /* the last few are of no class */
    SIXTEEN_OF(INVERSE_OF, 0),  SIXTEEN_OF(INVERSE_OF, 16), SIXTEEN_OF(INVERSE_OF, 32), SIXTEEN_OF(INVERSE_OF, 48),
    SIXTEEN_OF(INVERSE_OF, 64), SIXTEEN_OF(INVERSE_OF, 80), FOUR_OF(INVERSE_OF, 96),
};
static_assert((int)CLASS_INVERSES >= (int)CLASS_ALL, "an entry for each class");

static_assert(CLASS_ALL == CLASS_FINE + 7 * 4, "seven doublings from 8 KiB to 1 MiB, four classes each");
