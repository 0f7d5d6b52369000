/* SPDX-License-Identifier: MIT */
/* engine.h - takes all samples of a plan: mirrored, interleaved, shuffled between blocks; stores each as it finishes.
 */
#ifndef BENCH_ENGINE_H
#define BENCH_ENGINE_H

#include "bench/data/store.h"
#include "bench/plan/plan.h"

/* Are the libraries of the variants what they are called? Then the plan is run into the store. Answers the run's id; -1, or
 * ENGINE_BAD when a library is not what it is called: why holds one line. On SIGINT, SIGTERM and SIGHUP what is finished stays,
 * *interrupted is set. A failing workload is recorded as a failed sample and shown; its cell is not tried again. */
enum { ENGINE_BAD = -2 };
int64_t engine_run(struct store *st, const struct plan *p, bool *interrupted, char *why, size_t size);

/* Begins the run and takes no sample of it: its blocks are measured elsewhere. -1: why holds one line. */
int64_t engine_begin(struct store *st, const struct plan *p, char *why, size_t size);

/* The plan of a stored run (plan_resume), which was made on this machine and under this system. */
bool engine_resume(struct store *st, int64_t run, const char *const *given, struct plan *out, char *why, size_t size);

#endif
