/* SPDX-License-Identifier: MIT */
/* source.h - which run a command works on: the options that say so, and the run.
 */
#ifndef BENCH_SOURCE_H
#define BENCH_SOURCE_H

#include "bench/data/dataset.h"
#include <argp.h>

/* Filled by source_argp; zero-initialised it is the newest run of the default file. */
struct source {
    const char *db, *from, *experiment; /* NULL: not given. from: a TSV file instead of a database */
    int64_t run;                        /* 0: not given */
};

/* --db, --from, --run, --experiment: an argp child, whose input is a struct source. */
extern const struct argp source_argp;

/* text as the number of a run, else command_bad. */
int64_t source_run(const char *text);

/* The run that was asked for, else command_bad. */
struct dataset *source_load(const struct source *s);

#endif
