/* SPDX-License-Identifier: MIT */
/* given.h - workloads that the user gives as command lines: NAME=program "argument one" ...
 */
#ifndef BENCH_GIVEN_H
#define BENCH_GIVEN_H

#include "bench/plan/workload.h"

/* The workload of "NAME=program arguments", which workload_find knows from now on. Its command is the line behind
 * DATASET_COMMAND. NULL: why holds one line: the name is malformed or taken, quotes are not balanced, the program cannot be
 * run. */
const struct workload *given_command(const char *text, char *why, size_t size);

/* The same, whether or not the program is here: for a file whose samples may have been taken elsewhere. */
const struct workload *given_named(const char *text, char *why, size_t size);

/* Can a line be run? Its program is here. false: why holds one line. */
bool given_line(const char *line, char *why, size_t size);

#endif
