/* SPDX-License-Identifier: MIT */
/* expect.h - one line of `expect`, a gate: how it is written, and what must be measured for it.
 *
 *   line  = side op side [on workload]         op = <= >= < > ==
 *   side  = term { + term }                    term = factor { (* or /) factor }
 *   factor = number [% KiB MiB GiB] | metric(label) | geomean(metric(label)) | ( side )
 *
 * label is a variant's, a rival's, or best_rival. Memory is in KiB. `on` may be left out where there is only one workload.
 * geomean is the geometric mean over all workloads of the run, and needs no `on`; one of them without a value, and it has none.
 *
 * gates.h says how a line is judged.
 */
#ifndef BENCH_EXPECT_H
#define BENCH_EXPECT_H

#include "bench/data/experiment.h"

/* Syntax and names. false: why holds one line, with the valid names where a name was wrong. */
bool expect_check(const char *text, const struct experiment *e, char *why, size_t size);

/* The modes that its metrics need on a workload (NULL: on any), as bits; 0 when it is about another, or does not parse. */
unsigned expect_modes(const char *text, const char *workload);

/* Those of them in which it compares two labels, so that more than one sample is needed. */
unsigned expect_relative_modes(const char *text, const char *workload);

#endif
