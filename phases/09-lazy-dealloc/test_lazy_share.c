/* SPDX-License-Identifier: MIT */
/* test_lazy_share.c - where the environment does not say how much, the list holds no more than all may hold together: little
 * when little is live, twice that when what has gone is wanted again, and a share of what is live. */
#include "core/heap/spare.h"
#include "test_lazy.h"

enum { MOST = 120 };

static struct superslab *ss[MOST];

/* So many come and go; how many SuperSlabs stay. */
static uint64_t come_and_go(size_t count)
{
    lru_take(ss, count);
    lru_give(ss, count);
    must(lazy_counts().held * SUPERSLAB_SIZE <= spare_allowed());
    return lazy_counts().held;
}

START_TEST(little_of_nothing)
{
    uint64_t held = come_and_go(MOST);
    must(held * SUPERSLAB_SIZE <= 24 * MIB && held >= 8);
    must(lazy_counts().evictions_spare == MOST - held && lazy_counts().evictions_count == 0);
}
END_TEST

/* The same with blocks: only a pool knows what it takes for the first time. */
static uint64_t blocks_come_and_go(size_t count)
{
    static void *block[MOST * 2048];
    for (size_t i = 0; i < count * 2048; i++) {
        must((block[i] = hak_malloc(1024)));
        memset(block[i], 1, 1024);
    }
    for (size_t i = 0; i < count * 2048; i++)
        hak_free(block[i]);
    must(lazy_counts().held * SUPERSLAB_SIZE <= spare_allowed());
    return lazy_counts().held;
}

/* Never more than 48 MiB and a quarter of what was live, whatever is wanted again; what bins keep, up to some MiB, keeps its
 * SuperSlabs from being empty. */
START_TEST(more_where_it_is_wanted_again)
{
    uint64_t held = blocks_come_and_go(28), first = held;
    for (int i = 0; i < 4; i++)
        held = blocks_come_and_go(28);
    must(held > first && held >= 18);
    for (int i = 0; i < 8; i++)
        held = blocks_come_and_go(MOST);
    must(held <= MOST / 4 + 2);
}
END_TEST

/* 240 MiB live: a fifth of it may be kept beside. */
START_TEST(a_share_of_what_is_live)
{
    struct superslab *live[MOST];
    lru_take(live, MOST);
    uint64_t held = come_and_go(MOST);
    must(held > 12 && held * SUPERSLAB_SIZE <= 2 * MOST * MIB / 4);
    for (size_t i = 0; i < MOST; i++)
        superslab_release(live[i]);
    must(lazy_counts().held * SUPERSLAB_SIZE <= spare_allowed() && lazy_valid());
}
END_TEST

START_TEST(shed)
{
    uint64_t held = come_and_go(10);
    must(held == 10 && lazy_shed(5 * MIB) == 6 * MIB && lazy_counts().held == 7);
    lru_set(256, 512, 60); /* as the environment says */
    must(lazy_shed(MIB) == 0 && lazy_counts().held == 7);
}
END_TEST

TEST_MAIN("lazy: share", little_of_nothing, more_where_it_is_wanted_again, a_share_of_what_is_live, shed)
