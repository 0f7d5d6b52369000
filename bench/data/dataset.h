/* SPDX-License-Identifier: MIT */
/* dataset.h - everything that one run left, in memory: what statistics, gates, tables, plots and reports work on.
 *
 * Filled by store_load; tests make one by hand with dataset_add_*. Reading only, no files, no database.
 */
#ifndef BENCH_DATASET_H
#define BENCH_DATASET_H

#include "bench/low/metric.h"
#include <stddef.h>
#include <stdint.h>

/* The context of each part of a run begins so, then the position of its first sample: what others did meanwhile. */
#define DS_DURING "during."

struct ds_variant {
    char label[64];    /* unique in a run; how tables, plots and expect lines name it: A, p12, glibc, mimalloc ... */
    char kind[16];     /* hakmem, libc, rival */
    char toggles[256]; /* as given: "PHASE=11 MINCORE=trust HAKMEM_SS_LRU_MB=8"; empty for others */
    char variant[64];  /* canonical name (p11.mincore-trust); empty for others */
    char sha256[65];   /* of the library file */
    char version[128]; /* of a rival, where the file's name tells (libmimalloc.so.2.0.9); empty otherwise */
    int twin_of;       /* index of the variant whose identical binary this is (A/A), -1: none */
    int missing;       /* 1: asked for and not installed; has no samples */
};

struct ds_workload {
    char name[64];     /* random_mixed-seed */
    char command[256]; /* random_mixed 200000 4096 1234567; or DATASET_COMMAND and a command line */
    char what[128];
    int threads;
};

struct ds_point { double seconds, rss_kb, lazyfree_kb; };

struct ds_sample {
    int64_t id;
    int variant, workload, block, position; /* position: order of execution within the run */
    enum mode mode;
    bool failed;
    char why[256]; /* one line, when failed */
    double *values; /* [metric_count], NAN where it was not measured */
    struct ds_point *series; /* RSS over time; NULL in other modes */
    size_t series_count;
};

struct ds_pair { char key[48], value[512]; };

struct dataset {
    int64_t run;
    char experiment[64], command[512], started[32]; /* started: ISO 8601, UTC */
    uint64_t seed;
    bool finished; /* false: interrupted or still running; what is there is whole */
    struct ds_pair *context; size_t context_count; /* cpu, kernel, governor, thp, compiler, git, dirty, loadavg ... */
    char (*metric_names)[64]; size_t metric_count; /* stored metrics that occur, any order */
    struct ds_variant *variants; size_t variant_count;
    struct ds_workload *workloads; size_t workload_count;
    struct ds_sample *samples; size_t sample_count; /* by position */
};

struct dataset *dataset_new(void);
void dataset_free(struct dataset *ds); /* NULL is fine */

/* Builders: copy what they are given, answer the index; exit with a line when memory ends. */
int dataset_add_variant(struct dataset *ds, const struct ds_variant *v);
int dataset_add_workload(struct dataset *ds, const struct ds_workload *w);
int dataset_add_sample(struct dataset *ds, const struct ds_sample *s); /* values and series are not taken: see next */
void dataset_set(struct dataset *ds, int sample, const char *metric, double value); /* NAN changes nothing */
void dataset_add_point(struct dataset *ds, int sample, struct ds_point point);
void dataset_set_context(struct dataset *ds, const char *key, const char *value);

int dataset_variant(const struct dataset *ds, const char *label);  /* -1: none */
int dataset_workload(const struct dataset *ds, const char *name);  /* -1: none */
const char *dataset_context(const struct dataset *ds, const char *key); /* "" when unknown */

/* The value of a metric, derived ones computed; NAN when the sample has none. */
double dataset_value(const struct dataset *ds, const struct ds_sample *s, const char *metric);

/* All values of a cell in order of position, failed samples left out; at most max; answers how many. Only samples of the
 * metric's own mode count: the throughput of a run under strace is none. */
size_t dataset_cell(const struct dataset *ds, int variant, int workload, const char *metric, double *out, size_t max);

/* Pairs (a[i], b[i]) of one cell pair: the k-th sample of A and the k-th of B in the same block, unless one failed. At
 * most max; how many. */
size_t dataset_pairs(const struct dataset *ds, int a, int b, int workload, const char *metric, double *va, double *vb,
                     size_t max);

/* Median over a cell; NAN when empty. A derived metric is the median of the samples' own ratios (the launcher notes ops in
 * every mode); where no sample has all its parts, it is made of the parts' medians. */
double dataset_median(const struct dataset *ds, int variant, int workload, const char *metric);

/* A workload's command that begins so is a command line of the user's, not a program of bench/work. */
#define DATASET_COMMAND "$ "
bool dataset_is_command(const char *command);

/* Is it a real program, of bench/program? What such a one prints is the same under every allocator. */
bool dataset_is_program(const char *command);

#endif
