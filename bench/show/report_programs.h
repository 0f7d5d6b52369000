/* SPDX-License-Identifier: MIT */
/* report_programs.h - the part of a report about real programs.
 */
#ifndef BENCH_REPORT_PROGRAMS_H
#define BENCH_REPORT_PROGRAMS_H

#include "bench/show/report_part.h"

void report_programs(struct report *r);

#endif
