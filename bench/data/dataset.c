/* SPDX-License-Identifier: MIT */
/* dataset.c - the builders of a dataset, and what is asked of it: values, cells, pairs, medians, derived metrics.
 *
 * What must hold: every sample has metric_count values; labels and names are unique.
 */
#include "bench/data/dataset.h"
#include "bench/low/stats.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An array of count elements with room for one more; grows at powers of two, so the room needs no field. */
static void *array_room(void *array, size_t count, size_t element)
{
    if (count & (count - 1))
        return array;
    return xalloc_need(reallocarray(array, count ? 2 * count : 1, element));
}

struct dataset *dataset_new(void)
{
    return xalloc_need(calloc(1, sizeof(struct dataset)));
}

void dataset_free(struct dataset *ds)
{
    if (!ds)
        return;
    for (size_t i = 0; i < ds->sample_count; i++) {
        free(ds->samples[i].values);
        free(ds->samples[i].series);
    }
    free(ds->samples);
    free(ds->workloads);
    free(ds->variants);
    free(ds->metric_names);
    free(ds->context);
    free(ds);
}

int dataset_add_variant(struct dataset *ds, const struct ds_variant *v)
{
    ds->variants = array_room(ds->variants, ds->variant_count, sizeof *v);
    ds->variants[ds->variant_count] = *v;
    return (int)ds->variant_count++;
}

int dataset_add_workload(struct dataset *ds, const struct ds_workload *w)
{
    ds->workloads = array_room(ds->workloads, ds->workload_count, sizeof *w);
    ds->workloads[ds->workload_count] = *w;
    return (int)ds->workload_count++;
}

int dataset_add_sample(struct dataset *ds, const struct ds_sample *s)
{
    ds->samples = array_room(ds->samples, ds->sample_count, sizeof *s);
    struct ds_sample *new = &ds->samples[ds->sample_count];
    *new = *s;
    new->series = NULL;
    new->series_count = 0;
    new->values = xalloc_need(malloc((ds->metric_count + 1) * sizeof *new->values));
    for (size_t i = 0; i < ds->metric_count; i++)
        new->values[i] = NAN;
    return (int)ds->sample_count++;
}

static int metric_index(const struct dataset *ds, const char *metric)
{
    for (size_t i = 0; i < ds->metric_count; i++)
        if (strcmp(ds->metric_names[i], metric) == 0)
            return (int)i;
    return -1;
}

/* A column more for every sample. */
static int metric_add(struct dataset *ds, const char *metric)
{
    ds->metric_names = array_room(ds->metric_names, ds->metric_count, sizeof *ds->metric_names);
    snprintf(ds->metric_names[ds->metric_count], sizeof *ds->metric_names, "%s", metric);
    for (size_t i = 0; i < ds->sample_count; i++) {
        struct ds_sample *s = &ds->samples[i];
        s->values = xalloc_need(reallocarray(s->values, ds->metric_count + 1, sizeof *s->values));
        s->values[ds->metric_count] = NAN;
    }
    return (int)ds->metric_count++;
}

void dataset_set(struct dataset *ds, int sample, const char *metric, double value)
{
    int index = metric_index(ds, metric);
    if (isnan(value))
        return;
    if (index < 0)
        index = metric_add(ds, metric);
    ds->samples[sample].values[index] = value;
}

void dataset_add_point(struct dataset *ds, int sample, struct ds_point point)
{
    struct ds_sample *s = &ds->samples[sample];
    s->series = array_room(s->series, s->series_count, sizeof point);
    s->series[s->series_count++] = point;
}

void dataset_set_context(struct dataset *ds, const char *key, const char *value)
{
    struct ds_pair *pair = ds->context;
    while (pair < ds->context + ds->context_count && strcmp(pair->key, key) != 0)
        pair++;
    if (pair == ds->context + ds->context_count) {
        ds->context = array_room(ds->context, ds->context_count, sizeof *pair);
        pair = &ds->context[ds->context_count++];
        snprintf(pair->key, sizeof pair->key, "%s", key);
    }
    snprintf(pair->value, sizeof pair->value, "%s", value);
}

int dataset_variant(const struct dataset *ds, const char *label)
{
    for (size_t i = 0; i < ds->variant_count; i++)
        if (strcmp(ds->variants[i].label, label) == 0)
            return (int)i;
    return -1;
}

int dataset_workload(const struct dataset *ds, const char *name)
{
    for (size_t i = 0; i < ds->workload_count; i++)
        if (strcmp(ds->workloads[i].name, name) == 0)
            return (int)i;
    return -1;
}

const char *dataset_context(const struct dataset *ds, const char *key)
{
    for (size_t i = 0; i < ds->context_count; i++)
        if (strcmp(ds->context[i].key, key) == 0)
            return ds->context[i].value;
    return "";
}

