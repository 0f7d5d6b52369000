/* SPDX-License-Identifier: MIT */
/* random_effect.h - one effect from those of several machines, which differ by more than chance: a random effect.
 *
 * Machine i has the effect y_i (the median of its log-ratios) with the variance v_i of that median. The variance between
 * machines is that of DerSimonian and Laird ("Meta-analysis in clinical trials", Controlled Clinical Trials 7, 1986), by
 * moments:
 *
 *     w_i = 1 / v_i,  m = sum(w_i y_i) / sum(w_i),  Q = sum(w_i (y_i - m)^2)
 *     tau^2 = max(0, (Q - (k - 1)) / (sum(w_i) - sum(w_i^2) / sum(w_i)))
 *
 * The effect of all is their mean with the weights u_i = 1 / (v_i + tau^2), and its standard error that of Hartung and Knapp
 * ("A refined method for the meta-analysis of controlled clinical trials", Statistics in Medicine 20, 2001), never smaller than
 * the one of DerSimonian and Laird (Roever, Knapp and Friede, BMC Medical Research Methodology 15, 2015), since with few
 * machines the latter alone is too sure:
 *
 *     mean = sum(u_i y_i) / sum(u_i),  se^2 = max(1, sum(u_i (y_i - mean)^2) / (k - 1)) / sum(u_i)
 *
 * Interval and p are those of Student's t with k - 1 degrees of freedom.
 */
#ifndef BENCH_RANDOM_EFFECT_H
#define BENCH_RANDOM_EFFECT_H

#include "bench/low/stats.h"

struct random_effect {
    double mean, se;
    double tau;       /* standard deviation between machines; 0: they differ by no more than chance */
    double i_squared; /* the part of all variance that lies between machines (Higgins and Thompson 2002), 0 to 1 */
    size_t groups;
};

/* Of k >= 2 machines; v_i > 0. */
struct random_effect random_effect_of(const double *y, const double *v, size_t k);

/* The mean with its 95 % interval. */
struct stats_interval random_effect_interval(const struct random_effect *r);

/* Two-sided p that the mean is `mean`. */
double random_effect_p(const struct random_effect *r, double mean);

/* Medians and their variances of n values x in k groups, of which group[i] is the i-th value's; every group has a value. The
 * variance is that of the group's own interval where it has STATS_INTERVAL_MIN values or more, else pi / 2 s^2 / n_i, with s
 * the spread about the medians of all groups together. */
void random_effect_groups(const double *x, const int *group, size_t n, size_t k, double *y, double *v);

#endif
