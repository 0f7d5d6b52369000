/* SPDX-License-Identifier: MIT */
/* random_effect.c - see random_effect.h for the formula and its sources. */
#include "bench/low/random_effect.h"
#include "bench/low/xalloc.h"
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#define LEAST_VARIANCE 1e-10 /* of values that did not vary: a thousandth of a percent */

static double weighted_mean(const double *y, const double *w, size_t k, double *sum)
{
    double mean = 0;
    *sum = 0;
    for (size_t i = 0; i < k; i++) {
        *sum += w[i];
        mean += w[i] * y[i];
    }
    return mean / *sum;
}

static double weighted_squares(const double *y, const double *w, size_t k, double mean)
{
    double sum = 0;
    for (size_t i = 0; i < k; i++)
        sum += w[i] * (y[i] - mean) * (y[i] - mean);
    return sum;
}

struct random_effect random_effect_of(const double *y, const double *v, size_t k)
{
    double *w = xalloc_zeroed(k, sizeof *w), sum, squares = 0;
    for (size_t i = 0; i < k; i++) {
        w[i] = 1 / v[i];
        squares += w[i] * w[i];
    }
    double mean = weighted_mean(y, w, k, &sum), q = weighted_squares(y, w, k, mean), df = (double)k - 1;
    double between = fmax(0, (q - df) / (sum - squares / sum));
    for (size_t i = 0; i < k; i++)
        w[i] = 1 / (v[i] + between);
    mean = weighted_mean(y, w, k, &sum);
    double scale = fmax(1, weighted_squares(y, w, k, mean) / df);
    free(w);
    return (struct random_effect){
        .mean = mean, .se = sqrt(scale / sum), .tau = sqrt(between), .i_squared = q > df ? (q - df) / q : 0, .groups = k};
}

struct stats_interval random_effect_interval(const struct random_effect *r)
{
    double half = r->se * gsl_cdf_tdist_Pinv(0.975, (double)r->groups - 1);
    return (struct stats_interval){r->mean, r->mean - half, r->mean + half};
}

double random_effect_p(const struct random_effect *r, double mean)
{
    return 2 * gsl_cdf_tdist_Q(fabs(r->mean - mean) / r->se, (double)r->groups - 1);
}

void random_effect_groups(const double *x, const int *group, size_t n, size_t k, double *y, double *v)
{
    double *one = xalloc_zeroed(2 * n, sizeof *one), *rest = one + n;
    size_t *count = xalloc_zeroed(k, sizeof *count), used = 0;
    for (size_t g = 0; g < k; g++) {
        for (size_t i = 0; i < n; i++)
            if (group[i] == (int)g)
                one[count[g]++] = x[i];
        struct stats_interval median = stats_median_interval(one, count[g], 0.95);
        y[g] = stats_median(one, count[g]);
        v[g] = isnan(median.lo) ? NAN : pow((median.hi - median.lo) / (2 * 1.96), 2);
        for (size_t i = 0; i < count[g]; i++)
            rest[used++] = one[i] - y[g];
    }
    double spread = n > k ? stats_mad(rest, n) : 0, scale = n > k ? (double)n / (double)(n - k) : 1;
    for (size_t g = 0; g < k; g++) {
        if (isnan(v[g]))
            v[g] = M_PI / 2 * spread * spread * scale / (double)count[g];
        v[g] = fmax(v[g], LEAST_VARIANCE);
    }
    free(one);
    free(count);
}
