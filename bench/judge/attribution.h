/* SPDX-License-Identifier: MIT */
/* attribution.h - what each toggle contributes to a metric, from the samples of a factorial design.
 */
#ifndef BENCH_ATTRIBUTION_H
#define BENCH_ATTRIBUTION_H

#include "bench/data/dataset.h"
#include "bench/data/flips.h"
#include "bench/judge/effects.h"

/* Below this, as a part, nothing is made of an effect. */
#define ATTRIBUTION_MARGIN 0.01

struct attribution {
    const struct dataset *ds;
    int workload;
    const char *metric;
    const struct flips *flips;
    struct design design;                 /* runs without any value are left out */
    int variant[DESIGN_RUNS_MAX];         /* of each run, in ds */
    const char *names[DESIGN_FACTORS_MAX];
    double cell[DESIGN_RUNS_MAX];         /* medians */
    struct effects effects;               /* of logarithms; of plain values where one is zero */
    struct effects shares;                /* of plain values: what the waterfall is made of */
    bool logs;
};

/* The runs of a design are found in ds by their toggles (flips_text). false: why holds one line. */
bool attribution_make(const struct dataset *ds, int workload, const char *metric, const struct flips *flips,
                      const struct design *design, struct attribution *out, char *why, size_t size);

#endif
