/* SPDX-License-Identifier: MIT */
/* history.c - collects the points of series from runs. See history.h.
 */
#include "bench/data/history.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void history_machine(const struct dataset *ds, char *out, size_t size)
{
    const char *name = dataset_context(ds, "machine"), *cpu = dataset_context(ds, "cpu");
    if (*name)
        snprintf(out, size, "%s", name);
    else
        snprintf(out, size, "%.40s x%s", *cpu ? cpu : "unknown", dataset_context(ds, "cores"));
}

void history_revision(const struct dataset *ds, int variant, char *out, size_t size)
{
    const char *at = strrchr(ds->variants[variant].toggles, '@');
    int length = at ? (int)strcspn(at + 1, " ") : 0;
    if (at)
        snprintf(out, size, "%.*s", length, at + 1);
    else
        snprintf(out, size, "%s", strcmp(dataset_context(ds, "dirty"), "yes") == 0 ? "" : dataset_context(ds, "git"));
}

struct history *history_new(const char *workload, const char *metric, const char *machine)
{
    struct history *h = xalloc_zeroed(1, sizeof *h);
    snprintf(h->workload, sizeof h->workload, "%s", workload);
    snprintf(h->metric, sizeof h->metric, "%s", metric);
    snprintf(h->machine, sizeof h->machine, "%s", machine);
    return h;
}

static void series_free(struct history_series *s)
{
    for (size_t p = 0; p < s->count; p++)
        free(s->point[p].values);
    free(s->point);
}

void history_keep(struct history *h, const char *name)
{
    size_t left = 0;
    for (size_t s = 0; s < h->count; s++)
        if (h->series[s].rival || strcmp(h->series[s].name, name) == 0)
            h->series[left++] = h->series[s];
        else
            series_free(&h->series[s]);
    h->count = left;
}

void history_free(struct history *h)
{
    for (size_t s = 0; h && s < h->count; s++)
        series_free(&h->series[s]);
    if (h) {
        free(h->series);
        free(h->aa);
    }
    free(h);
}

/* --- Adding -------------------------------------------------------------------------------------------------------- */

/* Toggles and settings without the revision; that stands behind the last word of all that is not a setting. */
static void series_name(const struct ds_variant *v, char *out, size_t size)
{
    const char *at = strrchr(v->toggles, '@');
    if (strcmp(v->kind, "hakmem") != 0)
        snprintf(out, size, "%s%s%s", v->label, *v->version ? " " : "", v->version);
    else if (!at)
        snprintf(out, size, "%s", *v->toggles ? v->toggles : "newest");
    else
        snprintf(out, size, "%.*s%s", (int)(at - v->toggles), v->toggles, at + 1 + strcspn(at + 1, " "));
    if (!*out)
        snprintf(out, size, "newest");
}

static struct history_series *series_find(struct history *h, const struct ds_variant *v)
{
    char name[sizeof h->series->name];
    bool rival = strcmp(v->kind, "hakmem") != 0;
    size_t ours = 0;
    series_name(v, name, sizeof name);
    for (size_t s = 0; s < h->count; s++) {
        if (h->series[s].rival == rival && strcmp(h->series[s].name, name) == 0)
            return &h->series[s];
        ours += !h->series[s].rival;
    }
    size_t at = rival ? h->count : ours;
    h->series = xalloc_need(reallocarray(h->series, h->count + 1, sizeof *h->series));
    memmove(&h->series[at + 1], &h->series[at], (h->count++ - at) * sizeof *h->series);
    h->series[at] = (struct history_series){.rival = rival};
    snprintf(h->series[at].name, sizeof h->series[at].name, "%s", name);
    snprintf(h->series[at].label, sizeof h->series[at].label, "%s", v->label);
    return &h->series[at];
}

static struct history_point *point_find(struct history_series *s, int commit)
{
    size_t at = 0;
    while (at < s->count && s->point[at].commit < commit)
        at++;
    if (at < s->count && s->point[at].commit == commit)
        return &s->point[at];
    s->point = xalloc_need(reallocarray(s->point, s->count + 1, sizeof *s->point));
    memmove(&s->point[at + 1], &s->point[at], (s->count++ - at) * sizeof *s->point);
    s->point[at] = (struct history_point){.commit = commit};
    return &s->point[at];
}

/* Only what is above 0 has a ratio; how many are left. */
static size_t values_above_0(double *values, size_t n)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++)
        if (values[i] > 0 && isfinite(values[i]))
            values[left++] = values[i];
    return left;
}

static void values_add(double **values, size_t *count, const double *more, size_t n)
{
    *values = xalloc_need(reallocarray(*values, *count + n + 1, sizeof **values));
    memcpy(*values + *count, more, n * sizeof *more);
    *count += n;
}

static void twin_add(struct history *h, const struct dataset *ds, int twin, int w, double *room)
{
    double *other = room + ds->sample_count;
    size_t n = dataset_pairs(ds, ds->variants[twin].twin_of, twin, w, h->metric, room, other, ds->sample_count);
    for (size_t i = 0; i < n; i++)
        room[i] = other[i] / room[i];
    values_add(&h->aa, &h->aa_count, room, values_above_0(room, n));
}

static void variant_add(struct history *h, const struct dataset *ds, int v, int w, double *room, history_place *place,
                        void *context)
{
    char revision[128];
    bool ours = strcmp(ds->variants[v].kind, "hakmem") == 0;
    size_t n = values_above_0(room, dataset_cell(ds, v, w, h->metric, room, ds->sample_count));
    if (!n)
        return;
    history_revision(ds, v, revision, sizeof revision);
    int commit = ours && *revision ? place(context, revision) : -1;
    if (ours && commit < 0) {
        *(*revision ? &h->lost : &h->dirty) += 1;
        return;
    }
    struct history_point *p = point_find(series_find(h, &ds->variants[v]), commit);
    values_add(&p->values, &p->count, room, n);
}

void history_add(struct history *h, const struct dataset *ds, history_place *place, void *context)
{
    char machine[sizeof h->machine];
    int w = dataset_workload(ds, h->workload);
    history_machine(ds, machine, sizeof machine);
    if (w < 0 || strcmp(machine, h->machine) != 0)
        return;
    double *room = xalloc_zeroed(2 * ds->sample_count + 2, sizeof *room);
    for (int v = 0; v < (int)ds->variant_count; v++)
        if (ds->variants[v].twin_of >= 0)
            twin_add(h, ds, v, w, room);
        else
            variant_add(h, ds, v, w, room, place, context);
    free(room);
}
