/* SPDX-License-Identifier: MIT */
/* test_large_age.c - what nobody has needed for HAKMEM_LARGE_TTL seconds goes back: all of it when no large block came or went,
 * what was never touched when some did; at calls for large blocks, and at ticks of the allocation slow path. */
#include "test_large.h"

#include <time.h>

enum { TTL_MS = 1000 };

static void sleep_ms(long ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0)
        continue;
}

static void fill(size_t blocks, size_t size)
{
    char *p[64];
    large_set(65536, 150, TTL_MS / 1000);
    for (size_t i = 0; i < blocks; i++)
        p[i] = large_block(size, i);
    for (size_t i = 0; i < blocks; i++)
        large_drop(p[i], size, i);
    must(large_held() >= blocks * size);
}

START_TEST(the_young_stay)
{
    fill(10, 4 * MIB);
    uint64_t now = os_now_ms();
    must(large_age(now) > now && large_age(now) <= now + TTL_MS + 10);
    must(large_held() >= 40 * MIB && large_counts().evictions_age == 0);
}
END_TEST

/* A bounded part at a time, until nothing is left and nothing is due. */
START_TEST(idle_memory_goes)
{
    fill(25, 4 * MIB);
    size_t full = test_rss();
    uint64_t later = os_now_ms() + TTL_MS + 10, held = large_held(), due;
    int parts = 0;
    while ((due = large_age(later)) != UINT64_MAX) {
        must(due <= later && large_held() < held && held - large_held() <= 32 * MIB && large_valid());
        held = large_held();
        parts++;
    }
    must(parts >= 3 && large_held() == 0 && large_counts().evicted_bytes >= 100 * MIB);
    must(test_shadowed() || test_rss() + 90 * MIB < full);
}
END_TEST

/* Blocks until a slab is full, so that the heap asks for the next one: that is where the tick is. They stay live. */
static void fill_a_slab(void)
{
    for (size_t i = 0; i < 2000; i++)
        must(hak_malloc(64));
}

START_TEST(ticks_evict)
{
    fill(10, 4 * MIB);
    sleep_ms(TTL_MS + 250);
    must(large_held() >= 40 * MIB);
    for (int i = 0; i < 8; i++)
        fill_a_slab();
    must(large_held() == 0 && large_counts().evictions_age > 0 && large_valid());
}
END_TEST

/* A pair of malloc and free goes on beside 40 MiB: its block is needed, what else is kept is not, but for a quarter of the
 * 43 MiB that are live at most. */
START_TEST(what_a_busy_program_does_not_need_goes)
{
    fill(32, 4 * MIB);
    void *live = hak_malloc(40 * MIB);
    for (int i = 0; i < 35; i++) {
        large_drop(large_block(3 * MIB, 7), 3 * MIB, 7);
        sleep_ms(100);
    }
    struct large_counts c = large_counts();
    must(c.evictions_age > 0 && c.held_bytes <= 15 * MIB && c.held_bytes >= 10 * MIB && large_valid());
    must(c.hits >= 34);
    hak_free(live);
}
END_TEST

TEST_MAIN("large: age", the_young_stay, idle_memory_goes, ticks_evict, what_a_busy_program_does_not_need_goes)
