/* SPDX-License-Identifier: MIT */
/* test_hakbench_decide.c - pairs are taken until the interval is clear of the bars or the cap is reached, on synthetic samples:
 * a count is decided at once, a clear effect early, a doubtful one late, and no effect is not taken for one.
 */
#include "bench/judge/decide.h"
#include "core/test/test.h"
#include <math.h>

struct source { double log_effect, noise; uint32_t random; int calls, largest, gives; bool zero; };

static double uniform(uint32_t *state)
{
    return (double)test_random(state) / 4294967296.0 - 0.5;
}

/* The same pairs again for the same places. */
static int take(void *context, int total, double *reference, double *candidate)
{
    struct source *s = context;
    uint32_t state = s->random;
    s->calls++;
    s->largest = total;
    int count = s->gives ? s->gives : total;
    for (int i = 0; i < count; i++) {
        reference[i] = s->zero ? 0 : 100 * exp(s->noise * uniform(&state));
        candidate[i] = s->zero ? 3 : 100 * exp(s->log_effect + s->noise * uniform(&state));
    }
    return count;
}

static struct decision run(struct source *s, double bar, double other, int first, int cap)
{
    struct decide_rule rule = {.bars = {bar, other}, .bar_count = isnan(other) ? 1 : 2, .first = first, .cap = cap};
    return decide_run(&rule, take, s);
}

START_TEST(counts)
{
    struct source s = {.log_effect = 0.4, .random = 3};
    struct decision d = run(&s, 0.2, NAN, 2, 8);
    ck_assert(d.clear && d.pairs == 2 && s.calls == 1);
    ck_assert(fabs(d.log.lo - 0.4) < 1e-9 && fabs(d.log.hi - 0.4) < 1e-9);
    s = (struct source){.zero = true}; /* from 0 to 3 */
    d = run(&s, 0.01, -0.01, 2, 8);
    ck_assert(d.clear && fabs(d.log.value - log(4)) < 1e-9);
    s = (struct source){.random = 3};
    d = run(&s, 0.01, -0.01, 2, 8);
    ck_assert(d.clear && d.log.value == 0);
}
END_TEST

/* Two counts that vary as much as what they should tell are no answer. */
START_TEST(counts_that_vary)
{
    int clear = 0;
    for (uint32_t seed = 1; seed <= 50; seed++) {
        struct source s = {.log_effect = 0.15, .noise = 0.3, .random = seed * 2654435761u};
        clear += run(&s, 0.1, NAN, 2, 2).clear;
    }
    ck_assert_int_le(clear, 10);
}
END_TEST

START_TEST(clear_early_doubtful_late)
{
    struct source far = {.log_effect = 0.5, .noise = 0.2, .random = 9}, near = {.log_effect = 0.13, .noise = 0.2, .random = 9};
    struct decision d = run(&far, 0.1, NAN, 6, 96), e = run(&near, 0.1, NAN, 6, 96);
    ck_assert(d.clear && d.pairs <= 12 && d.log.lo > 0.1);
    ck_assert(e.pairs > 6 && near.largest <= 96);
    ck_assert(!e.clear || e.log.lo > 0.1);
}
END_TEST

/* In few of 40 runs is something made of nothing, though each looks up to four times. */
START_TEST(no_effect)
{
    int wrong = 0, capped = 0;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        struct source s = {.noise = 0.2, .random = seed * 2654435761u};
        struct decision d = run(&s, 0.01, -0.01, 10, 80);
        wrong += d.clear && (d.log.lo > 0.01 || d.log.hi < -0.01);
        capped += !d.clear;
        ck_assert_int_le(s.calls, 4);
    }
    ck_assert_int_eq(wrong, 0);
    ck_assert_int_ge(capped, 30);
}
END_TEST

START_TEST(cannot_go_on)
{
    struct source s = {.noise = 0.2, .random = 5, .gives = 6};
    struct decision d = run(&s, 0.01, -0.01, 6, 96);
    ck_assert(!d.clear && d.pairs == 6 && s.calls == 2);
    s = (struct source){.gives = -1};
    d = run(&s, 0.01, -0.01, 6, 96);
    ck_assert(!d.clear && d.pairs == 0 && isnan(d.log.value));
    s = (struct source){.log_effect = 1, .noise = 0.1, .random = 5, .gives = 24}; /* a quick workload */
    d = run(&s, 0.5, NAN, 6, 96);
    ck_assert(d.clear && d.pairs == 24);
}
END_TEST

TEST_MAIN("deciding between two", counts, counts_that_vary, clear_early_doubtful_late, no_effect, cannot_go_on)
