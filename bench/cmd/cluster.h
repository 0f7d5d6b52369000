/* SPDX-License-Identifier: MIT */
/* cluster.h - an experiment on other machines: an array job of Slurm, or ssh. Each task measures one block of the plan
 * (cmd_task.c) in a shared folder (plan/staged.h); collect.h brings the samples home.
 */
#ifndef BENCH_CLUSTER_H
#define BENCH_CLUSTER_H

#include "bench/data/experiment.h"
#include "bench/data/store.h"
#include "bench/plan/plan.h"
#include <argp.h>

/* Filled by cluster_argp; begin with CLUSTER_NONE. */
struct cluster {
    bool slurm, collect, dry_run;
    const char *partition, *constraint, *time; /* as sbatch takes them; NULL: what the cluster does by itself */
    const char *hosts;                         /* "a,b,c": by ssh; NULL: not so */
    const char *shared;                        /* NULL: out/cluster */
    int nodes;                                 /* at once; 0: not given */
};

/* An argp child, whose input is a struct cluster. */
extern const struct argp cluster_argp;

/* Is anything of it asked for? Ends the program where the options contradict each other, or what they need is not here. */
bool cluster_asked(const struct cluster *c);

/* --dry-run: the job's script on standard output. */
void cluster_script_print(const struct cluster *c, const struct experiment *e, int repeat);

/* Stages the plan, has it measured, and merges what comes until no more will. NULL: interrupted (one line said how to collect),
 * or why holds one line. */
struct dataset *cluster_measure(const struct cluster *c, struct store *st, const struct plan *plan, bool *interrupted,
                                char *why, size_t size);

/* --collect: merges what is there of the experiment's newest run on other machines. NULL: why holds one line. */
struct dataset *cluster_collect(const struct cluster *c, struct store *st, const char *experiment, char *why, size_t size);

#endif
