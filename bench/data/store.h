/* SPDX-License-Identifier: MIT */
/* store.h - the samples on disk: SQLite, schema versioned and migrated, rows appended as they finish and never edited.
 *
 * Any number of processes may append to different runs at once (WAL, busy timeout). Every function that can fail answers
 * false or NULL and leaves one line in store_error() until the next call: the file's name, what is wrong, what would be
 * right. Not thread-safe.
 */
#ifndef BENCH_STORE_H
#define BENCH_STORE_H

#include "bench/data/dataset.h"

/* STORE_WRITE creates and migrates; STORE_READ changes nothing but migrates a file of an older schema. */
enum store_access { STORE_READ, STORE_WRITE };
struct store;

struct store *store_open(const char *path, enum store_access access);
void store_close(struct store *st);
/* Where samples are kept unless a file is named; relative to the root of the tree. */
#define STORE_DEFAULT "out/results.db"
/* " --db FILE" as a shell reads it, for advice; "" for the default. Static buffer. */
const char *store_option(const struct store *st);
const char *store_error(void);

/* A new run: experiment ("" for none), command line, started ("": now), seed, context of ds (variants and workloads come
 * with it: they are copied from ds, with their indices). Answers the run's id, -1 on failure. */
int64_t store_run_begin(struct store *st, const struct dataset *ds);
/* One finished sample, with its series, in one transaction: names[i] has value values[i] (NAN: left out), s->values is not
 * looked at. A position is used once in a run. On failure nothing of this sample is there, and all earlier ones are. */
bool store_sample_add(struct store *st, int64_t run, const struct ds_sample *s, const char *const *names, const double *values,
                      size_t count);
/* One more thing to know of a run, under a key that it does not have yet. */
bool store_context_add(struct store *st, int64_t run, const char *key, const char *value);
/* finished: all that was planned is there; else more is to come. */
bool store_run_finish(struct store *st, int64_t run, bool finished);

/* The dataset of a run; NULL on failure. */
struct dataset *store_load(struct store *st, int64_t run);
/* The run of an experiment that was started last ("" or NULL: any; unfinished_only: to resume); -1: none, and store_error()
 * says so. */
int64_t store_latest(struct store *st, const char *experiment, bool unfinished_only);

/* One line per run, newest first; at most max; how many. 0: none, or store_error() is not empty. */
struct store_run {
    int64_t id;
    char experiment[64], started[32], command[512], machine[64]; /* machine: by name, or the CPU of an older run */
    uint64_t samples;
    bool finished;
};
size_t store_runs(struct store *st, struct store_run *out, size_t max);

#endif
