/* SPDX-License-Identifier: MIT */
/* changes.h - where a series of medians changes its level: change points, with an interval for each.
 *
 * PELT: R. Killick, P. Fearnhead, I. A. Eckley, Optimal detection of changepoints with a linear computational cost, Journal of
 * the American Statistical Association 107 (2012), 1590-1598. Pure: nothing is random.
 */
#ifndef BENCH_CHANGES_H
#define BENCH_CHANGES_H

#include "bench/low/stats.h"

/* One point: the samples of one commit, which are values above 0. */
struct change_point {
    const double *values;
    size_t count;
};

struct change {
    size_t at;                   /* the first point of the new level */
    struct stats_interval ratio; /* the new level by the old one, 95 %; lo = hi = value where nothing varies */
};

struct changes {
    struct change *change;
    size_t count; /* in order; free() it */
    double noise; /* standard deviation of a point, as a part of it; 0: nothing varies */
    bool exact;   /* nothing varies within a point: one point makes a level; else three do */
};

/* Changes of less than `margin` are none, and none that A/A shows, too: aa is the interval of identical binaries (NAN:
 * unknown). */
struct changes changes_find(const struct change_point *points, size_t count, double margin, struct stats_interval aa);

/* The points that make a level: fewer cannot show a change. */
enum { CHANGES_LEVEL_MIN = 3 };

#endif
