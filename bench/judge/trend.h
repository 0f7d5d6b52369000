/* SPDX-License-Identifier: MIT */
/* trend.h - a history with its change points judged: what tables, plots and pages are made of.
 */
#ifndef BENCH_TREND_H
#define BENCH_TREND_H

#include "bench/data/history.h"
#include "bench/judge/changes.h"

struct trend {
    const struct history *h;
    struct changes *found;    /* [h->count]; of rivals none */
    struct stats_interval aa; /* median ratio of identical binaries, 95 %; NAN: not measured */
    double margin;
};

void trend_judge(const struct history *h, double margin, struct trend *out);
void trend_free(struct trend *t);

/* Median of a point with its 95 % interval; lo and hi are NAN where there are too few samples. */
struct stats_interval trend_point(const struct history_point *p);

/* The level that a point belongs to: geometric mean of the medians between change points. */
double trend_level(const struct trend *t, size_t series, size_t point);

/* Half the width of the band about a level, as a part of it: what a point varies by (95 %), or A/A where that is more. */
double trend_band(const struct trend *t, size_t series);

/* -1: the change is for the worse, +1: for the better, 0: the metric knows neither. */
int trend_better(const struct trend *t, const struct change *c);

#endif
