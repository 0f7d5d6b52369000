/* report.h - the performance report of one run, from the store alone: Markdown, a self-contained HTML page, SVG and PNG plots.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "bench/experiment.h"

/* Writes report.md, report.html, <plot>.svg and <plot>.png, samples.tsv into folder (made when missing). e may be NULL: a report
 * of a plain run. false: why holds one line. */
bool report_write(const struct dataset *ds, const struct experiment *e, const char *folder, char *why, size_t size);

/* Draws one plot (throughput, syscalls, rss-time, scaling, gates, waterfall ...) through plots/<name>.gp. */
bool plot_draw(const char *name, const struct dataset *ds, const struct experiment *e, const char *folder, char *why, size_t size);
extern const char *const plot_names[]; /* NULL-ended */

#endif
