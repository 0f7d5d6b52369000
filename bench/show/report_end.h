/* SPDX-License-Identifier: MIT */
/* report_end.h - the gates, and the end of a report.
 */
#ifndef BENCH_REPORT_END_H
#define BENCH_REPORT_END_H

#include "bench/show/report_part.h"

void report_gate_table(struct report *r);
void report_unmeasured(struct report *r);
void report_reproduce(struct report *r);
void report_context(struct report *r);

#endif
