/* SPDX-License-Identifier: MIT */
/* junit.h - cases as JUnit's XML, which CI servers show: bad is a failure, open is skipped.
 */
#ifndef BENCH_JUNIT_H
#define BENCH_JUNIT_H

#include "bench/show/ci_case.h"
#include <stdio.h>

void junit_begin(FILE *out);
void junit_suite(FILE *out, const struct ci_suite *s);
void junit_end(FILE *out);

#endif
