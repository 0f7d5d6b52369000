/* engine.h - takes all samples of a plan: mirrored, interleaved, shuffled between blocks; stores each as it finishes.
 */
#ifndef BENCH_ENGINE_H
#define BENCH_ENGINE_H

#include "bench/store.h"
#include "bench/variant.h"
#include "bench/workload.h"

#define ENGINE_VARIANTS_MAX 64
#define ENGINE_WORKLOADS_MAX 64

struct plan {
    const char *experiment;  /* "" for none */
    const char *command;     /* how the user asked, for the record */
    struct variant *variants; size_t variant_count;
    const struct workload **workloads; size_t workload_count;
    bool (*skip)(const struct plan *p, size_t variant, size_t workload); /* NULL: every cell */
    unsigned modes;          /* bits 1u << MODE_x; counting modes are run once per cell after the timing */
    int repeat;              /* timing samples per cell; made even: A B .. B A */
    double budget;           /* seconds for timing; 0: none. At least 3 blocks are taken all the same */
    uint64_t seed;
    int twin;                /* index of a variant measured twice as A/A; -1: none. The twin is appended to variants */
    int64_t resume;          /* run to go on with; 0: a new one */
};

/* Position i of block b is cell order[i]; pure, tested. */
void plan_block(const struct plan *p, size_t block, size_t *cells, size_t *count);

/* Runs the plan into the store. Answers the run's id; -1: why holds one line. On SIGINT and SIGTERM what is finished stays, *interrupted
 * is set. A failing workload is recorded as a failed sample and shown; its cell is not tried again. */
int64_t engine_run(struct store *st, const struct plan *p, bool *interrupted, char *why, size_t size);

/* Context of this machine and tree into a dataset. */
void context_collect(struct dataset *ds);

#endif
