/* stats.h - the arithmetic: medians, intervals, tests. GSL does it; nothing here knows what a variant is.
 *
 * Every function is pure and deterministic: what draws random numbers takes a seed.
 */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

double stats_median(const double *x, size_t n); /* NAN when n = 0 */
double stats_quantile(const double *x, size_t n, double q);
double stats_mad(const double *x, size_t n); /* median absolute deviation, x 1.4826 */

struct stats_interval { double value, lo, hi; }; /* NAN where n is too small to say */

/* Median with a bootstrap 95 % interval (BCa or percentile: say which and why at the definition). */
struct stats_interval stats_median_interval(const double *x, size_t n, uint64_t seed);
/* Effect of B against A: exp(median(log(b[i]/a[i]))) with its interval. */
struct stats_interval stats_ratio_interval(const double *a, const double *b, size_t n, uint64_t seed);

double stats_mann_whitney(const double *a, size_t na, const double *b, size_t nb); /* two-sided p; exact when small and untied */
double stats_wilcoxon(const double *a, const double *b, size_t n);                 /* paired signed rank, two-sided p */
void stats_holm(const double *p, size_t n, double *adjusted);
/* Indices flagged by median +- 3.5 MAD; how many. */
size_t stats_outliers(const double *x, size_t n, bool *flag);
/* Pairs needed so that an interval of this spread would have half-width `margin` (both as log-ratios); 0: n suffices. */
size_t stats_pairs_needed(const double *a, const double *b, size_t n, double margin);

#endif
