/* SPDX-License-Identifier: MIT */
/* pair.h - a pair of variants that decide_run measures: the engine takes the samples.
 */
#ifndef BENCH_PAIR_H
#define BENCH_PAIR_H

#include "bench/judge/decide.h"
#include "bench/take/engine.h"

/* A pair of variants on one workload by one metric, through the engine: the context of pair_take. */
struct pair {
    struct store *store;
    struct variant variant[2];   /* reference, candidate */
    const struct workload *workload;
    const char *metric, *command;
    uint64_t seed;
    int64_t run;                 /* 0 before the first pair: set it so for another pair of variants */
    bool interrupted;
    bool failed[2];              /* the workload failed with it */
    char why[512];               /* one line, when it could not go on */
};
decide_take pair_take;

#endif
