/* SPDX-License-Identifier: MIT */
/* gates_table.h - the gates of an experiment as a table on a terminal.
 */
#ifndef BENCH_GATES_TABLE_H
#define BENCH_GATES_TABLE_H

#include "bench/judge/gates.h"
#include <stdio.h>

/* gates: as gates_judge answered for e. */
void gates_table_print(FILE *out, const struct experiment *e, const struct gate_result *gates);

#endif
