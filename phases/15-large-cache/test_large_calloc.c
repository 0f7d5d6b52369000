/* SPDX-License-Identifier: MIT */
/* test_large_calloc.c - kept memory is dirty: calloc hands it out zero all the same, malloc without clearing it. */
#include "test_large.h"

static void dirty(size_t size)
{
    char *p = hak_malloc(size);
    memset(p, 0xC3, size);
    hak_free(p);
}

START_TEST(cleared)
{
    static const size_t sizes[] = {2 * MIB, 5 * MIB + 13, 15 * MIB, 17 * MIB, 40 * MIB};
    large_set(65536, 150, 60);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        dirty(sizes[i]);
        uint64_t hits = large_counts().hits;
        char *p = hak_calloc(1, sizes[i]);
        must(large_counts().hits == hits + 1);
        must(test_zero(p, sizes[i]));
        hak_free(p);
    }
    must(large_counts().cleared == 3 && large_counts().purged == 2);
}
END_TEST

START_TEST(fresh_mappings_are_known_to_be_zero)
{
    large_set(65536, 150, 60);
    struct hak_stats before = test_stats();
    hak_free(hak_calloc(1, 3 * MIB));
    must(test_stats().calloc_known_zero == before.calloc_known_zero + 1);
    hak_free(hak_calloc(1, 3 * MIB));
    must(test_stats().calloc_cleared == before.calloc_cleared + 1);
}
END_TEST

START_TEST(malloc_does_not_clear)
{
    large_set(65536, 150, 60);
    dirty(4 * MIB);
    uint64_t calls = large_calls();
    char *p = hak_malloc(4 * MIB);
    must((unsigned char)p[2 * MIB] == 0xC3 && large_calls() == calls);
    hak_free(p);
}
END_TEST

/* Kept memory that went back and came again by mmap. */
START_TEST(after_eviction)
{
    large_set(65536, 150, 60);
    dirty(4 * MIB);
    large_trim();
    char *p = hak_calloc(4, MIB);
    must(test_zero(p, 4 * MIB) && large_counts().cleared == 0);
    hak_free(p);
}
END_TEST

TEST_MAIN("large: calloc", cleared, fresh_mappings_are_known_to_be_zero, malloc_does_not_clear, after_eviction)
