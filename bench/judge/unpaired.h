/* SPDX-License-Identifier: MIT */
/* unpaired.h - two runs that were not measured side by side: the same cells of both, and how far the machine moved between
 * them.
 *
 * Samples are not pairs. Counts of one thread are decided by the range that was seen; else the interval of a ratio is made of
 * both medians' bootstrap intervals, and p is Mann-Whitney's. What changed on the machine between the runs is in every ratio:
 * cells whose file is the same in both runs show how much, and a difference counts only beyond the largest of them. Thresholds
 * and margin are those of rule.h.
 */
#ifndef BENCH_UNPAIRED_H
#define BENCH_UNPAIRED_H

#include "bench/data/dataset.h"
#include "bench/judge/rule.h"

struct unpaired {
    const struct ds_variant *variant;   /* of the second run */
    const struct ds_workload *workload;
    size_t na, nb;
    double median_a, median_b;
    struct stats_interval ratio, gain;  /* second / first; turned so that more than 1 is better */
    double p, p_holm;
    bool exact;                         /* decided by the range, which is the interval */
    bool same_file;                     /* drift: no verdict */
    enum verdict verdict;
};

/* Cells of the same label, workload and command in both; how many, at most max. drift: the largest factor (from 1 on) by which
 * identical files differ; NAN: there are none. */
size_t unpaired_judge(const struct dataset *a, const struct dataset *b, const char *metric, double margin, struct unpaired *out,
                      size_t max, double *drift);

#endif
