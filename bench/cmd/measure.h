/* SPDX-License-Identifier: MIT */
/* measure.h - what commands that measure share: options, variants and workloads by name, the run, its exit status.
 *
 * For cmd_run.c, cmd_ab.c and other commands that fill a plan. Bad input ends in command_bad.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "bench/take/engine.h"

/* A plan that is being put together; zero-initialised, with command filled by measure_command. */
struct measure {
    struct variant variants[PLAN_VARIANTS_MAX];
    uint64_t skip[PLAN_VARIANTS_MAX];
    const struct workload *workloads[PLAN_WORKLOADS_MAX];
    char command[512];
    struct plan plan; /* points into the fields above, once measure_plan was called */
};

/* A whole number from min to max, else one line and the end. */
long measure_number(const char *option, const char *text, long min, long max);

/* A margin as it is written everywhere, "1%", as a part; false: why says what is wrong. --margin: one line and the end. */
#define MARGIN_HELP "differences up to this are none (1%)"
bool margin_read(const char *text, double *out, char *why, size_t size);
double measure_margin(const char *text);

/* argv as one line, for the record. */
void measure_command(struct measure *m, int argc, char **argv);

/* Appends, or resolves and appends; answers the index. A label that is taken gets " (2)" and so on. */
size_t measure_append(struct measure *m, const struct variant *v);
size_t measure_variant(struct measure *m, const char *label, const char *text);
size_t measure_workload(struct measure *m, const char *name);

/* Where the user named no workload: the five of `make bench`. */
void measure_usual(struct measure *m);

/* The plan of what was appended, all cells, in MODE_TIME, with a seed of its own. */
struct plan *measure_plan(struct measure *m);

/* The store, for writing: opened before anything is built, so that a file that cannot be written is known early. db: NULL is
 * DB_DEFAULT. */
struct store *measure_open(const char *db);

/* Runs the plan, answers the run's dataset. Ends on failure (EXIT_FAILED, one line) and on an interrupt (EXIT_INTERRUPTED). */
struct dataset *measure_run(struct store *st, const struct plan *p);

/* --wait-quiet: waits so long at most until others leave the processors alone, and says so; 0: not at all. */
#define WAIT_QUIET_HELP "wait so long at most until others take less than 5 % of the processors (0)"
void measure_wait(int seconds);

/* Failed samples of a run. */
size_t measure_failed(const struct dataset *ds);

#endif
