/* SPDX-License-Identifier: MIT */
/* test_lazy_reuse.c - a SuperSlab that comes out of the LRU is dirty and says so; blocks in it are as good as new. */
#include "test_lazy.h"

enum { BLOCKS = 12 * 4096, SIZE = 512 }; /* twelve SuperSlabs */

static void *blocks[BLOCKS];

START_TEST(clean_tells_the_truth)
{
    struct superslab *ss = superslab_acquire();
    must(ss && ss->clean == UINT32_MAX);
    memset(ss->base + 3 * SLAB_SIZE, 0xFF, SLAB_SIZE);
    ss->clean &= ~(1U << 3); /* as the pool does when it uses a slot */
    superslab_release(ss);
    must(superslab_acquire() == ss && ss->clean == ~(1U << 3));
    for (unsigned i = 1; i < SLABS_PER_SUPERSLAB; i++)
        must((ss->clean >> i & 1) == 0 || test_zero(ss->base + i * SLAB_SIZE, SLAB_SIZE));
}
END_TEST

START_TEST(calloc_is_zero_again)
{
    for (int round = 0; round < 4; round++) {
        for (size_t i = 0; i < BLOCKS; i++) {
            blocks[i] = hak_calloc(1, SIZE);
            must(blocks[i] && test_zero(blocks[i], SIZE));
            memset(blocks[i], 0xFF, SIZE);
        }
        must(hak_check());
        for (size_t i = 0; i < BLOCKS; i++)
            hak_free(blocks[i]);
        must(hak_check() && lazy_valid());
    }
    must(lazy_counts().hits > 0);
}
END_TEST

START_TEST(blocks_keep_their_stamps)
{
    for (size_t round = 0; round < 6; round++) {
        size_t size = 48 + round * 112; /* another class each time, in the same memory */
        for (size_t i = 0; i < BLOCKS; i++) {
            blocks[i] = hak_malloc(size);
            must(blocks[i]);
            test_stamp(blocks[i], size, i);
        }
        for (size_t i = 0; i < BLOCKS; i++) {
            must(test_stamped(blocks[i], size, i));
            hak_free(blocks[i]);
        }
        must(hak_check() && lazy_valid());
    }
    must(lazy_counts().hits > 0);
}
END_TEST

TEST_MAIN("lazy: reuse", clean_tells_the_truth, calloc_is_zero_again, blocks_keep_their_stamps)
