/* SPDX-License-Identifier: MIT */
/* history.h - the samples of many runs, put in the order of commits: a series of points for each variant, on one
 * workload, by one metric, on one machine.
 */
#ifndef BENCH_HISTORY_H
#define BENCH_HISTORY_H

#include "bench/data/dataset.h"

/* The commits of a repository in order, each after its parents. */
struct commit {
    char hash[41], date[16], subject[120];
};
struct commits {
    struct commit *commit;
    size_t count;
};

/* Which of them a revision is that a run names: a hash or the beginning of one, or whatever a repository knows; -1: none. */
typedef int history_place(void *context, const char *revision);

struct history_point {
    int commit;
    double *values;
    size_t count;
};
struct history_series {
    char name[256]; /* toggles and settings without a revision, "newest" for none; a rival's label with its version */
    char label[64]; /* of a rival, as in struct ds_variant: names its colour */
    bool rival;     /* no commit changes it: one point, of commit -1 */
    struct history_point *point;
    size_t count; /* by commit */
};
struct history {
    char workload[64], metric[64], machine[64];
    struct history_series *series;
    size_t count; /* ours first, as they were met */
    double *aa;
    size_t aa_count;    /* ratios of paired samples of identical binaries */
    size_t lost, dirty; /* variants of runs whose commit is not known, and of changed trees */
};

/* "1a2b3c4d" of a run that names its machine; of an older one its CPU and number of cores. */
void history_machine(const struct dataset *ds, char *out, size_t size);

struct history *history_new(const char *workload, const char *metric, const char *machine);
void history_free(struct history *h); /* NULL is fine */

/* Leaves out every series of ours but the one of that name. */
void history_keep(struct history *h, const char *name);

/* What a run of that machine has of it; another machine's adds nothing. */
void history_add(struct history *h, const struct dataset *ds, history_place *place, void *context);

/* The revision that a variant of a run is of: what stands behind @, or the run's own; "": a tree with changes, or none. */
void history_revision(const struct dataset *ds, int variant, char *out, size_t size);

#endif
