/* SPDX-License-Identifier: MIT */
/* proof.h - which phases did something: a phase's file `proof` names counters of its own work, and counting runs add them up.
 *
 * The words of phases/<folder>/proof are names of counters; `none: why` stands there where nothing can be counted. The sum of a
 * phase's counters in a counting run is the metric phase.<folder>. 0 is a fact that tables and reports state: the phase did
 * nothing on that workload. A variant at a revision is judged by that revision's files.
 */
#ifndef BENCH_PROOF_H
#define BENCH_PROOF_H

#include "bench/data/dataset.h"

#define PROOFS_MAX 32
#define PROOF_METRIC "phase." /* begins the name of the metric */

struct proof {
    char phase[48];     /* 12-shared-pool */
    char counters[256]; /* "lazy.pushes lazy.hits"; "": nothing counts what this phase does */
};

/* The proofs of the numbered phases among folders ("phases/09-lazy-dealloc phases/mincore-fix"), below root; how many. -1: why
 * holds one line. */
int proofs_read(const char *root, const char *folders, struct proof out[PROOFS_MAX], char *why, size_t size);

/* "14-batch, 20-keep": the phases that did nothing in a cell; "" when each did something, or nothing was counted. */
char *proof_idle(const struct dataset *ds, int variant, int workload, char *out, size_t size);

/* The context that names the phases without counters, of all variants of a run. */
#define PROOF_UNCOUNTED "phases that nothing counts"

#endif
