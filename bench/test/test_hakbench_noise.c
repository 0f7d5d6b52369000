/* SPDX-License-Identifier: MIT */
/* test_hakbench_noise.c - the error rates that the rule of verdict.c promises, on simulated samples: no false alarm in 100 A/A
 * comparisons at any noise, a planted 3 % slow-down found.
 *
 * Everything is fixed by the seeds.
 */
#include "bench/judge/simulate.h"
#include "core/test/test.h"
#include <string.h>

static struct simulated run(double effect, double noise, int pairs, uint64_t seed)
{
    struct simulation s = {.seed = seed, .comparisons = 100, .effect = effect, .noise = noise, .pairs = pairs};
    struct simulated r = simulate(&s);
    size_t all = 0;
    for (int i = 0; i < VERDICTS; i++)
        all += r.count[i];
    ck_assert_uint_eq(all, 100);
    ck_assert_msg(simulated_false(&s, &r) == 0, "effect %g, noise %g: %zu GO, %zu NO-GO", effect, noise, r.count[VERDICT_GO],
                  r.count[VERDICT_NO_GO]);
    return r;
}

/* Quiet: identical binaries are called so, or left open. */
START_TEST(no_false_alarm_quiet)
{
    struct simulated r = run(1, 0.01, 0, 1);
    ck_assert_uint_ge(r.count[VERDICT_EQUIVALENT], 80);
    ck_assert_uint_ge(r.pairs, 100 * RULE_PAIRS);
    ck_assert_uint_le(r.pairs, 100 * RULE_PAIRS_MAX);
    run(1, 0.02, 20, 2);
}
END_TEST

/* Noisy: nothing is claimed. */
START_TEST(no_false_alarm_noisy)
{
    struct simulated r = run(1, 0.1, 10, 3);
    ck_assert_uint_eq(r.count[VERDICT_EQUIVALENT], 0);
    run(1, 0.2, 20, 4);
    r = run(0.97, 0.1, 20, 5);
    ck_assert_uint_ge(r.count[VERDICT_UNDECIDED], 80);
}
END_TEST

START_TEST(slow_down_found)
{
    ck_assert_uint_ge(run(0.97, 0, 0, 1).count[VERDICT_NO_GO], 95); /* counts of instructions */
    ck_assert_uint_ge(run(0.97, 0.01, 0, 1).count[VERDICT_NO_GO], 80);
    ck_assert_uint_ge(run(0.97, 0.02, 0, 1).count[VERDICT_NO_GO], 80);
    ck_assert_uint_ge(run(1 / 0.97, 0.015, 40, 1).count[VERDICT_GO], 80); /* a speed-up likewise, by 40 pairs at once */
}
END_TEST

START_TEST(by_the_seed)
{
    struct simulated first = run(0.97, 0.02, 20, 9), again = run(0.97, 0.02, 20, 9), other = run(0.97, 0.02, 20, 10);
    ck_assert(memcmp(&first, &again, sizeof first) == 0);
    ck_assert(memcmp(&first, &other, sizeof first) != 0);
    ck_assert_uint_eq(first.pairs, 2000);
}
END_TEST

TEST_MAIN("noise", no_false_alarm_quiet, no_false_alarm_noisy, slow_down_found, by_the_seed)
