/* sizeclass.c - the table of sizeclass.h. */
#include "sizeclass.h"

const uint8_t class_table[TINY_MAX / 16 + 1] = {
    0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 9, 10, 10, 11,
    11, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15,
    15, 16, 16, 16, 16, 16, 16, 16, 16, 17, 17, 17, 17, 17, 17, 17,
    17, 18, 18, 18, 18, 18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19,
    19,
};

static_assert(CLASS_ALL == CLASS_TINY + 4 * 10, "ten doublings from 1 KiB to 1 MiB, four classes each");
