/* SPDX-License-Identifier: MIT */
/* why.h - where two variants differ on a workload: both once under callgrind, a table, a flame graph.
 */
#ifndef BENCH_WHY_H
#define BENCH_WHY_H

#include "bench/plan/variant.h"
#include "bench/plan/workload.h"
#include <stdbool.h>

#define WHY_FOLDER "out/why"

struct why {
    const struct variant *side[2];
    const struct workload *workload;
    const char *folder; /* made when missing */
    int64_t run;        /* of which the flame graph's name tells */
    double timeout;     /* seconds of each run; 0: the default */
};

/* Measures and prints. false: one line on standard error said why not. */
bool why_show(const struct why *w);

/* command_bad where callgrind is not installed. */
void why_check(void);

#endif
