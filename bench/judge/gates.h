/* SPDX-License-Identifier: MIT */
/* gates.h - the gates of an experiment, judged on a run, all lines of a file together.
 *
 * A line that compares two variants, or that has a duration or a rate in it, is decided by the rule of rule.h on paired
 * samples: the gain is how far the left side lies on the right side of the bound. Every other line is a budget: one variant's
 * counts or memory against numbers, decided exactly by the medians. A cell whose every sample failed fails its gate.
 */
#ifndef BENCH_GATES_H
#define BENCH_GATES_H

#include "bench/data/dataset.h"
#include "bench/data/experiment.h"
#include "bench/judge/rule.h"

struct gate_result {
    enum gate gate;
    char text[256];       /* the line */
    char figure[512];     /* what was measured: "2; bound: at most 6", "1.342 [1.301, 1.377] x; ..." */
    double slack, lo, hi; /* how far inside its bound, as a ratio with interval: > 1 held; NAN where not measured */
    enum mode mode;       /* of the runs that it compares, of these variants and workloads, as bits */
    uint64_t variants, workloads;
    bool ruled;           /* by rule.h, from this: */
    enum claim claim;
    struct evidence evidence;
};

void gates_judge_lines(const struct dataset *ds, const char *const *lines, size_t count, double margin,
                       struct gate_result *out);

/* One result for each line of e->expect; free() them. */
struct gate_result *gates_judge(const struct dataset *ds, const struct experiment *e);

/* More samples may decide it. */
bool gate_open(const struct gate_result *r);

#endif
