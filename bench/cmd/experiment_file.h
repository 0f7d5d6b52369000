/* SPDX-License-Identifier: MIT */
/* experiment_file.h - an experiment is one small YAML file: read with libcyaml, and every name in it checked.
 *
 * Unknown keys are errors, and so is every name that does not exist.
 */
#ifndef BENCH_EXPERIMENT_FILE_H
#define BENCH_EXPERIMENT_FILE_H

#include "bench/data/experiment.h"

#define EXPERIMENT_REPEAT 10

/* NULL: why holds one line with file, and line where known. Every workload, rival, metric, label and plot named is checked. */
struct experiment *experiment_load(const char *path, char *why, size_t size);

/* NAME or a path to a file: "12-shared-pool" is experiments/12-shared-pool.yaml. NULL: why lists what there is. */
struct experiment *experiment_find(const char *name, char *why, size_t size);

/* Names of the files in experiments/, sorted, NULL-ended; free with experiment_names_free. */
char **experiment_names(void);
void experiment_names_free(char **names);

#endif
