/* SPDX-License-Identifier: MIT */
/* test_purge_calls.c - what goes back goes by few system calls: each is an interrupt of every processor that runs a thread of the
 * program. Blocks of some pages are freed in random order, so that each slab is free in part before it is free as a whole. */
#include "test_purge.h"

enum { BLOCKS = 4096, SIZE = 20000 };

START_TEST(mid_blocks_in_random_order)
{
    static char *block[BLOCKS];
    uint32_t rng = 42;
    for (int i = 0; i < BLOCKS; i++) {
        must((block[i] = hak_malloc(SIZE)));
        block[i][0] = block[i][SIZE / 2] = 1;
    }
    for (int i = BLOCKS - 1; i > 0; i--) {
        int j = (int)(test_random(&rng) % (unsigned)(i + 1));
        char *p = block[i];
        block[i] = block[j];
        block[j] = p;
    }
    uint64_t before = os_count(OS_SUPERSLAB, OS_MADVISE);
    for (int i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    uint64_t calls = os_count(OS_SUPERSLAB, OS_MADVISE) - before;
    ck_assert_msg(calls <= BLOCKS / 9, "%d blocks, %d calls", BLOCKS, (int)calls);
    must(spare_held() <= spare_allowed() + spare_allowed() / 2 + 4 * MIB);
}
END_TEST

TEST_MAIN("purge: by few calls", mid_blocks_in_random_order)
