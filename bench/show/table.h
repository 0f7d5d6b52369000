/* SPDX-License-Identifier: MIT */
/* table.h - the table that a terminal shows of a run.
 */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "bench/judge/verdict.h"
#include <stdio.h>

/* The terminal table of a dataset: per workload every variant with M ops/s, interval, ratio to the reference, verdict,
 * and the budgets (system calls, faults, SuperSlabs, peak RSS), then the A/A floor, what is missing, published baselines. */
void table_print(FILE *out, const struct dataset *ds, int reference);

#endif
