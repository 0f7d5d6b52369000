/* SPDX-License-Identifier: MIT */
/* collect.h - brings the blocks that other machines measured from their folder into the store, and tells what is wrong with
 * them.
 */
#ifndef BENCH_COLLECT_H
#define BENCH_COLLECT_H

#include "bench/data/store.h"
#include "bench/plan/plan.h"

/* Contexts of a run that other machines measure, beside PLAN_FOLDER, which is the name of its folder in the shared one. */
#define CLUSTER_JOB   "cluster.job"   /* the array's id; "": --hosts */
#define CLUSTER_TASKS "cluster.tasks" /* how many blocks there are to be */

enum { CLUSTER_TASKS_MAX = 1000 };

/* What is there of a run. */
struct collected {
    int tasks, whole; /* blocks that were planned; that are complete */
    size_t added;     /* samples that this call put into the store */
    bool ended;       /* no more blocks will come */
};

/* Merges what lies in the folder and is not in the store: twice is as good as once. A file that cannot be used is named in a
 * line on standard error, and stays. When no more will come, the run is finished, and each task that is missing, was requeued
 * or ran on another kind of machine is told, and kept with the run. false: why holds one line. */
bool collect(struct store *st, int64_t run, const char *folder, struct collected *out, char *why, size_t size);

#endif
