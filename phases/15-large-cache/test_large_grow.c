/* SPDX-License-Identifier: MIT */
/* test_large_grow.c - blocks that grow in turn leave room for each other in what is kept. */
#include "test_large.h"

/* Three arrays grow in turn in one range that is long enough for all. Others have grown so before. */
START_TEST(grown_in_turn_where_they_stand)
{
    enum { ARRAYS = 3 };
    if (SLAB_MAX < MID_MAX)
        return;
    char *p[ARRAYS] = {hak_realloc(hak_malloc(2 * MIB), 8 * MIB)};
    hak_free(p[0]);
    large_set(65536, 150, 60);
    large_drop(large_block(40 * MIB, 1), 40 * MIB, 1);
    uint64_t calls = large_calls(), moves = 0;
    for (size_t i = 0; i < ARRAYS; i++)
        p[i] = hak_malloc(200 * KIB);
    for (size_t size = 300 * KIB, before = 200 * KIB; size <= 8 * MIB; before = size, size += size * 6 / 10) {
        for (size_t i = 0; i < ARRAYS; i++) {
            test_stamp(p[i], before, i);
            char *q = hak_realloc(p[i], size);
            must(q && test_stamped(q, before, i) && large_valid());
            moves += q != p[i];
            p[i] = q;
        }
    }
    must(large_calls() == calls && moves == ARRAYS);
    for (size_t i = 0; i < ARRAYS; i++)
        hak_free(p[i]);
    must(large_counts().held == 1);
}
END_TEST

/* One that outgrows all others before it is not moved at each step, but seldom. */
START_TEST(further_than_others)
{
    if (SLAB_MAX < MID_MAX)
        return;
    hak_free(hak_realloc(hak_malloc(2 * MIB), 2 * MIB + 500 * KIB));
    large_set(65536, 150, 60);
    large_drop(large_block(40 * MIB, 1), 40 * MIB, 1);
    uint64_t moves = 0;
    char *p = hak_malloc(200 * KIB);
    test_stamp(p, 200 * KIB, 7);
    for (size_t size = 300 * KIB; size <= 32 * MIB; size += size / 8) {
        char *q = hak_realloc(p, size);
        must(q && test_stamped(q, 200 * KIB, 7));
        moves += q != p;
        p = q;
    }
    must(moves <= 7 && large_valid());
    hak_free(p);
}
END_TEST

TEST_MAIN("large: growth", grown_in_turn_where_they_stand, further_than_others)
