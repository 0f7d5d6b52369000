/* SPDX-License-Identifier: MIT */
/* column.h - how a metric is shown in tables: one row each, for the terminal's tables and the report's.
 */
#ifndef BENCH_COLUMN_H
#define BENCH_COLUMN_H

struct column {
    const char *metric, *head;
    double one;        /* what one of the unit shown is in the metric's own: 1024 shows KiB as MiB */
    int digits;        /* behind the point */
    const char *words; /* below a table on the terminal; "": the head says all */
};

/* The metric's row; of one without a row, plain figures under its own name, until the next call. */
const struct column *column_of(const char *metric);

#endif
