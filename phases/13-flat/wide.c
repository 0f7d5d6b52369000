/* SPDX-License-Identifier: MIT */
/* wide.c - the table from sizes of mid classes to bins: route.h. */
#include "core/heap/heap.h"

static_assert(WIDTH_MAX <= ROUTE_WIDE_MAX, "each size of a mid class that has a bin is in the table");
static_assert(CLASS_STEPS_LOG2 <= 3, "sizes that share an entry share a class");

#define WIDE_DISTANCE(class) (ROUTE_WIDE + ((class) - CLASS_TINY) * sizeof(struct front_bin) / ROUTE_UNIT)
#define WIDE_OF(size) (uint16_t)((size) <= TINY_MAX ? 0 : WIDE_DISTANCE(CLASS_OF_WIDE(size)))
#define WIDE_ONE(i) WIDE_OF((size_t)(i) * ROUTE_WIDE_STEP)
#define WIDE_FOUR(i) WIDE_ONE(i), WIDE_ONE((i) + 1), WIDE_ONE((i) + 2), WIDE_ONE((i) + 3)
#define WIDE_16(i) WIDE_FOUR(i), WIDE_FOUR((i) + 4), WIDE_FOUR((i) + 8), WIDE_FOUR((i) + 12)
#define WIDE_64(i) WIDE_16(i), WIDE_16((i) + 16), WIDE_16((i) + 32), WIDE_16((i) + 48)
const uint16_t route_wide_bin[] = {WIDE_64(0),   WIDE_64(64),  WIDE_64(128), WIDE_64(192), WIDE_64(256),
                                   WIDE_64(320), WIDE_64(384), WIDE_64(448), WIDE_ONE(512)};
