/* SPDX-License-Identifier: MIT */
/* plot.h - plots: data files and a call of gnuplot; what they look like is in plots/style.gp and plots/<name>.gp.
 *
 * A plot becomes <folder>/<name>.svg and <name>.png. Colours name families of allocators (plots/style.gp), safe for
 * colour-blind readers; the SVG has no background and takes the ink of the page that it stands in.
 */
#ifndef BENCH_PLOT_H
#define BENCH_PLOT_H

#include "bench/data/asked.h"
#include "bench/show/plot_data.h"

/* NULL: no such plot. */
const struct plot_row *plot_find(const char *name);

/* " throughput syscalls": for messages. Static buffer. */
const char *plot_list(void);

/* Draws one of plot_rows. gates: of e, as expect_judge answered; NULL without e. false: why holds one line (no gnuplot here,
 * nothing to draw, what gnuplot said). */
bool plot_draw(const char *name, const struct dataset *ds, const struct experiment *e, const struct gate_result *gates,
               const char *folder, char *why, size_t size);

/* A plot that is made of no dataset: write fills the data file of plots/<template>.gp, and says what else that is told. */
struct plot_own {
    const char *name, *template; /* of the files, of the template */
    int width, height;           /* pixels */
    void (*write)(FILE *out, const void *from, char *settings, size_t size);
    const void *from;
};
bool plot_own(const struct plot_own *p, const char *folder, char *why, size_t size);

/* name.svg and name.png. */
bool plot_waterfall(const struct waterfall *w, const char *folder, char *why, size_t size);

/* What a program asks of malloc, called after it. */
bool plot_asked(const struct asked *a, const char *folder, char *why, size_t size);

#endif
