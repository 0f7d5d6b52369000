/* SPDX-License-Identifier: MIT */
/* stats.c - medians, bootstrap intervals, tests, Holm's correction. See stats.h.
 *
 * Quantiles, sorting and distribution functions are GSL's.
 */
#include "bench/low/stats.h"
#include "bench/low/xalloc.h"
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANK_SUM_EXACT = 60, SIGNED_RANK_EXACT = 200 };

static double *copy(const double *x, size_t n)
{
    double *c = xalloc_zeroed(n, sizeof *c);
    memcpy(c, x, n * sizeof *c);
    return c;
}

double stats_quantile(const double *x, size_t n, double q)
{
    if (!n)
        return NAN;
    double *sorted = copy(x, n);
    gsl_sort(sorted, 1, n);
    double value = gsl_stats_quantile_from_sorted_data(sorted, 1, n, q);
    free(sorted);
    return value;
}

double stats_median(const double *x, size_t n)
{
    return stats_quantile(x, n, 0.5);
}

double stats_mad(const double *x, size_t n)
{
    if (!n)
        return NAN;
    double *work = xalloc_zeroed(n, sizeof *work);
    double value = gsl_stats_mad(x, 1, n, work);
    free(work);
    return value;
}

/* --- Bootstrap
 * ---------------------------------------------------------------------------------------------------------------- The
 * distribution of the median of n draws from n values is known exactly (Efron 1979, section 3, for odd n; Maritz and Jarrett
 * 1978), so no draw is made. Percentile, not BCa: the acceleration that BCa takes from the jackknife is not consistent for a
 * median, and with 8 to 20 values only adds noise. */

enum { GAP = 40 }; /* that many values between the two middle draws have a chance below exp(-40) */

struct points {
    double *value, *weight;
    size_t count;
};

/* The chance that the k-th of n draws is at most the i-th value. */
static double draw_at_most(size_t k, size_t i, size_t n)
{
    return i == n ? 1 : i == 0 ? 0 : gsl_cdf_binomial_Q((unsigned)k - 1, (double)i / (double)n, (unsigned)n);
}

/* log of (i/n)^m - ((i-1)/n)^m: m draws up to the i-th value, not all below it. */
static double log_step(size_t i, size_t n, size_t m)
{
    double dm = (double)m, di = (double)i;
    return dm * log(di / (double)n) + (i > 1 ? log1p(-pow((di - 1) / di, dm)) : 0);
}

static void point_add(struct points *p, double value, double weight)
{
    p->value[p->count] = value;
    p->weight[p->count++] = weight;
}

/* Where the median of an even number of draws lies between the i-th and the j-th value: m draws up to i, the rest from j on. */
static void points_even(struct points *p, const double *sorted, size_t n, size_t i)
{
    size_t m = n / 2;
    double rest = draw_at_most(m, i, n) - draw_at_most(m, i - 1, n);
    double left = gsl_sf_lnchoose((unsigned)n, (unsigned)m) + log_step(i, n, m);
    for (size_t j = i + 1; j <= n && j <= i + GAP; j++) {
        double weight = exp(left + log_step(n - j + 1, n, m));
        rest -= weight;
        point_add(p, (sorted[i - 1] + sorted[j - 1]) / 2, weight);
    }
    point_add(p, sorted[i - 1], fmax(rest, 0));
}

static struct points median_points(const double *sorted, size_t n)
{
    struct points p = {xalloc_zeroed(n * (GAP + 1), sizeof *p.value), xalloc_zeroed(n * (GAP + 1), sizeof *p.weight), 0};
    for (size_t i = 1; i <= n; i++)
        if (n % 2)
            point_add(&p, sorted[i - 1], draw_at_most(n / 2 + 1, i, n) - draw_at_most(n / 2 + 1, i - 1, n));
        else
            points_even(&p, sorted, n, i);
    gsl_sort2(p.value, 1, p.weight, 1, p.count);
    return p;
}

