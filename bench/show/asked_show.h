/* SPDX-License-Identifier: MIT */
/* asked_show.h - a profile in words and figures, what it is nearest to, and the table of many.
 */
#ifndef BENCH_ASKED_SHOW_H
#define BENCH_ASKED_SHOW_H

#include "bench/data/asked.h"
#include <stdio.h>

/* Markdown, which reads well as it is. known: other profiles, those of the same name left out. */
void asked_show(FILE *out, const struct asked *a, const struct asked *known, size_t count);

/* A row for each of a: its figures, the nearest of known, and whether that covers it. */
void asked_table(FILE *out, const struct asked *a, size_t rows, const struct asked *known, size_t count);

/* The data of plots/profile.gp. */
void asked_plot_data(FILE *out, const struct asked *a);

#endif