/* --- Values -------------------------------------------------------------------------------------------------------- */

/* Derived metrics: top / (bottom + rest). */
static const struct derived {
    const char *name, *top, *bottom, *rest;
} derived[] = {
    {"syscalls_per_op", "syscalls", "ops", NULL},
    {"faults_per_op", "faults", "ops", NULL},
    {"instructions_per_op", "instructions_allocator", "ops", NULL},
    {"instructions_all_per_op", "instructions", "ops", NULL},
    {"instructions_share", "instructions_allocator", "instructions", NULL},
    {"front_hit_rate", "stat.front.hits", "stat.front.hits", "stat.front.misses"},
    {"rss_per_live", "rss_settled", "live_kb", NULL},
};

static const struct derived *derived_find(const char *metric)
{
    for (size_t i = 0; i < sizeof derived / sizeof *derived; i++)
        if (strcmp(derived[i].name, metric) == 0)
            return &derived[i];
    return NULL;
}

static double derived_value(double top, double bottom, double rest)
{
    return bottom + rest > 0 ? top / (bottom + rest) : NAN;
}

double dataset_value(const struct dataset *ds, const struct ds_sample *s, const char *metric)
{
    const struct derived *d = derived_find(metric);
    if (d)
        return derived_value(dataset_value(ds, s, d->top), dataset_value(ds, s, d->bottom),
                             d->rest ? dataset_value(ds, s, d->rest) : 0);
    int index = metric_index(ds, metric);
    return index < 0 ? NAN : s->values[index];
}

/* Is this a sample that says something about the metric in this cell? Only the kind of run that yields a metric does: a
 * throughput under strace is none. */
static bool sample_counts(const struct ds_sample *s, int variant, int workload, const struct metric *m)
{
    return s->variant == variant && s->workload == workload && (!m || s->mode == m->mode);
}

size_t dataset_cell(const struct dataset *ds, int variant, int workload, const char *metric, double *out, size_t max)
{
    const struct metric *m = metric_find(metric);
    size_t count = 0;
    for (size_t i = 0; i < ds->sample_count && count < max; i++) {
        const struct ds_sample *s = &ds->samples[i];
        if (s->failed || !sample_counts(s, variant, workload, m))
            continue;
        double value = dataset_value(ds, s, metric);
        if (!isnan(value))
            out[count++] = value;
    }
    return count;
}

/* The k-th sample of a cell in a block, failed ones counted so that pairs stay pairs; NULL: there is none. */
static const struct ds_sample *sample_in_block(const struct dataset *ds, int variant, int workload, const struct metric *m,
                                               int block, int k)
{
    for (size_t i = 0; i < ds->sample_count; i++)
        if (ds->samples[i].block == block && sample_counts(&ds->samples[i], variant, workload, m) && k-- == 0)
            return &ds->samples[i];
    return NULL;
}

size_t dataset_pairs(const struct dataset *ds, int a, int b, int workload, const char *metric, double *va, double *vb,
                     size_t max)
{
    const struct metric *m = metric_find(metric);
    size_t count = 0;
    for (size_t i = 0; i < ds->sample_count && count < max; i++) {
        const struct ds_sample *first = &ds->samples[i];
        if (!sample_counts(first, a, workload, m))
            continue;
        int k = 0;
        for (size_t j = 0; j < i; j++)
            k += ds->samples[j].block == first->block && sample_counts(&ds->samples[j], a, workload, m);
        const struct ds_sample *second = sample_in_block(ds, b, workload, m, first->block, k);
        if (!second || first->failed || second->failed)
            continue;
        va[count] = dataset_value(ds, first, metric);
        vb[count] = dataset_value(ds, second, metric);
        count += !isnan(va[count]) && !isnan(vb[count]);
    }
    return count;
}

double dataset_median(const struct dataset *ds, int variant, int workload, const char *metric)
{
    double *values = xalloc_need(malloc((ds->sample_count + 1) * sizeof *values));
    size_t count = dataset_cell(ds, variant, workload, metric, values, ds->sample_count);
    double median = count ? stats_median(values, count) : NAN;
    free(values);
    const struct derived *d = count ? NULL : derived_find(metric);
    if (d)
        median = derived_value(dataset_median(ds, variant, workload, d->top), dataset_median(ds, variant, workload, d->bottom),
                               d->rest ? dataset_median(ds, variant, workload, d->rest) : 0);
    return median;
}

bool dataset_is_program(const char *command)
{
    static const char program[] = "program";
    size_t length = sizeof program - 1;
    return strncmp(command, program, length) == 0 && (command[length] == 0 || command[length] == ' ');
}

bool dataset_is_command(const char *command)
{
    return strncmp(command, DATASET_COMMAND, sizeof DATASET_COMMAND - 1) == 0;
}
