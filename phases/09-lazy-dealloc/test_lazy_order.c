/* SPDX-License-Identifier: MIT */
/* test_lazy_order.c - the LRU gives out the newest first and evicts the oldest first. */
#include "test_lazy.h"

enum { COUNT = 12, STEPS = 20000 };

static struct superslab *ss[COUNT];

START_TEST(newest_out_first)
{
    lru_take(ss, COUNT);
    lru_give(ss, COUNT);
    for (size_t i = COUNT; i-- > 0;) {
        must(superslab_acquire() == ss[i]);
        must(lazy_valid());
    }
    struct lazy_counts c = lazy_counts();
    must(c.pushes == COUNT && c.hits == COUNT && c.misses == COUNT && c.held == 0);
}
END_TEST

START_TEST(oldest_evicted_first)
{
    lru_set(COUNT, 512, 60);
    lru_take(ss, COUNT);
    struct superslab *more[3];
    lru_take(more, 3);
    lru_give(ss, COUNT);
    for (size_t i = 0; i < 3; i++) {
        superslab_release(more[i]);
        must(lazy_valid());
        must(!mapped(ss[i]) && mapped(ss[i + 1]));
        must(lazy_counts().evictions_count == i + 1);
    }
}
END_TEST

/* Any sequence, against an array: the newest at its end. */
START_TEST(any_sequence)
{
    struct superslab *list[COUNT], *taken[COUNT];
    size_t held = 0, out = COUNT;
    uint32_t state = 9;
    lru_set(COUNT / 2, 512, 60);
    lru_take(taken, COUNT);
    for (size_t step = 0; step < test_scaled(STEPS); step++) {
        if (out > 0 && (out == COUNT || test_random(&state) % 2)) {
            size_t i = test_random(&state) % out;
            struct superslab *back = taken[i];
            taken[i] = taken[--out];
            superslab_release(back);
            if (held == COUNT / 2) {
                must(!mapped(list[0]));
                memmove(list, list + 1, --held * sizeof *list);
            }
            list[held++] = back;
        } else {
            struct superslab *got = superslab_acquire();
            must(got && (held == 0 || got == list[--held]));
            taken[out++] = got;
        }
        must(lazy_valid() && lazy_counts().held == held);
    }
    must(lazy_counts().hits > 0 && lazy_counts().evictions_count > 0);
}
END_TEST

TEST_MAIN("lazy: order", newest_out_first, oldest_evicted_first, any_sequence)
