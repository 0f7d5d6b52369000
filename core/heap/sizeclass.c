/* SPDX-License-Identifier: MIT */
/* sizeclass.c - the table of sizeclass.h. */
#include "core/heap/sizeclass.h"

const uint8_t class_table[TINY_MAX / 16 + 1] = SIZECLASS_TABLE;

#define INVERSE_ONE(c) (UINT64_MAX / CLASS_SIZE(c) + 1)
#define INVERSE_FOUR(c) INVERSE_ONE(c), INVERSE_ONE((c) + 1), INVERSE_ONE((c) + 2), INVERSE_ONE((c) + 3)
#define INVERSE_TWENTY(c) \
    INVERSE_FOUR(c), INVERSE_FOUR((c) + 4), INVERSE_FOUR((c) + 8), INVERSE_FOUR((c) + 12), INVERSE_FOUR((c) + 16)
const uint64_t class_inverse[CLASS_INVERSES] = {INVERSE_TWENTY(0), INVERSE_TWENTY(20), INVERSE_TWENTY(40), INVERSE_TWENTY(60),
                                                INVERSE_TWENTY(80)}; /* the last few are of no class */
static_assert((int)CLASS_INVERSES >= (int)CLASS_ALL, "an entry for each class");

static_assert(CLASS_ALL == CLASS_FINE + 7 * 4, "seven doublings from 8 KiB to 1 MiB, four classes each");
