/* SPDX-License-Identifier: MIT */
/* attribution_show.h - an attribution as Markdown and as a waterfall.
 */
#ifndef BENCH_ATTRIBUTION_SHOW_H
#define BENCH_ATTRIBUTION_SHOW_H

#include "bench/judge/attribution.h"
#include <stdio.h>

/* Runs, effects with intervals, shares, and the paragraph; as Markdown. */
void attribution_print(FILE *out, const struct attribution *a);

/* <folder>/waterfall-<metric>.svg and .png. */
bool attribution_plot(const struct attribution *a, const char *folder, char *why, size_t size);

#endif
