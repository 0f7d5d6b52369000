/* plan.h - what plan.c and engine.c share. For those two and their tests.
 */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include "bench/take/engine.h"

/* How often a block goes over a workload: a process of some milliseconds is noisy and costs little, so it is run more often. */
int plan_rounds(const struct plan *p, size_t workload);

/* Is this cell measured at all? */
bool plan_has(const struct plan *p, size_t variant, size_t workload);

/* Is this mode, where the plan has it, taken on this workload? */
bool plan_takes(const struct plan *p, enum mode mode, size_t workload);

/* Are a stored run's variants and workloads those of the plan, file for file? false: why holds one line. */
bool plan_matches(const struct plan *p, const struct dataset *ds, char *why, size_t size);

/* What is stored as the context "plan", so that a run can be resumed. */
void plan_describe(const struct plan *p, char *out, size_t size);

/* The other way; skip: p->variant_count zeroed words, p's from now on. false: it is no such text. */
bool plan_undescribe(const char *text, struct plan *p, uint64_t *skip);

#endif
