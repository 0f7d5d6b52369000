/* SPDX-License-Identifier: MIT */
/* workload.h - the named workloads: a program of bench/work with arguments. Cold start and steady state are different names.
 */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include "bench/data/dataset.h"

struct workload {
    const char *name, *command, *what;
    int threads;        /* 1: pinned to one CPU */
    double seconds;     /* about how long one sample takes here, for the time left */
    const char *counts; /* a shorter command for counting under strace or callgrind; NULL: the same */
};
extern const struct workload workloads[];
extern const size_t workload_count;

/* By name, of the table and of what was kept; or text that begins with the name of a program of bench/work ("larson 1 8 1000
 * ..."): then it is made on the spot and named as it is written; threads are what its argument says, or more where none says
 * so. NULL: why holds one line that lists the valid names. */
const struct workload *workload_find(const char *text, char *why, size_t size);

/* Keeps a copy of a workload as long as the process lives, which workload_find knows by its name from now on. */
const struct workload *workload_keep(const struct workload *w);

/* Threads of a command of bench/work, as far as its arguments or the table tell; 2, that is not pinned, where nothing does. */
int workload_threads(const char *command);

/* Can it run here? A real program (bench/program) may not be installed. false: why names what is missing. */
bool workload_here(const struct workload *w, char *why, size_t size);

#endif
