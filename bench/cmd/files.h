/* SPDX-License-Identifier: MIT */
/* files.h - --junit, --markdown and --csv: what was judged and measured, as files for a CI.
 */
#ifndef BENCH_FILES_H
#define BENCH_FILES_H

#include "bench/data/experiment.h"
#include "bench/show/ci_case.h"
#include <argp.h>
#include <stdio.h>

enum { FILES_JUNIT, FILES_MARKDOWN, FILES_CSV, FILES };

/* Zero-initialised, filled by files_argp. */
struct files {
    const char *path[FILES]; /* NULL: not asked */
    FILE *out[FILES];        /* in memory, until all of it is there */
    char *text[FILES];
    size_t size[FILES];
};

/* An argp child, whose input is a struct files. */
extern const struct argp files_argp;

/* Is any file asked for? */
bool files_asked(const struct files *f);

/* A file that cannot be written is bad input: known before anything is measured. */
void files_begin(struct files *f);

/* The cases; ds, which may be NULL: its samples. */
void files_add(struct files *f, const struct ci_suite *s, const struct dataset *ds);

/* Comparisons, or gates, as a suite. */
void files_add_comparisons(struct files *f, const char *name, const struct dataset *ds, const struct comparison *c,
                           size_t count);
void files_add_gates(struct files *f, const struct experiment *e, const struct gate_result *gates, const struct dataset *ds);

/* A stored run without gates: B against A where it has two variants, else ours against glibc or the first. */
void files_add_run(struct files *f, const struct dataset *ds);

/* What did not go on, and why. */
void files_add_failure(struct files *f, const char *name, const char *why);

/* Writes them, each whole or not at all. false: one line on standard error said which could not be written. */
bool files_end(struct files *f);

#endif
