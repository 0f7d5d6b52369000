/* SPDX-License-Identifier: MIT */
/* nodes.h - the machines of a run that was measured on several: which block was measured where.
 *
 * A block is measured on one machine, so that pairs never straddle two. The context of a run says which: DS_NODE and the number
 * of the block, and of each machine what it is (DS_CPU and its name, and so on).
 */
#ifndef BENCH_NODES_H
#define BENCH_NODES_H

#include "bench/data/dataset.h"

#define DS_NODE   "node."   /* node.<block>: the machine's name */
#define DS_LOAD   "load."   /* load.<block>: its load average when the block began */
#define DS_CPU    "cpu."    /* cpu.<name>: its processor, which is its kind */
#define DS_KERNEL "kernel." /* kernel.<name> */
#define DS_CORES  "cores."  /* cores.<name> */
#define DS_TASK   "task."   /* task.<number>: what went wrong with a part of the run */

struct nodes {
    char (*name)[64];
    const char **kind; /* "" when unknown */
    size_t count;
    int *of; /* [blocks]: index of the machine; -1: unknown */
    size_t blocks;
};

/* The machines that have samples, by name. count is 0 where the run is of the one machine that its context tells. */
struct nodes *nodes_of(const struct dataset *ds);
void nodes_free(struct nodes *n);

/* The machine of a block; -1: unknown. */
int nodes_at(const struct nodes *n, int block);

/* The samples of one machine (node >= 0), or of all machines of a kind (kind not NULL): a dataset to be read while ds is there;
 * free what it has in `samples`, and nothing else. */
struct dataset nodes_view(const struct dataset *ds, const struct nodes *n, int node, const char *kind);

#endif
