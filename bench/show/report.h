/* SPDX-License-Identifier: MIT */
/* report.h - the performance report of one run, from the dataset alone: Markdown, a self-contained HTML page, SVG and PNG
 * plots.
 *
 * Measures nothing and builds nothing. Every sentence with a figure in it is made from the dataset.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "bench/data/dataset.h"
#include "bench/data/experiment.h"

/* Writes report.md, report.html, <plot>.svg, <plot>.png and samples.tsv into folder (made when missing). e may be NULL: a
 * report of a plain run, without gates. false: why holds one line. A plot that cannot be drawn is named in the report and on
 * stderr, and is no failure. */
bool report_write(const struct dataset *ds, const struct experiment *e, const char *folder, char *why, size_t size);

#endif
