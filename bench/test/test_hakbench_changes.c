/* SPDX-License-Identifier: MIT */
/* test_hakbench_changes.c - change points: false ones are rare at every length, and planted ones are found where they are. */
#include "bench/judge/changes.h"
#include "core/test/test.h"
#include <math.h>
#include <stdlib.h>

enum { LONGEST = 160, SAMPLES = 5 };
static double values[LONGEST][SAMPLES];
static struct change_point points[LONGEST];
static uint64_t state;

static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 11) + 0.5) * 0x1p-53;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * acos(-1) * uniform());
}

/* count points of SAMPLES values about 1; the machine shifts a point by `between`, sometimes by four times as much; from `at`
 * on all is `step` times as large. */
static void make(size_t count, double within, double between, double often, size_t at, double step)
{
    for (size_t i = 0; i < count; i++) {
        double shift = between * normal() * (uniform() < often ? 4 : 1);
        for (int k = 0; k < SAMPLES; k++)
            values[i][k] = (i >= at ? step : 1) * exp(shift + within * normal());
        points[i] = (struct change_point){values[i], SAMPLES};
    }
}

static struct changes find(size_t count)
{
    return changes_find(points, count, 0.01, (struct stats_interval){NAN, NAN, NAN});
}

/* Series of 100 that show a change where there is none. */
static double false_rate(size_t count, double between, double often, int series)
{
    int wrong = 0;
    for (int i = 0; i < series; i++) {
        make(count, 0.01, between, often, count, 1);
        struct changes c = find(count);
        wrong += c.count > 0;
        free(c.change);
    }
    return 100.0 * wrong / series;
}

START_TEST(few_series_show_a_change_that_is_none)
{
    static const size_t lengths[] = {3, 4, 6, 8, 10, 20, 40, 80, 160};
    state = 1;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        double still = false_rate(lengths[i], 0, 0, 1000), shifted = false_rate(lengths[i], 0.01, 0, 1000);
        ck_assert_msg(still <= 1, "%zu points: %.1f %%", lengths[i], still);
        ck_assert_msg(shifted <= 1.5, "%zu points, shifted by the machine: %.1f %%", lengths[i], shifted);
    }
    double rough = false_rate(20, 0.01, 0.1, 2000);
    ck_assert_msg(rough <= 2.5, "one shift in ten four times as large: %.1f %%", rough);
}
END_TEST

START_TEST(a_planted_change_is_found_where_it_is)
{
    int found = 0, near = 0, covered = 0, series = 500;
    state = 2;
    for (int i = 0; i < series; i++) {
        make(20, 0.01, 0.005, 0, 12, 0.95);
        struct changes c = find(20);
        found += c.count == 1 && c.change[0].at == 12;
        near += c.count == 1 && labs((long)c.change[0].at - 12) <= 1;
        covered += c.count == 1 && c.change[0].ratio.lo <= 0.95 && c.change[0].ratio.hi >= 0.95;
        free(c.change);
    }
    ck_assert_msg(found >= 480 && near >= 490, "exactly %d, nearly %d of %d", found, near, series);
    ck_assert_msg(covered >= 450, "the interval holds the change in %d of %d", covered, series);
}
END_TEST

START_TEST(two_changes_and_back)
{
    state = 3;
    make(30, 0.005, 0.003, 0, 10, 0.9);
    for (size_t i = 20; i < 30; i++)
        for (int k = 0; k < SAMPLES; k++)
            values[i][k] /= 0.9;
    struct changes c = find(30);
    ck_assert_uint_eq(c.count, 2);
    ck_assert_uint_eq(c.change[0].at, 10);
    ck_assert_uint_eq(c.change[1].at, 20);
    ck_assert_double_lt(c.change[0].ratio.hi, 1);
    ck_assert_double_gt(c.change[1].ratio.lo, 1);
    free(c.change);
}
END_TEST

/* What never varies: the newest commit alone is seen; less than the margin is no change, and A/A may ask for more. */
START_TEST(counts_are_exact)
{
    make(20, 0, 0, 0, 19, 1.02);
    struct changes c = find(20);
    ck_assert(c.exact);
    ck_assert_uint_eq(c.count, 1);
    ck_assert_uint_eq(c.change[0].at, 19);
    ck_assert_double_eq_tol(c.change[0].ratio.value, 1.02, 1e-9);
    ck_assert_double_eq(c.change[0].ratio.lo, c.change[0].ratio.hi);
    free(c.change);
    c = changes_find(points, 20, 0.01, (struct stats_interval){1, 0.97, 1.03});
    ck_assert_uint_eq(c.count, 0);
    free(c.change);
    make(20, 0, 0, 0, 10, 1.009);
    c = find(20);
    ck_assert_uint_eq(c.count, 0);
    free(c.change);
}
END_TEST

/* A creeping count: each step is less than the margin, all together are not. */
START_TEST(small_steps_add_up)
{
    make(20, 0, 0, 0, 20, 1);
    for (size_t i = 0; i < 20; i++)
        for (int k = 0; k < SAMPLES; k++)
            values[i][k] *= pow(1.005, (double)i);
    struct changes c = find(20);
    ck_assert_uint_ge(c.count, 1);
    free(c.change);
}
END_TEST

START_TEST(nothing_to_compare)
{
    make(1, 0.01, 0, 0, 1, 1);
    for (size_t n = 0; n < 2; n++) {
        struct changes c = find(n);
        ck_assert_uint_eq(c.count, 0);
        free(c.change);
    }
}
END_TEST

TEST_MAIN("changes", few_series_show_a_change_that_is_none, a_planted_change_is_found_where_it_is, two_changes_and_back,
          counts_are_exact, small_steps_add_up, nothing_to_compare)
