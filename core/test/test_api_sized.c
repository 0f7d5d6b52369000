/* SPDX-License-Identifier: MIT */
/* test_api_sized.c - free_sized and free_aligned_sized of C23 accept every block with the size that was asked for.
 *
 * Uses the public header only.
 */
#include "test.h"
#include "test_api.h"

static void balanced(const struct hak_stats *before)
{
    struct hak_stats after = test_stats();
    must(after.live_blocks == before->live_blocks && after.live_bytes == before->live_bytes);
    must(hak_check());
}

START_TEST(malloc_blocks)
{
    struct hak_stats before = test_stats();
    for (size_t size = 0; size < 5000; size++)
        hak_free_sized(hak_malloc(size), size);
    for (size_t size = 5000; size < 16 * MIB; size += size / 3)
        hak_free_sized(hak_malloc(size), size);
    balanced(&before);
}
END_TEST

START_TEST(calloc_and_realloc_blocks)
{
    struct hak_stats before = test_stats();
    for (size_t size = 1; size < 4 * MIB; size += size / 3 + 1) {
        hak_free_sized(hak_calloc(3, size), 3 * size);
        void *block = hak_realloc(hak_malloc(size), size * 2);
        must(block);
        hak_free_sized(block, size * 2);
        block = hak_realloc(hak_malloc(size), size / 2 + 1); /* in place or not: the size is the last one asked for */
        must(block);
        hak_free_sized(block, size / 2 + 1);
        block = hak_reallocarray(NULL, size, 2);
        must(block);
        hak_free_sized(block, size * 2);
    }
    balanced(&before);
}
END_TEST

START_TEST(aligned_blocks)
{
    struct hak_stats before = test_stats();
    for (size_t alignment = 1; alignment <= 64 * MIB; alignment *= 2)
        for (size_t size = 0; size < 3 * MIB; size += size / 2 + 13) {
            void *block = hak_aligned_alloc(alignment, size);
            must(block && test_aligned(block, alignment));
            hak_free_aligned_sized(block, alignment, size);
            if (alignment >= sizeof(void *)) {
                must(!hak_posix_memalign(&block, alignment, size));
                hak_free_aligned_sized(block, alignment, size);
            }
        }
    balanced(&before);
}
END_TEST

START_TEST(null)
{
    hak_free_sized(NULL, 0);
    hak_free_sized(NULL, 100);
    hak_free_aligned_sized(NULL, 16, 100);
    hak_free_aligned_sized(NULL, 0, 0);
}
END_TEST

START_TEST(memory_is_used_again)
{
    size_t steps = test_scaled(2000000);
    hak_free_sized(hak_malloc(200), 200);
    size_t before = test_rss();
    for (size_t step = 0; step < steps; step++) {
        size_t size = step % 1000 + 1;
        char *block = hak_malloc(size);
        must(block);
        block[0] = block[size - 1] = 1;
        hak_free_sized(block, size);
    }
    must(test_shadowed() || test_rss() < before + 16 * MIB);
}
END_TEST

TEST_MAIN("sized free", malloc_blocks, calloc_and_realloc_blocks, aligned_blocks, null, memory_is_used_again)
