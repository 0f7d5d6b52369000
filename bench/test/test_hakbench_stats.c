/* SPDX-License-Identifier: MIT */
/* test_hakbench_stats.c - the arithmetic against worked examples: each expected number has its source beside it. */
#include "bench/low/stats.h"
#include "core/test/test.h"
#include <math.h>
#include <string.h>

#define COUNT(array)          (sizeof(array) / sizeof *(array))
#define near(x, y, tolerance) ck_assert_double_eq_tol(x, y, tolerance)

/* Depression scale factors, first and second visit: Hollander and Wolfe, Nonparametric Statistical Methods (1973), p. 29; the
 * example of R's help page wilcox.test. */
static const double first[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
static const double second[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};

/* Permeability of the chorioamnion at term and at 12 to 26 weeks: Hollander and Wolfe (1973), p. 69; the same help page. */
static const double at_term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
static const double early[] = {1.15, 0.88, 0.90, 0.74, 1.21};

/* Systolic blood pressure of 22 patients: SAS, The UNIVARIATE Procedure, examples 4.1 and 4.11. */
static const double systolic[] = {120, 96,  100, 120, 140, 120, 165, 110, 119, 125, 133,
                                  108, 110, 130, 120, 134, 118, 122, 122, 122, 112, 122};

START_TEST(quantiles_of_type_7)
{
    static const double x[] = {22, 1, 7, 2, 16, 4, 11};
    /* R 4.2: quantile(c(1, 2, 4, 7, 11, 16, 22), c(.1, .25, .9)) */
    near(stats_quantile(x, COUNT(x), 0.1), 1.6, 1e-12);
    near(stats_quantile(x, COUNT(x), 0.25), 3, 1e-12);
    near(stats_quantile(x, COUNT(x), 0.9), 18.4, 1e-12);
    near(stats_quantile(x, COUNT(x), 0), 1, 1e-12);
    near(stats_quantile(x, COUNT(x), 1), 22, 1e-12);
    near(stats_median(x, COUNT(x)), 7, 1e-12);
    near(stats_median(x, 2), 11.5, 1e-12);
    ck_assert(isnan(stats_median(x, 0)));
}
END_TEST

START_TEST(median_absolute_deviation)
{
    static const double x[] = {9, 1, 8, 2, 7, 3, 6, 4, 5};
    near(stats_mad(x, COUNT(x)), 2.9652, 1e-4);               /* the example of R's help page mad: mad(c(1:9)) */
    near(stats_mad(systolic, COUNT(systolic)), 9.6369, 1e-4); /* 6.5 x 1.4826; R 4.2: mad(systolic) */
}
END_TEST

START_TEST(signed_rank)
{
    /* R's help page: one-sided p = 0.01953; the distribution is symmetric, so that two-sided is twice that, 20 / 2^9. */
    near(stats_wilcoxon(first, second, COUNT(first)), 2 * 0.01953125, 1e-12);
    near(stats_wilcoxon(second, first, COUNT(first)), 2 * 0.01953125, 1e-12);
    /* Ten differences of one sign: 2 / 2^10. A pair of equals is dropped. */
    static const double up[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, zero[11] = {[10] = 11};
    near(stats_wilcoxon(up, zero, 11), 2.0 / 1024, 1e-15);
    ck_assert_double_eq(stats_wilcoxon(up, up, 11), 1);
    ck_assert_double_eq(stats_wilcoxon(up, zero, 0), 1);
}
END_TEST

START_TEST(rank_sum)
{
    near(stats_mann_whitney(at_term, COUNT(at_term), early, COUNT(early)), 0.2544, 5e-5); /* R's help page, two-sided */
    near(stats_mann_whitney(early, COUNT(early), at_term, COUNT(at_term)), 0.254412254412254,
         1e-12); /* 764 of C(15, 5) = 3003 */
    /* With ties: blood pressure of 4 treated and 11 untreated, p = 0.0989 by StatXact 5 and R's exactRankTests (its tests). */
    static const double treated[] = {94, 108, 110, 90}, untreated[] = {80, 94, 85, 90, 90, 90, 108, 94, 78, 105, 88};
    near(stats_mann_whitney(treated, 4, untreated, 11), 0.0989, 5e-5);
    static const double low[] = {1, 2, 3, 4, 5, 6, 7, 8}, high[] = {9, 10, 11, 12, 13, 14, 15, 16};
    near(stats_mann_whitney(low, 8, high, 8), 2.0 / 12870, 1e-15); /* 2 / C(16, 8) */
    ck_assert_double_eq(stats_mann_whitney(low, 8, low, 8), 1);
    ck_assert_double_eq(stats_mann_whitney(low, 0, low, 8), 1);
}
END_TEST

/* Beyond the sizes of the exact tables: the normal distribution, as R takes it. */
START_TEST(large_samples)
{
    double a[80], b[80];
    for (int i = 0; i < 80; i++) {
        a[i] = (i * 37) % 80;
        b[i] = (i * 37) % 80 + 11.5;
    }
    /* R 4.2: a <- (0:79 * 37) %% 80; wilcox.test(a, a + 11.5, exact = FALSE)$p.value */
    near(stats_mann_whitney(a, 80, b, 80), 0.003583535386, 1e-11);
    for (int i = 0; i < 80; i++) {
        a[i] = (i * 37) % 80 / 4;
        b[i] = (i * 29) % 80 / 4 + 3;
    }
    /* R 4.2, with ties: wilcox.test((0:79 * 37) %% 80 %/% 4, (0:79 * 29) %% 80 %/% 4 + 3, exact = FALSE)$p.value */
    near(stats_mann_whitney(a, 80, b, 80), 0.002429352088, 1e-11);
    double x[256], y[256];
    for (int i = 0; i < 256; i++) {
        x[i] = (i * 37) % 256;
        y[i] = (i * 101) % 256 - 11;
    }
    /* R 4.2: i <- 0:255; wilcox.test((i * 37) %% 256, (i * 101) %% 256 - 11, paired = TRUE, exact = FALSE)$p.value */
    near(stats_wilcoxon(x, y, 256), 0.01650317092, 1e-10);
}
END_TEST

START_TEST(trimmed_t)
{
    /* SAS, example 4.11: trimmed mean 120.35 and 95 % limits 114.9635 and 125.7365 with one value cut at each end, 120.3125 and
     * 115.2069, 125.4181 with three. */
    size_t n = COUNT(systolic);
    near(stats_trimmed_t(systolic, n, 1 / 22.0, 120.35), 1, 1e-9);
    near(stats_trimmed_t(systolic, n, 1 / 22.0, 114.9635), 0.05, 1e-5);
    near(stats_trimmed_t(systolic, n, 1 / 22.0, 125.7365), 0.05, 1e-5);
    near(stats_trimmed_t(systolic, n, 3.01 / 22, 115.2069), 0.05, 1e-5);
    near(stats_trimmed_t(systolic, n, 3.01 / 22, 125.4181), 0.05, 1e-5);
    /* Untrimmed it is Student's: his sleep data, p = 0.002833 in R's help page t.test (paired). */
    static const double sleep[] = {-1.2, -2.4, -1.3, -1.3, 0, -1.0, -1.8, -0.8, -4.6, -1.4};
    near(stats_trimmed_t(sleep, COUNT(sleep), 0, 0), 0.002833, 5e-7);
    static const double same[] = {2, 2, 2};
    ck_assert_double_eq(stats_trimmed_t(same, 3, 0.1, 2), 1);
    ck_assert_double_eq(stats_trimmed_t(same, 3, 0.1, 1), 0);
    ck_assert_double_eq(stats_trimmed_t(same, 1, 0.1, 1), 1);
}
END_TEST

START_TEST(holm)
{
    /* R 4.2: p.adjust(c(0.01, 0.001, 0.04, 0.03, 0.005), "holm") */
    static const double p[] = {0.01, 0.001, 0.04, 0.03, 0.005}, expected[] = {0.030, 0.005, 0.060, 0.060, 0.020};
    double adjusted[5];
    stats_holm(p, 5, adjusted);
    for (int i = 0; i < 5; i++)
        near(adjusted[i], expected[i], 1e-12);
    double large[] = {0.5, 0.5, 0.9};
    stats_holm(large, 3, large);
    for (int i = 0; i < 3; i++)
        ck_assert_double_eq(large[i], 1);
}
END_TEST

/* The parts of n-fold draws whose median is below bound, and at most bound. */
static void drawn(const double *x, size_t n, double bound, double *below, double *at_most)
{
    enum { DRAWS = 20000 };
    uint32_t state = 99;
    double draw[64];
    *below = *at_most = 0;
    for (int d = 0; d < DRAWS; d++) {
        for (size_t i = 0; i < n; i++)
            draw[i] = x[(uint64_t)test_random(&state) * n >> 32];
        double median = stats_median(draw, n);
        *below += (median < bound - 1e-9) / (double)DRAWS;
        *at_most += (median < bound + 1e-9) / (double)DRAWS;
    }
}

START_TEST(bootstrap)
{
    /* The bootstrap distribution of a median of 13: at most the k-th value with chance 0.0157 (k = 3), 0.0707 (4), 0.1949 (5),
     * 0.3885 (6) and so on: Efron, Bootstrap methods: another look at the jackknife (1979), section 3. So 2.5 % is the 4th
     * value. */
    static const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
    static const struct {
        double level;
        int lo;
    } expected[] = {{0.97, 3}, {0.968, 4}, {0.95, 4}, {0.86, 4}, {0.858, 5}, {0.62, 5}, {0.61, 6}, {0.24, 6}, {0.22, 7}};
    for (size_t i = 0; i < COUNT(expected); i++) {
        struct stats_interval m = stats_median_interval(x, 13, expected[i].level);
        ck_assert_double_eq(m.value, 7);
        ck_assert_double_eq(m.lo, expected[i].lo);
        ck_assert_double_eq(m.hi, 14 - expected[i].lo);
    }
    /* Odd and even numbers of uneven values, against draws. */
    static const int counts[] = {5, 6, 7, 8, 10, 12, 19, 20, 40};
    for (size_t c = 0; c < COUNT(counts); c++) {
        double y[40], below, at_most;
        for (int i = 0; i < counts[c]; i++)
            y[i] = pow(1.3, (i * 7) % counts[c]);
        struct stats_interval m = stats_median_interval(y, (size_t)counts[c], 0.95);
        drawn(y, (size_t)counts[c], m.lo, &below, &at_most);
        ck_assert_msg(below < 0.029 && at_most > 0.021, "n = %d: %g..%g below %g", counts[c], below, at_most, m.lo);
        drawn(y, (size_t)counts[c], m.hi, &below, &at_most);
        ck_assert_msg(below < 0.979 && at_most > 0.971, "n = %d: %g..%g below %g", counts[c], below, at_most, m.hi);
    }
}
END_TEST

/* Many values: the interval is that of the normal distribution, and nothing overflows. */
START_TEST(bootstrap_of_many)
{
    enum { MANY = 3000 };
    static double x[MANY];
    for (int i = 0; i < MANY; i++)
        x[i] = (i * 1999) % MANY;
    struct stats_interval m = stats_median_interval(x, MANY, 0.95);
    near(m.lo, 1499.5 - 1.96 * sqrt(MANY) / 2, 2); /* the rank of a median has a deviation of sqrt(n) / 2 */
    near(m.hi, 1499.5 + 1.96 * sqrt(MANY) / 2, 2);
    near(m.lo + m.hi, 2 * m.value, 1e-9);
}
END_TEST

START_TEST(ratios)
{
    double a[13], b[13];
    for (int i = 0; i < 13; i++) {
        a[i] = 1000 + i % 3;
        b[i] = a[i] * (1 + (i - 6) / 100.0);
    }
    struct stats_interval r = stats_ratio_interval(a, b, 13);
    near(r.value, 1, 1e-12);
    near(r.lo, 0.97, 1e-12); /* the 4th and the 10th of 0.94 .. 1.06, see above */
    near(r.hi, 1.03, 1e-12);
    r = stats_ratio_interval(a, b, STATS_INTERVAL_MIN - 1);
    ck_assert(!isnan(r.value) && isnan(r.lo) && isnan(r.hi));
}
END_TEST

START_TEST(outliers)
{
    static const double x[] = {10, 11, 9, 10.5, 9.5, 14, 10.2};
    bool flag[7];
    ck_assert_uint_eq(stats_outliers(x, 7, flag), 1);
    for (int i = 0; i < 7; i++)
        ck_assert(flag[i] == (i == 5));
    ck_assert_uint_eq(stats_outliers(x, 0, flag), 0);
}
END_TEST

START_TEST(pairs_needed)
{
    /* Spread of 2 %: 1.96 x 1.2533 x 0.02 / sqrt(n) = 0.01 at n = 24.1 */
    double a[5] = {1, 1, 1, 1, 1}, b[5], step = 0.02 / 1.4826;
    for (int i = 0; i < 5; i++)
        b[i] = exp((i - 2) * step);
    ck_assert_uint_eq(stats_pairs_needed(a, b, 5, 0.01), 25);
    ck_assert_uint_eq(stats_pairs_needed(a, b, 5, 0.02), 7);
    ck_assert_uint_eq(stats_pairs_needed(a, b, 5, 0.1), 0);
    ck_assert_uint_eq(stats_pairs_needed(a, a, 5, 0.01), 0);
    /* (z of 0.025 + z of 0.2)^2 = 7.85: with t in its place a little more (Student, n = 10: 2.262 + 0.842 against
     * sqrt(10) 1.0). */
    ck_assert_uint_eq(stats_pairs_to_see(1, 1, 0.05, 0), 10);
    ck_assert_uint_gt(stats_pairs_to_see(1, 1, 0.05, 0.1), 10);
    ck_assert_uint_ge(stats_pairs_to_see(1, 0, 0.05, 0.1), STATS_PAIRS_MAX);
}
END_TEST

TEST_MAIN("statistics", quantiles_of_type_7, median_absolute_deviation, signed_rank, rank_sum, large_samples, trimmed_t, holm,
          bootstrap, bootstrap_of_many, ratios, outliers, pairs_needed)