struct stats_interval stats_median_interval(const double *x, size_t n, double level)
{
    struct stats_interval interval = {stats_median(x, n), NAN, NAN};
    double tail = (1 - level) / 2, low = 0, high = 0;
    if (n < STATS_INTERVAL_MIN)
        return interval;
    double *sorted = copy(x, n);
    gsl_sort(sorted, 1, n);
    struct points p = median_points(sorted, n);
    for (size_t i = 0; i < p.count && low < tail; i++) {
        low += p.weight[i];
        interval.lo = p.value[i];
    }
    for (size_t i = p.count; i-- > 0 && high < tail;) {
        high += p.weight[i];
        interval.hi = p.value[i];
    }
    free(sorted);
    free(p.value);
    free(p.weight);
    return interval;
}

void stats_log_ratios(const double *a, const double *b, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = log(b[i] / a[i]);
}

struct stats_interval stats_ratio_interval(const double *a, const double *b, size_t n)
{
    double *r = xalloc_zeroed(n, sizeof *r);
    stats_log_ratios(a, b, n, r);
    struct stats_interval i = stats_median_interval(r, n, 0.95);
    free(r);
    return (struct stats_interval){exp(i.value), exp(i.lo), exp(i.hi)};
}

/* --- Tests
 * -------------------------------------------------------------------------------------------------------------------- Twice
 * the midrank of each value, which is a whole number; answers the sum of t^3 - t over ties. */
static double ranks_doubled(const double *x, size_t n, size_t *rank)
{
    size_t *order = xalloc_zeroed(n, sizeof *order);
    double ties = 0;
    gsl_sort_index(order, x, 1, n);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && x[order[j]] == x[order[i]]; j++)
            ;
        for (size_t k = i; k < j; k++)
            rank[order[k]] = i + j + 1;
        double t = (double)(j - i);
        ties += t * t * t - t;
    }
    free(order);
    return ties;
}

/* Two-sided p by the normal distribution, half a step of continuity towards the mean. */
static double p_normal(double distance, double variance)
{
    if (variance <= 0)
        return 1;
    double z = fmax(fabs(distance) - 0.5, 0) / sqrt(variance);
    return fmin(1, 2 * gsl_cdf_ugaussian_Q(z));
}

/* Of all ways to pick so many of n doubled ranks: the part whose sum is at least as far from its mean as this one. Column by
 * column, so that no rank is taken twice. */
static double p_rank_sum(const size_t *rank, size_t n, size_t pick, size_t sum)
{
    size_t top = n * (n + 1), mean = pick * (n + 1), far = sum > mean ? sum - mean : mean - sum;
    double *ways = xalloc_zeroed((pick + 1) * (top + 1), sizeof *ways), all = 0, tail = 0;
    ways[0] = 1;
    for (size_t i = 0; i < n; i++)
        for (size_t k = pick; k > 0; k--)
            for (size_t s = top; s >= rank[i]; s--)
                ways[k * (top + 1) + s] += ways[(k - 1) * (top + 1) + s - rank[i]];
    for (size_t s = 0; s <= top; s++) {
        double w = ways[pick * (top + 1) + s];
        all += w;
        tail += (s > mean ? s - mean : mean - s) >= far ? w : 0;
    }
    free(ways);
    return tail / all;
}

double stats_mann_whitney(const double *a, size_t na, const double *b, size_t nb)
{
    size_t n = na + nb, sum = 0;
    if (!na || !nb)
        return 1;
    double *both = xalloc_zeroed(n, sizeof *both), p;
    size_t *rank = xalloc_zeroed(n, sizeof *rank);
    memcpy(both, a, na * sizeof *a);
    memcpy(both + na, b, nb * sizeof *b);
    double ties = ranks_doubled(both, n, rank), size = (double)n, da = (double)na, db = (double)nb;
    for (size_t i = 0; i < na; i++)
        sum += rank[i];
    if (n <= RANK_SUM_EXACT)
        p = p_rank_sum(rank, n, na, sum);
    else
        p = p_normal((double)sum / 2 - da * (size + 1) / 2, da * db / 12 * (size + 1 - ties / (size * (size - 1))));
    free(both);
    free(rank);
    return p;
}

