/* SPDX-License-Identifier: MIT */
/* report_sections.h - the parts of a report between its first page and its end.
 */
#ifndef BENCH_REPORT_SECTIONS_H
#define BENCH_REPORT_SECTIONS_H

#include "bench/show/report_part.h"

void report_throughput(struct report *r);
void report_calls(struct report *r);
void report_counters(struct report *r);
void report_memory(struct report *r);
void report_allocator(struct report *r);
void report_bottlenecks(struct report *r);

#endif
