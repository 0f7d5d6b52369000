/* SPDX-License-Identifier: MIT */
/* samples_made.h - datasets with chosen cells, for tests of verdicts and tables: so many samples around a value. */
#ifndef SAMPLES_MADE_H
#define SAMPLES_MADE_H

#include "bench/data/dataset.h"
#include "core/test/test.h"
#include <math.h>
#include <stdio.h>

/* About normal, mean 0, deviation 1. */
static inline double made_normal(uint32_t *state)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += test_random(state) / 4294967296.0;
    return sum;
}

static inline int made_variant(struct dataset *ds, const char *label, int twin_of)
{
    struct ds_variant v = {.twin_of = twin_of};
    snprintf(v.label, sizeof v.label, "%s", label);
    return dataset_add_variant(ds, &v);
}

static inline int made_workload(struct dataset *ds, const char *name, const char *command, int threads)
{
    struct ds_workload w = {.threads = threads, .what = "for a test"};
    snprintf(w.name, sizeof w.name, "%s", name);
    snprintf(w.command, sizeof w.command, "%s", command);
    return dataset_add_workload(ds, &w);
}

/* Two samples a block, around value; spread is the deviation of the logarithm. Answers the index of the last one. */
static inline int made_cell(struct dataset *ds, int variant, int workload, const char *metric, int count, double value,
                            double spread)
{
    uint32_t state = (uint32_t)(variant * 97 + workload * 31 + 7);
    int last = -1;
    for (int i = 0; i < 100; i++)
        test_random(&state);
    for (int i = 0; i < count; i++) {
        struct ds_sample s = {.variant = variant,
                              .workload = workload,
                              .block = i / 2,
                              .mode = metric_find(metric)->mode,
                              .position = (int)ds->sample_count};
        last = dataset_add_sample(ds, &s);
        dataset_set(ds, last, metric, spread > 0 ? value * exp(spread * made_normal(&state)) : value);
    }
    return last;
}

#endif
