/* sizeclass.c - the table of sizeclass.h. */
#include "sizeclass.h"

const uint8_t class_table[TINY_MAX / 16 + 1] = SIZECLASS_TABLE;

static_assert(CLASS_STEPS_LOG2 > 2 || CLASS_ALL == CLASS_TINY + 10 * 4, "ten doublings from 1 KiB to 1 MiB, four classes each");
