/* SPDX-License-Identifier: MIT */
/* baseline.h - figures published before this project measured anything: bench/baselines.tsv.
 */
#ifndef BENCH_BASELINE_H
#define BENCH_BASELINE_H

#include <stddef.h>

#define BASELINES_MAX 16

struct baseline {
    char name[32], toggles[128], variant[64]; /* how to reproduce it: PHASE=11 MINCORE=trust is p11.mincore-trust */
    char command[256];                        /* its own workload; it is never set beside another */
    double ops_s;
    char date[32], source[128];
};

/* Those of the tree in the current folder, read once; how many. A missing file is 0. Not thread-safe. */
size_t baselines(const struct baseline **out);

#endif
