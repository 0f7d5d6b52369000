/* SPDX-License-Identifier: MIT */
/* test_large_bounds.c - what is kept is bounded: in bytes by the recent peak of live blocks and by HAKMEM_LARGE_MB, in ranges
 * by a count; a bound of 0 keeps nothing; trim and a lack of memory empty it. */
#define _GNU_SOURCE
#include "test_large.h"

#include "core/test/test_refuse.h"
#include "ranges.h"

static uint64_t evictions(void)
{
    struct large_counts c = large_counts();
    return c.evictions_age + c.evictions_bytes + c.evictions_count;
}

START_TEST(nothing_where_a_bound_is_0)
{
    for (int i = 0; i < 2; i++) {
        large_set(i, 150, 1 - (uint64_t)i);
        uint64_t bytes = os_bytes(OS_LARGE);
        large_drop(large_block(5 * MIB, 1), 5 * MIB, 1);
        must(os_bytes(OS_LARGE) == bytes && large_held() == 0 && large_counts().gives == 0);
        must(large_counts().limit_bytes == 0);
    }
}
END_TEST

START_TEST(by_megabytes)
{
    char *p[20];
    large_set(16, 150, 60);
    for (size_t i = 0; i < 20; i++)
        p[i] = large_block(3 * MIB, i);
    for (size_t i = 0; i < 20; i++) {
        large_drop(p[i], 3 * MIB, i);
        must(large_held() <= 16 * MIB);
    }
    must(large_held() >= 13 * MIB && large_counts().evictions_bytes > 0 && large_counts().limit_bytes == 16 * MIB);
    hak_free(hak_malloc(100 * MIB)); /* larger than all that may be kept */
    must(large_held() <= 16 * MIB && large_valid());
}
END_TEST

/* Live and kept together stay below the percentage of the peak, and 16 MiB more. */
START_TEST(by_the_peak)
{
    enum { BLOCKS = 60 };
    char *p[BLOCKS];
    large_set(65536, 100, 60);
    for (size_t i = 0; i < BLOCKS; i++) {
        p[i] = hak_malloc(4 * MIB);
        must(p[i]);
    }
    uint64_t peak = mapped_counts().large_bytes;
    for (size_t i = 0; i < BLOCKS; i++) {
        hak_free(p[i]);
        must(mapped_counts().large_bytes + large_held() <= peak + 16 * MIB);
    }
    must(large_held() >= peak && evictions() == 0);
    /* Two periods on, the peak is forgotten: the next one that comes is held against what is live now. */
    char *small = hak_malloc(2 * MIB);
    large_age(os_now_ms() + 61000);
    large_age(os_now_ms() + 122000);
    hak_free(small);
    must(large_held() <= 16 * MIB + 4 * MIB && large_valid());
}
END_TEST

/* A block that nothing kept can serve counts at once: what is kept beside it makes room before anything is freed. */
START_TEST(by_the_peak_when_a_block_is_mapped)
{
    enum { BLOCKS = 120 };
    char *p[BLOCKS];
    large_set(65536, 100, 60);
    for (size_t i = 0; i < BLOCKS; i++)
        must((p[i] = hak_malloc(2 * MIB)));
    for (size_t i = 0; i < BLOCKS; i += 2)
        hak_free(p[i]);
    must(large_held() > 100 * MIB);
    char *large = hak_malloc(200 * MIB);
    must(large && large_held() <= 16 * MIB && large_counts().evictions_bytes > 0 && large_valid());
    hak_free(large);
    for (size_t i = 1; i < BLOCKS; i += 2)
        hak_free(p[i]);
}
END_TEST

START_TEST(yields_in_pieces)
{
    large_set(65536, 150, 60);
    large_drop(large_block(32 * MIB, 1), 32 * MIB, 1);
    uint64_t held = large_held();
    for (int i = 0; i < 31; i++)
        large_yield(64 * KIB);
    must(large_held() == held && large_counts().evictions_yield == 0);
    large_yield(64 * KIB);
    must(large_held() == held - 2 * MIB && large_counts().evictions_yield == 1 && large_valid());
}
END_TEST

