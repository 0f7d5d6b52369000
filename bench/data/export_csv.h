/* SPDX-License-Identifier: MIT */
/* export_csv.h - the samples of a run as CSV (RFC 4180, but lines end as here): a row for each value of each sample.
 */
#ifndef BENCH_EXPORT_CSV_H
#define BENCH_EXPORT_CSV_H

#include "bench/data/dataset.h"
#include <stdio.h>

/* "variant,workload,metric,value,run,mode,block,position" */
void export_csv_head(FILE *out);

/* A sample that failed has a row of the metric "failed", which is 1. */
void export_csv(FILE *out, const struct dataset *ds);

#endif
