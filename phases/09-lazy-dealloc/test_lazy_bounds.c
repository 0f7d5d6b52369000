/* SPDX-License-Identifier: MIT */
/* test_lazy_bounds.c - the LRU never holds more than its bounds allow; a bound of 0 makes it the base answer. */
#include "test_lazy.h"

enum { COUNT = 16 };

static struct superslab *ss[COUNT];

/* Gives COUNT SuperSlabs to an LRU with room for fewer. */
static struct lazy_counts overfill(uint64_t size, uint64_t mb, uint64_t most)
{
    lru_set(size, mb, 60);
    lru_take(ss, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        superslab_release(ss[i]);
        must(lazy_valid() && lazy_counts().held == (i + 1 < most ? i + 1 : most));
    }
    must(test_stats().superslabs == most && test_stats().superslabs_unmapped == COUNT - most);
    return lazy_counts();
}

START_TEST(by_count)
{
    struct lazy_counts c = overfill(5, 512, 5);
    must(c.evictions_count == COUNT - 5 && c.evictions_bytes == 0 && c.evictions_age == 0);
}
END_TEST

START_TEST(by_bytes)
{
    struct lazy_counts c = overfill(256, 14, 7);
    must(c.evictions_count == 0 && c.evictions_bytes == COUNT - 7 && c.evictions_age == 0);
}
END_TEST

START_TEST(odd_mib_count_down)
{
    struct lazy_counts c = overfill(256, 15, 7);
    must(c.evictions_bytes == COUNT - 7);
}
END_TEST

/* Nothing kept: every release unmaps, every acquisition maps, nothing else is counted. */
static void as_the_base(uint64_t size, uint64_t mb, uint64_t ttl)
{
    lru_set(size, mb, ttl);
    for (size_t round = 1; round <= 3; round++) {
        lru_take(ss, COUNT);
        lru_give(ss, COUNT);
        struct lazy_counts c = lazy_counts();
        must(c.misses == round * COUNT && c.pushes == 0 && c.hits == 0 && c.held == 0 && lru_evictions() == 0);
        must(test_stats().superslabs == 0 && test_stats().superslabs_unmapped == round * COUNT);
    }
    must(lazy_trim() == 0);
}

START_TEST(zero_count)
{
    as_the_base(0, 512, 60);
}
END_TEST

START_TEST(zero_bytes)
{
    as_the_base(256, 0, 60);
}
END_TEST

START_TEST(less_than_one_superslab)
{
    as_the_base(256, 1, 60);
}
END_TEST

START_TEST(zero_age)
{
    as_the_base(256, 512, 0);
}
END_TEST

START_TEST(bounds_lowered)
{
    lru_set(256, 512, 60);
    lru_take(ss, COUNT);
    lru_give(ss, COUNT);
    lru_set(10, 512, 60);
    must(lazy_counts().held == 10 && lazy_counts().evictions_count == COUNT - 10);
    lru_set(10, 8, 60);
    must(lazy_counts().held == 4 && lazy_counts().evictions_bytes == 6);
    lru_set(0, 8, 60);
    must(lazy_counts().held == 0 && test_stats().superslabs == 0);
}
END_TEST

START_TEST(trim)
{
    lru_set(256, 512, 60);
    lru_take(ss, COUNT);
    lru_give(ss, COUNT);
    must(hak_malloc_trim(0) == 1);
    struct lazy_counts c = lazy_counts();
    must(c.trimmed == COUNT && c.held == 0 && test_stats().superslabs == 0 && lazy_valid());
    must(lazy_trim() == 0);
    lru_take(ss, 1);
    must(lazy_counts().misses == COUNT + 1);
}
END_TEST

START_TEST(prewarm)
{
    lazy_prewarm = 8;
    lru_set(256, 512, 60);
    struct lazy_counts c = lazy_counts();
    must(c.prewarmed == 8 && c.held == 8 && c.pushes == 0 && test_stats().superslabs == 8);
    lru_take(ss, 9);
    must(lazy_counts().hits == 8 && lazy_counts().misses == 1);
}
END_TEST

START_TEST(prewarm_within_bounds)
{
    lazy_prewarm = 100;
    lru_set(6, 512, 60);
    must(lazy_counts().prewarmed == 6 && lazy_counts().held == 6);
    lru_set(256, 20, 60);
    must(lazy_counts().prewarmed == 10 && lazy_counts().held == 10 && lru_evictions() == 0);
    lru_set(0, 0, 60);
    must(lazy_counts().prewarmed == 10 && lazy_counts().held == 0);
}
END_TEST

/* The counters have their names. */
static uint64_t named_sum;

static void each(void *context, const char *name, uint64_t value)
{
    const char *const names[] = {"lazy.pushes",          "lazy.hits",          "lazy.misses",    "lazy.evictions_count",
                                 "lazy.evictions_bytes", "lazy.evictions_age", "lazy.prewarmed", "lazy.trimmed", "lazy.held"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            named_sum += value;
            ++*(size_t *)context;
        }
    }
}

START_TEST(counters_are_named)
{
    size_t found = 0;
    lru_set(2, 512, 60);
    lru_take(ss, 3);
    lru_give(ss, 3);
    hak_stats_each(each, &found);
    must(found == 9 && named_sum == 3 + 3 + 1 + 2);
}
END_TEST

TEST_MAIN("lazy: bounds", by_count, by_bytes, odd_mib_count_down, zero_count, zero_bytes, less_than_one_superslab, zero_age,
          bounds_lowered, trim, prewarm, prewarm_within_bounds, counters_are_named)
