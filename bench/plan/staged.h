/* SPDX-License-Identifier: MIT */
/* staged.h - a plan in a folder that other machines see: its libraries and programs are copied once, with their sha256 sums, so
 * that a part of the run can be measured there without a tree, a compiler or a store.
 *
 *   plan.tsv     the run, as hakbench export writes it, without samples
 *   proofs.tsv   variant, phase, counters: what must have counted
 *   sums         sha256 of everything that was copied, as sha256sum -c reads it
 *   tree/        hakbench, the workloads' programs, the libraries
 *   result/      a file for each part that was measured: <part>.<attempt>.<first 16 digits of its sha256>.tsv
 *   state/       a file for each part that began: <part>.<attempt>, with the machine's name
 *   log/         what each part said
 */
#ifndef BENCH_STAGED_H
#define BENCH_STAGED_H

#include "bench/plan/plan.h"

#define STAGED_TREE "tree"

/* Copies what the plan runs; ds is its run, as stored. false: why holds one line. */
bool staged_write(const char *folder, const struct plan *p, const struct dataset *ds, char *why, size_t size);

/* The plan of a staged run, its libraries where they were copied to, each with the sha256 that the run has of it. Free with
 * plan_free. */
bool staged_plan(const char *folder, const struct dataset *ds, struct plan *out, char *why, size_t size);

#endif
