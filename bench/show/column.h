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

/* Ends the program with a line when a metric has no row: every metric that a table shows has one. */
const struct column *column_of(const char *metric);

#endif
