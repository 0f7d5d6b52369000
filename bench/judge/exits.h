/* SPDX-License-Identifier: MIT */
/* exits.h - the metric exit: how many runs of a workload fail, and what that many runs can miss.
 */
#ifndef BENCH_EXITS_H
#define BENCH_EXITS_H

#include "bench/data/dataset.h"

#define EXITS_METRIC "exit" /* the value of a sample: 1 where the run failed, else 0 */
#define EXITS_PART   0.3    /* an abort in this part of runs ... */
#define EXITS_MISSED 0.01   /* ... is missed with less than this probability */

/* The runs of two variants on one workload. */
struct exits {
    int runs[2], failed[2];
    const char *why[2]; /* of the first that failed; "" */
    double p;           /* that failures fall so unevenly by chance, or more so: Fisher's exact test, one-sided */
};
struct exits exits_count(const struct dataset *ds, int a, int b, int workload);

/* +1: A fails and B does not, or less; -1: B fails and A does not, or less; 0: neither fails, or it is not to be told. */
int exits_better(const struct exits *e);
bool exits_open(const struct exits *e); /* it is not to be told */

/* (1 - part)^runs: the probability that no run fails. */
double exits_missed(double part, int runs);

/* The least number of runs with which EXITS_PART is missed with less than EXITS_MISSED. */
int exits_runs(void);

/* "an abort in 30 % of runs is missed with probability 0.68 %, in 10 % with 23 %, in 1 % with 87 % (14 runs)"; static. */
const char *exits_missed_text(int runs);

#endif
