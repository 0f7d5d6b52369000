/* SPDX-License-Identifier: MIT */
/* test_core_sizeclass.c - the equations of sizeclass.h, for every size up to 1 MiB. */
#include "core/heap/sizeclass.h"
#include "core/test/test.h"

START_TEST(test_smallest_that_fits)
{
    ck_assert_uint_eq(class_of(0), 0);
    for (size_t n = 1; n <= MID_MAX; n++) {
        unsigned c = class_of(n);
        if (c >= CLASS_ALL || class_size(c) < n || (c > 0 && class_size(c - 1) >= n))
            ck_abort_msg("size %zu: class %u of %zu bytes", n, c, class_size(c));
    }
}
END_TEST

START_TEST(test_borders)
{
    ck_assert_uint_eq(class_size(0), 16);
    ck_assert_uint_eq(class_of(TINY_MAX), CLASS_TINY - 1);
    ck_assert_uint_eq(class_of(TINY_MAX + 1), CLASS_TINY);
    ck_assert_uint_eq(class_size(CLASS_TINY - 1), TINY_MAX);
    ck_assert_uint_eq(class_of(MID_MAX), CLASS_ALL - 1);
    ck_assert_uint_eq(class_size(CLASS_ALL - 1), MID_MAX);
    for (unsigned c = 0; c < CLASS_ALL; c++) {
        ck_assert_uint_eq(class_of(class_size(c)), c);
        ck_assert_uint_eq(class_size(c) % 16, 0);
        ck_assert(c == 0 || class_size(c) > class_size(c - 1));
    }
    for (size_t n = 129; n <= TINY_MAX; n++)
        ck_assert_uint_eq(class_of_tiny(n), class_of_wide(n));
}
END_TEST

/* Above 64 bytes: at most a quarter of what was asked for, and over the sizes of a class at most an eighth of the block. */
START_TEST(test_waste)
{
    uint64_t waste[CLASS_ALL] = {0}, held[CLASS_ALL] = {0};
    for (size_t n = 65; n <= MID_MAX; n++) {
        unsigned c = class_of(n);
        size_t spare = class_size(c) - n;
        if (spare > n / 4)
            ck_abort_msg("size %zu wastes %zu bytes", n, spare);
        waste[c] += spare;
        held[c] += class_size(c);
    }
    for (unsigned c = 0; c < CLASS_ALL; c++)
        ck_assert_uint_le(8 * waste[c], held[c]);
}
END_TEST

/* For align = the largest power of two that divides n it holds, so it holds for all smaller ones. */
START_TEST(test_alignment_kept)
{
    for (size_t n = 1; n <= MID_MAX; n++) {
        size_t align = n & -n;
        if (class_size(class_of(n)) % align != 0)
            ck_abort_msg("size %zu: %zu is no multiple of %zu", n, class_size(class_of(n)), align);
    }
}
END_TEST

TEST_MAIN("size classes", test_smallest_that_fits, test_borders, test_waste, test_alignment_kept)