/* More ranges than the table holds: every other block of a row is freed. */
START_TEST(by_count)
{
    enum { BLOCKS = 2 * RANGE_MOST + 100 };
    static char *p[BLOCKS];
    large_set(65536, 1000, 60);
    for (size_t i = 0; i < BLOCKS; i++) {
        p[i] = hak_malloc(MIB + 1 + i * 128);
        must(p[i]);
    }
    for (size_t i = 0; i < BLOCKS; i += 2) {
        hak_free(p[i]);
        must(large_valid() && large_counts().held <= RANGE_MOST);
    }
    if (large_counts().held == RANGE_MOST) /* unless the kernel has put them apart from each other */
        must(large_counts().evictions_count + large_counts().refusals > 0);
    for (size_t i = 1; i < BLOCKS; i += 2)
        hak_free(p[i]);
    must(large_valid());
}
END_TEST

/* The same where blocks grow: by moving pages, which takes nothing from what is kept. */
START_TEST(growth_counts_too)
{
    enum { BLOCKS = 10 };
    char *p[BLOCKS];
    large_set(65536, 100, 60);
    for (size_t i = 0; i < BLOCKS; i++)
        p[i] = hak_malloc(10 * MIB);
    for (size_t i = 1; i < BLOCKS; i++)
        hak_free(p[i]);
    must(large_held() >= 90 * MIB);
    for (size_t size = 10 * MIB; size < 80 * MIB; size += 2 * MIB) {
        p[0] = hak_realloc(p[0], size);
        must(p[0] && mapped_counts().large_bytes + large_held() <= (116 + 8) * MIB && large_valid());
    }
    must(large_held() <= 42 * MIB);
    hak_free(p[0]);
}
END_TEST

START_TEST(trimmed)
{
    large_set(65536, 150, 60);
    uint64_t bytes = os_bytes(OS_LARGE);
    for (size_t i = 2; i < 40; i++)
        large_drop(large_block(i * MIB, i), i * MIB, i);
    must(large_held() > 0 && os_bytes(OS_LARGE) == bytes + large_held());
    must(hak_malloc_trim(0) == 1);
    must(large_held() == 0 && os_bytes(OS_LARGE) == bytes && large_valid());
}
END_TEST

/* mmap fails: what is kept goes back before malloc says so, and what goes back may be what was missing. */
START_TEST(given_back_for_want_of_memory)
{
    large_set(65536, 150, 60);
    char *p = large_block(30 * MIB, 1), *q = large_block(5 * MIB, 2);
    large_drop(p, 30 * MIB, 1);
    must(large_held() >= 30 * MIB);
    refuse_mmap = true;
    char *small = hak_malloc(4 * MIB); /* fits: no mapping is needed */
    must(small);
    errno = 0;
    must(!hak_malloc(100 * MIB) && errno == ENOMEM && large_held() == 0);
    errno = 0;
    char *grown = hak_realloc(q, 100 * MIB); /* may have room behind it: that needs no new mapping */
    must(grown || errno == ENOMEM);
    refuse_mmap = false;
    hak_free(small);
    large_drop(grown ? grown : q, 5 * MIB, 2);
}
END_TEST

/* munmap refuses to take a range out of the middle of a mapping: it is not lost. */
START_TEST(refused_by_munmap)
{
    large_set(65536, 150, 60);
    uint64_t bytes = os_bytes(OS_LARGE);
    large_drop(large_block(30 * MIB, 1), 30 * MIB, 1);
    refuse_munmap = true;
    large_trim();
    refuse_munmap = false;
    must(large_held() == 0 && os_bytes(OS_LARGE) > bytes);
    char *p = large_block(29 * MIB, 2);
    must(refused > 0 && os_bytes(OS_LARGE) == bytes + owner_find(p)->bytes);
    hak_free(p);
    mapped_trim();
    must(os_bytes(OS_LARGE) == bytes);
}
END_TEST

TEST_MAIN("large: bounds", nothing_where_a_bound_is_0, by_megabytes, by_the_peak, by_the_peak_when_a_block_is_mapped,
          yields_in_pieces, by_count, growth_counts_too,
          trimmed, given_back_for_want_of_memory, refused_by_munmap)