/* The same for the signs of m doubled ranks; sum is of the positive ones. */
static double p_signed_rank(const size_t *rank, size_t m, size_t sum)
{
    size_t top = m * (m + 1), low = sum < top - sum ? sum : top - sum;
    double *chance = xalloc_zeroed(top + 1, sizeof *chance), tail = 0;
    chance[0] = 1;
    for (size_t i = 0; i < m; i++)
        for (size_t s = top + 1; s-- > 0;)
            chance[s] = (chance[s] + (s >= rank[i] ? chance[s - rank[i]] : 0)) / 2;
    for (size_t s = 0; s <= low; s++)
        tail += chance[s];
    free(chance);
    return fmin(1, 2 * tail);
}

double stats_wilcoxon(const double *a, const double *b, size_t n)
{
    double *size = xalloc_zeroed(n, sizeof *size), p = 1;
    bool *positive = xalloc_zeroed(n, sizeof *positive);
    size_t *rank = xalloc_zeroed(n, sizeof *rank), m = 0, sum = 0;
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i]) {
            positive[m] = a[i] > b[i];
            size[m++] = fabs(a[i] - b[i]);
        }
    double ties = m ? ranks_doubled(size, m, rank) : 0, dm = (double)m;
    for (size_t i = 0; i < m; i++)
        sum += positive[i] ? rank[i] : 0;
    if (m > SIGNED_RANK_EXACT)
        p = p_normal((double)sum / 2 - dm * (dm + 1) / 4, dm * (dm + 1) * (2 * dm + 1) / 24 - ties / 48);
    else if (m)
        p = p_signed_rank(rank, m, sum);
    free(size);
    free(positive);
    free(rank);
    return p;
}

double stats_trimmed_t(const double *x, size_t n, double trim, double mean)
{
    size_t cut = (size_t)(trim * (double)n), kept = n - 2 * cut;
    if (n < 2 || kept < 2)
        return 1;
    double *sorted = copy(x, n);
    gsl_sort(sorted, 1, n);
    double middle = gsl_stats_mean(sorted + cut, 1, kept);
    for (size_t i = 0; i < cut; i++) {
        sorted[i] = sorted[cut];
        sorted[n - 1 - i] = sorted[n - 1 - cut];
    }
    double error = gsl_stats_sd(sorted, 1, n) * sqrt((double)(n - 1) / (double)(kept * (kept - 1)));
    free(sorted);
    if (error == 0)
        return middle == mean ? 1 : 0;
    return 2 * gsl_cdf_tdist_Q(fabs(middle - mean) / error, (double)(kept - 1));
}

void stats_holm(const double *p, size_t n, double *adjusted)
{
    size_t *order = xalloc_zeroed(n, sizeof *order);
    double *result = xalloc_zeroed(n, sizeof *result), most = 0;
    gsl_sort_index(order, p, 1, n);
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fmin(1, p[order[i]] * (double)(n - i)));
        result[order[i]] = most;
    }
    memcpy(adjusted, result, n * sizeof *result);
    free(order);
    free(result);
}

/* --- Outliers and how many more --------------------------------------------------------------------------------------------
 */
size_t stats_outliers(const double *x, size_t n, bool *flag)
{
    double middle = stats_median(x, n), far = 3.5 * stats_mad(x, n);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += flag[i] = fabs(x[i] - middle) > far;
    return count;
}

/* The standard error of a median of n normal values is sqrt(pi / 2) sd / sqrt(n). */
size_t stats_pairs_needed(const double *a, const double *b, size_t n, double margin)
{
    double *r = xalloc_zeroed(n, sizeof *r);
    stats_log_ratios(a, b, n, r);
    double half = gsl_cdf_ugaussian_Pinv(0.975) * sqrt(M_PI_2) * stats_mad(r, n) / margin;
    free(r);
    size_t needed = n ? (size_t)ceil(fmin(half * half, STATS_PAIRS_MAX)) : 0;
    return needed > n ? needed : 0;
}

/* Untrimmed, a trimmed mean is as good as a mean; its degrees of freedom are what trimming leaves. */
size_t stats_pairs_to_see(double spread, double effect, double p, double trim)
{
    size_t n = 3;
    for (; n < STATS_PAIRS_MAX; n += 1 + n / 64) {
        double kept = (double)n - 2 * floor(trim * (double)n);
        double far = gsl_cdf_tdist_Qinv(p / 2, kept - 1) + gsl_cdf_ugaussian_Pinv(0.8);
        if (far * spread <= effect * sqrt((double)n))
            break;
    }
    return n;
}
