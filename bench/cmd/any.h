/* SPDX-License-Identifier: MIT */
/* any.h - what makes anything a workload: options for command lines, for what goes on around samples, for values of arguments.
 */
#ifndef BENCH_ANY_H
#define BENCH_ANY_H

#include "bench/cmd/measure.h"
#include "bench/plan/sweep.h"
#include <argp.h>

enum { SWEEPS_MAX = 4 };

/* Filled by any_argp; zero-initialised, with measure set. */
struct any {
    struct measure *measure;
    struct sweep sweeps[SWEEPS_MAX];
    int sweep_count, warmup;
    const char *prepare, *cleanup;
    bool given; /* one of the options stands there */
};

/* --command, --prepare, --warmup, --cleanup, --for: an argp child, whose input is a struct any. */
extern const struct argp any_argp;

/* What the options say, on the workloads of the plan; command_bad where it cannot be. */
void any_apply(struct any *a);

/* A workload with every combination of the sweeps' values, the first sweep outermost; out: room for max. Answers how many; -1:
 * why holds one line. */
int any_expand(const struct workload *w, const struct sweep *sweeps, int sweep_count, const struct workload **out, int max,
               char *why, size_t size);

#endif
