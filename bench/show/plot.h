/* plot.h - plots: data files and a call of gnuplot; what they look like is in plots/style.gp and plots/<name>.gp.
 *
 * A plot becomes <folder>/<name>.svg and <name>.png. Colours name families of allocators (plots/style.gp), safe for
 * colour-blind readers; the SVG has no background and takes the ink of the page that it stands in.
 */
#ifndef BENCH_PLOT_H
#define BENCH_PLOT_H

#include "bench/judge/expect.h"

struct plot_shape; /* plot_data.h */
struct plot_source {
    const struct dataset *ds;
    const struct expect_result *gates; /* NULL: none */
    unsigned gate_count;
};
struct plot_row {
    const char *name;                    /* of plots/<name>.gp, and of the files */
    unsigned modes;                      /* whose samples it is made of, as bits */
    int row_height, panel_height, width; /* pixels */
    void (*write)(FILE *out, const struct plot_source *from, struct plot_shape *shape); /* the data file */
};
extern const struct plot_row plot_rows[]; /* ended by a NULL name */

/* NULL: no such plot. */
const struct plot_row *plot_find(const char *name);

/* " throughput syscalls": for messages. Static buffer. */
const char *plot_list(void);

/* Draws one of plot_rows. gates: of e, as expect_judge answered; NULL without e. false: why holds one line (no gnuplot here,
 * nothing to draw, what gnuplot said). */
bool plot_draw(const char *name, const struct dataset *ds, const struct experiment *e, const struct expect_result *gates,
               const char *folder, char *why, size_t size);

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
bool plot_waterfall(const struct waterfall *w, const char *folder, char *why, size_t size);

#endif
