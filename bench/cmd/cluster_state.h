/* SPDX-License-Identifier: MIT */
/* cluster_state.h - what Slurm says of the tasks of an array job.
 */
#ifndef BENCH_CLUSTER_STATE_H
#define BENCH_CLUSTER_STATE_H

#include <stdbool.h>
#include <stddef.h>

struct task_state {
    char name[24]; /* COMPLETED, TIMEOUT, NODE_FAIL ...; "": Slurm knows nothing of it (any more) */
    char node[64];
};

enum array_state { ARRAY_ENDED, ARRAY_RUNS, ARRAY_UNKNOWN };

/* Fills in out[count], by the number of the task: from squeue, and from sacct once squeue has forgotten the job. ARRAY_UNKNOWN:
 * why holds one line that says why Slurm did not answer. */
enum array_state cluster_states(const char *job, struct task_state *out, size_t count, char *why, size_t size);

#endif
