/* SPDX-License-Identifier: MIT */
/* sweep.h - one workload with several values of an argument: threads=1,2,4,8.
 *
 * Programs of bench/work name their arguments (--help); in a command of the user's the place of the value is {threads}.
 */
#ifndef BENCH_SWEEP_H
#define BENCH_SWEEP_H

#include "bench/plan/workload.h"

enum { SWEEP_VALUES_MAX = 32 };

struct sweep {
    char name[32];
    char value[SWEEP_VALUES_MAX][32];
    int count;
};

/* "threads=1,2,4,8". false: why holds one line. */
bool sweep_read(const char *text, struct sweep *out, char *why, size_t size);

/* The workload with one value: "larson-2 threads=4", which workload_find knows from now on. NULL: why holds one line. */
const struct workload *sweep_apply(const struct workload *w, const char *name, const char *value, char *why, size_t size);

/* A workload of a stored run, made again. NULL: why holds one line. */
const struct workload *sweep_again(const struct ds_workload *d, char *why, size_t size);

#endif
