/* SPDX-License-Identifier: MIT */
/* stats.h - the arithmetic: medians, intervals, tests. GSL does it; nothing here knows what a variant is.
 *
 * Every function is pure and thread-safe; nothing is random. Inputs are never changed and hold no NAN. They end the process
 * with a line when memory ends.
 */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

double stats_median(const double *x, size_t n); /* NAN when n = 0 */
/* q in [0, 1]; linear between order statistics (type 7 of Hyndman and Fan 1996, as R and NumPy do unless told otherwise). */
double stats_quantile(const double *x, size_t n, double q);
double stats_mad(const double *x, size_t n); /* median absolute deviation, x 1.4826 */

struct stats_interval { double value, lo, hi; }; /* NAN where n is too small to say */

/* Median with its bootstrap interval (level 0.95 for 95 %): the percentile method, of the exact bootstrap distribution, so that
 * nothing is random. No bounds below STATS_INTERVAL_MIN values. */
struct stats_interval stats_median_interval(const double *x, size_t n, double level);
/* log(b[i] / a[i]), all values positive; out has room for n. */
void stats_log_ratios(const double *a, const double *b, size_t n, double *out);
/* Effect of B against A: exp(median(log(b[i]/a[i]))) with its 95 % interval. */
struct stats_interval stats_ratio_interval(const double *a, const double *b, size_t n);
#define STATS_INTERVAL_MIN 5

/* Two-sided p of the rank-sum test (Mann and Whitney 1947); exact up to 60 values in all, ties as midranks, else by the normal
 * distribution, corrected for ties and continuity. 1 when there is nothing to compare. */
double stats_mann_whitney(const double *a, size_t na, const double *b, size_t nb);
/* Two-sided p of the signed-rank test (Wilcoxon 1945) on a[i] - b[i]; zeros are dropped, ties are midranks; exact up to 200
 * pairs, else as above. */
double stats_wilcoxon(const double *a, const double *b, size_t n);
/* Two-sided p that the trimmed mean of x is `mean`: Student's t with the Winsorised deviation (Tukey and McLaughlin 1963); trim
 * is the part cut from each end, below 0.5. 1 when there are too few values. */
double stats_trimmed_t(const double *x, size_t n, double trim, double mean);
/* p-values adjusted for being n together (Holm 1979), each at its own place; adjusted may be p. */
void stats_holm(const double *p, size_t n, double *adjusted);
/* Marks what lies further than 3.5 MAD from the median (Iglewicz and Hoaglin 1993); answers how many. */
size_t stats_outliers(const double *x, size_t n, bool *flag);
/* Pairs needed so that an interval of this spread would have half-width `margin` (both as log-ratios); 0: n suffices. */
size_t stats_pairs_needed(const double *a, const double *b, size_t n, double margin);
/* Pairs with which stats_trimmed_t would see a difference `effect` of log-ratios with this spread at p, four times in five. */
size_t stats_pairs_to_see(double spread, double effect, double p, double trim);
#define STATS_PAIRS_MAX 1000000 /* what these two answer at most */

#endif
