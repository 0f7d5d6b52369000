/* SPDX-License-Identifier: MIT */
/* report_summary.h - the first page of a report.
 */
#ifndef BENCH_REPORT_SUMMARY_H
#define BENCH_REPORT_SUMMARY_H

#include "bench/show/report_part.h"

void report_summary(struct report *r);

#endif
