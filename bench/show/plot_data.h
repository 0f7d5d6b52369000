/* SPDX-License-Identifier: MIT */
/* plot_data.h - the data file of each plot: what plot.c hands to gnuplot.
 */
#ifndef BENCH_PLOT_DATA_H
#define BENCH_PLOT_DATA_H

#include "bench/judge/gates.h"
#include <stdio.h>

/* What a template must know beside its data. */
struct plot_shape {
    int panels, rows;                    /* 0 panels: nothing to draw */
    int row_height, panel_height, width; /* pixels: a panel is panel_height + rows * row_height */
    char titles[4096];                   /* of the panels, each in double quotes */
    char tops[1024];                     /* their largest values */
    char ends[1024];                     /* of the horizontal axis: seconds, threads */
    char units[1024];                    /* of throughput, each in double quotes */
    double least;                        /* smallest value of a logarithmic axis */
};

struct plot_source {
    const struct dataset *ds;
    const struct gate_result *gates; /* NULL: none */
    unsigned gate_count;
};
struct plot_row {
    const char *name;                    /* of plots/<name>.gp, and of the files */
    unsigned modes;                      /* whose samples it is made of, as bits */
    int row_height, panel_height, width; /* pixels */
    void (*write)(FILE *out, const struct plot_source *from, struct plot_shape *shape); /* the data file */
};
extern const struct plot_row plot_rows[]; /* ended by a NULL name */

/* From a first bar to a last one by contributions, each with its interval: name.svg and name.png. */
struct waterfall_step {
    char label[64];
    double value, lo, hi;
};
struct waterfall {
    const char *name;                  /* of the files */
    const char *title, *unit;          /* "random_mixed-steady", "M ops/s" */
    const char *from_label, *to_label; /* PHASE=0 MINCORE=trust, PHASE=12 */
    double from, to;
    int better; /* +1: more is better, -1: less is better */
    const struct waterfall_step *step;
    size_t step_count;
};
void plot_data_waterfall(FILE *out, const struct waterfall *w, struct plot_shape *shape);

#endif
