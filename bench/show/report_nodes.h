/* SPDX-License-Identifier: MIT */
/* report_nodes.h - the part of a report for runs on several machines: effects by machine, verdicts by kind and for all.
 */
#ifndef BENCH_REPORT_NODES_H
#define BENCH_REPORT_NODES_H

#include "bench/show/report_part.h"

/* Nothing where the run is of one machine. */
void report_nodes(struct report *r);

/* The same for a terminal: a line for each comparison with the reference, and what is wrong with tasks. */
void nodes_table_print(FILE *out, const struct dataset *ds, int reference, double margin);

#endif
