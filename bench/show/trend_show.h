/* SPDX-License-Identifier: MIT */
/* trend_show.h - a trend as text and as a plot.
 */
#ifndef BENCH_TREND_SHOW_H
#define BENCH_TREND_SHOW_H

#include "bench/judge/trend.h"
#include <stdio.h>

/* A table of points for each series, with its change points, the commits to bisect, and the rivals. */
void trend_print(FILE *out, const struct trend *t, const struct commits *c);

/* What is to be typed to find the commit of a change. Static buffer. */
const char *trend_bisect(const struct trend *t, size_t series, const struct change *change, const struct commits *c);

/* "worse by +5.0 % [4.8 %, 5.2 %]". */
char *trend_change_text(const struct trend *t, const struct change *change, char *out, size_t size);

/* <folder>/<name>.svg and .png. */
bool trend_plot(const struct trend *t, const struct commits *c, const char *name, const char *folder, char *why, size_t size);

#endif
