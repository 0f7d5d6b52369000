/* experiment.h - an experiment is one small YAML file: read with libcyaml, unknown keys are errors.
 */
#ifndef BENCH_EXPERIMENT_H
#define BENCH_EXPERIMENT_H

#include "bench/dataset.h"
#include "bench/verdict.h"

struct experiment {
    char name[64];                 /* the file's, without .yaml */
    char *question;
    struct { char *label, *text; } *variants; unsigned variant_count;
    char *reference;               /* a label; the first variant unless given */
    char **rivals; unsigned rival_count;
    char **workloads; unsigned workload_count;
    char **modes; unsigned mode_count; /* time, count ... ; unless given: those that the metrics of `expect` and `plots` need */
    int repeat;                    /* 10 unless given */
    double margin;                 /* 0.01 unless given */
    char **expect; unsigned expect_count;
    char **plots; unsigned plot_count;
};

/* NULL: why holds one line with file, and line where known. Every workload, metric, label and plot named is checked. */
struct experiment *experiment_load(const char *path, char *why, size_t size);
void experiment_free(struct experiment *e);

/* One `expect` line: <side> <op> <side> [on <workload>], side = [number *] (metric(label) | number), op = <= >= < > == */
enum gate { GATE_HELD, GATE_FAILED, GATE_UNDECIDED, GATE_NOT_MEASURED };
struct expect_result { enum gate gate; char text[256], figure[256]; };
bool expect_check(const char *text, const struct experiment *e, char *why, size_t size); /* syntax and names */
struct expect_result expect_judge(const char *text, const struct dataset *ds, double margin);

#endif
