/* SPDX-License-Identifier: MIT */
/* why_table.h - a profile of two sides on a terminal: the functions that differ most, system calls and page faults.
 */
#ifndef BENCH_WHY_TABLE_H
#define BENCH_WHY_TABLE_H

#include "bench/data/profile.h"
#include <stdio.h>

void why_table_print(FILE *out, const struct profile *p);

#endif
