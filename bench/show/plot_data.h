/* plot_data.h - the data file of each plot: what plot_data.c writes and plot.c hands to gnuplot. Nobody else includes it.
 */
#ifndef BENCH_PLOT_DATA_H
#define BENCH_PLOT_DATA_H

#include "bench/show/plot.h"
#include <stdio.h>

/* What a template must know beside its data. */
struct plot_shape {
    int panels, rows;                    /* 0 panels: nothing to draw */
    int row_height, panel_height, width; /* pixels: a panel is panel_height + rows * row_height */
    char titles[4096];                   /* of the panels, each in double quotes */
    char tops[1024];                     /* their largest values */
    char ends[1024];                     /* of the horizontal axis: seconds, threads */
    char units[1024];                    /* of throughput, each in double quotes */
};

void plot_data_waterfall(FILE *out, const struct waterfall *w, struct plot_shape *shape);

#endif
