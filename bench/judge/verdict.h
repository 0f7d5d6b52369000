/* SPDX-License-Identifier: MIT */
/* verdict.h - from a dataset to comparisons and their verdicts.
 *
 * Pure; not thread-safe.
 */
#ifndef BENCH_VERDICT_H
#define BENCH_VERDICT_H

#include "bench/data/dataset.h"
#include "bench/judge/rule.h"

/* B against A on one workload by one metric. Ratios are B/A of the raw metric; `gain` and `noise` are oriented so that > 1 is
 * better for B (a metric of which neither way is better counts as better when larger). */
struct comparison {
    int a, b, workload;
    char metric[64];
    size_t pairs;
    double median_a, median_b;
    struct stats_interval ratio, gain, noise; /* noise: the A/A interval used; value NAN where there is no twin */
    double p, p_holm; /* of the paired test that the verdict rests on; after Holm over those judged together */
    double p_rank;                            /* Mann-Whitney U, shown beside it */
    size_t outliers, needed;                  /* needed: pairs likely to decide, 0 when decided */
    bool exact;                               /* counted, or did not vary: the interval is the range seen, without statistics */
    char missing[240];                        /* the condition that an open verdict misses; "": it is decided */
    size_t nodes;                             /* machines, of which the gain is a random effect; 0: it is of one */
    double between;                           /* factor by which these differ; 1: by no more than chance */
    enum verdict verdict;
};

/* Judges count comparisons together (a, b, workload and metric are given, the rest is filled in) by the rule of rule.h. */
void verdict_judge(const struct dataset *ds, struct comparison *c, size_t count, double margin);

/* More pairs may decide it. */
bool verdict_open(const struct comparison *c);

/* "[0.98, 1.02]" with so many decimals, or "[-, -]". Static buffer. */
const char *interval_text(struct stats_interval i, int decimals);
/* Text for one comparison: "1.034 [1.021, 1.047] GO". Static buffer. */
const char *verdict_text(const struct comparison *c);
/* What is printed with it: "A/A 1.001 [0.994, 1.007], p 2e-05 paired, 0.0003 Mann-Whitney, 1 outlier kept"; "" when exact or
 * not measured. Static buffer. */
const char *verdict_detail(const struct comparison *c);

#endif
