/* SPDX-License-Identifier: MIT */
/* work_count.h - what the phases of a variant did in one counting run.
 */
#ifndef BENCH_WORK_COUNT_H
#define BENCH_WORK_COUNT_H

#include "bench/plan/variant.h"
#include "bench/take/harvest.h"

/* Adds phase.<folder> for each proof that has counters. false: one names a counter that the run did not yield; why holds one
 * line. */
bool proofs_take(const struct proof *proofs, int count, struct launch_result *r, char *why, size_t size);

/* Keeps the phases without counters, of all variants, as a context of the run. */
void uncounted_note(const struct variant *variants, size_t count, struct dataset *ds);

#endif
