/* SPDX-License-Identifier: MIT */
/* bottleneck.h - where the time of a workload goes, estimated from what was measured.
 *
 * Costs in seconds of one timing run: the kernel's by strace or by the number of calls and faults at fitted prices, the
 * allocator's by its share of the instructions. They are estimates: each says how it was made.
 */
#ifndef BENCH_BOTTLENECK_H
#define BENCH_BOTTLENECK_H

#include "bench/data/dataset.h"

/* Prices of one system call and one page fault: least squares over all cells of one thread, sys_s = base + call * calls + fault
 * * faults, none below zero. */
struct prices {
    double base_s, call_s, fault_s;
    int cells; /* that were fitted; 0: nothing to fit, prices are NAN */
};
struct prices bottleneck_prices(const struct dataset *ds);

/* Operations of the first run of a mode; NAN: it was not run. Counting runs may be shorter than timing runs. */
double bottleneck_ops(const struct dataset *ds, int variant, int workload, enum mode mode);

struct cost {
    const char *what;
    double seconds, share; /* of the process's time (wall where one thread runs, else CPU); NAN: known as a rate only */
    double count;          /* calls, faults, misses ... in one run; NAN: it is not a number of things */
    char how[128];
};
enum { COSTS_MAX = 12 };

/* Costs of a cell, the largest first, those without seconds last by count; how many. 0: it was not timed. */
int bottleneck_rank(const struct dataset *ds, int variant, int workload, const struct prices *prices,
                    struct cost out[COSTS_MAX]);

#endif
