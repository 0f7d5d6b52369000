/* SPDX-License-Identifier: MIT */
/* context.h - the machine and the tree that a run is made on, as pairs of words.
 */
#ifndef BENCH_CONTEXT_H
#define BENCH_CONTEXT_H

#include "bench/data/dataset.h"

/* Context of this machine and tree into a dataset; variants and workloads must be in it. */
void context_collect(struct dataset *ds);

/* Do CPU, kernel, libc and the programs of the workloads agree with a stored run's? What it does not tell agrees. false: why
 * holds one line. */
bool context_matches(const struct dataset *ds, char *why, size_t size);

/* The mark of a measurement in this tree, to be closed at its end (-1: none can be set). *others: there is another one. */
int context_lock(bool *others);

/* The last CPU that this process may use: the first ones serve most interrupts. -1: none can be told. */
int context_cpu(void);

#endif
