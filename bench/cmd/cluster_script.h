/* SPDX-License-Identifier: MIT */
/* cluster_script.h - what each task of an array runs, as sbatch and a shell read it.
 */
#ifndef BENCH_CLUSTER_SCRIPT_H
#define BENCH_CLUSTER_SCRIPT_H

#include <stdio.h>

struct script {
    const char *folder, *name;
    const char *partition, *constraint, *time; /* NULL: not said */
    int tasks, at_once;
};

/* Errors of writing are the stream's. */
void script_write(FILE *out, const struct script *s);

#endif
