/* SPDX-License-Identifier: MIT */
/* disturbance.c - compares what is known of the machine with what a quiet one shows. See disturbance.h.
 */
#include "bench/judge/disturbance.h"
#include "bench/data/nodes.h"
#include "bench/low/text.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From these on something is named. */
#define LOAD_START    0.5  /* processes that want to run, for each processor */
#define OTHERS_SHARE  5.0  /* percent of all processors */
#define STEAL_SHARE   1.0
#define FORCED_SECOND 50.0 /* involuntary switches of a process of one thread in a second */

/* The worst of each over the parts of the run. */
struct worst {
    double others, steal, swapped;
};

static void parts_read(const struct dataset *ds, struct worst *w)
{
    for (size_t i = 0; i < ds->context_count; i++) {
        double others, steal, swapped;
        if (strncmp(ds->context[i].key, DS_DURING, strlen(DS_DURING)) != 0 ||
            sscanf(ds->context[i].value, "others %lf %%, steal %lf %%, swapped %lf", &others, &steal, &swapped) != 3)
            continue;
        w->others = fmax(w->others, others);
        w->steal = fmax(w->steal, steal);
        w->swapped += swapped;
    }
}

/* Where a run is of several machines: the largest load when a block began, for each core of its machine; 0: it is not so. */
static int nodes_load(const struct dataset *ds, double *load)
{
    struct nodes *n = nodes_of(ds);
    int cores = 0;
    for (size_t b = 0; b < n->blocks; b++) {
        char key[sizeof DS_CORES + 64];
        if (n->of[b] < 0)
            continue;
        snprintf(key, sizeof key, DS_LOAD "%zu", b);
        double here = strtod(dataset_context(ds, key), NULL);
        snprintf(key, sizeof key, DS_CORES "%s", n->name[n->of[b]]);
        int own = atoi(dataset_context(ds, key));
        if (own > 0 && (!cores || here / own > *load / cores)) {
            *load = here;
            cores = own;
        }
    }
    nodes_free(n);
    return cores;
}

/* Involuntary switches in a second, over all timing samples of workloads of one thread. */
static double forced(const struct dataset *ds)
{
    double switches = 0, seconds = 0;
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        double count = dataset_value(ds, s, "switches_forced"), wall = dataset_value(ds, s, "wall_s");
        if (s->mode != MODE_TIME || s->failed || ds->workloads[s->workload].threads > 1 || isnan(count) || isnan(wall))
            continue;
        switches += count;
        seconds += wall;
    }
    return seconds > 0 ? switches / seconds : 0;
}

static __attribute__((format(printf, 3, 4))) void add(char *out, size_t size, const char *format, ...)
{
    char one[160];
    va_list list;
    va_start(list, format);
    vsnprintf(one, sizeof one, format, list);
    va_end(list);
    text_add(out, size, "%s%s", *out ? "; " : "", one);
}

char *disturbance_text(const struct dataset *ds, char *out, size_t size)
{
    struct worst w = {0};
    double load = strtod(dataset_context(ds, "loadavg"), NULL), switches = forced(ds);
    int cores = nodes_load(ds, &load) ?: atoi(dataset_context(ds, "cores"));
    const char *governor = dataset_context(ds, "governor"), *thp = dataset_context(ds, "thp");
    out[0] = 0;
    parts_read(ds, &w);
    if (cores > 0 && load / cores > LOAD_START)
        add(out, size, "load %.1f at the start on %d processor%s", load, cores, cores == 1 ? "" : "s");
    if (w.others > OTHERS_SHARE)
        add(out, size, "others took %.0f %% of the processors", w.others);
    if (w.steal > STEAL_SHARE)
        add(out, size, "the host took %.1f %% (steal)", w.steal);
    if (w.swapped > 0)
        add(out, size, "%.0f pages were swapped", w.swapped);
    if (switches > FORCED_SECOND)
        add(out, size, "workloads of one thread were switched out %.0f times a second", switches);
    if (*governor && strcmp(governor, "performance") != 0 && strcmp(governor, "not shown here") != 0)
        add(out, size, "the frequency governor is %s", governor);
    if (strstr(thp, "[always]"))
        add(out, size, "transparent huge pages are always on");
    if (strcmp(dataset_context(ds, "other measurements"), "yes") == 0)
        add(out, size, "another hakbench was measuring");
    return out;
}
