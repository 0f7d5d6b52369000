/* SPDX-License-Identifier: MIT */
/* verdict.c - judges comparisons: pairs from the dataset, an interval, a test, the A/A floor, Holm over the set. See verdict.h.
 *
 * No files, no clock; the same dataset gives the same verdicts.
 */
#include "bench/judge/verdict.h"
#include "bench/data/nodes.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Pairs ---------------------------------------------------------------------------------------------------------------- */

struct pairs {
    double *a, *b;
    int *node; /* 0 where the run is of one machine */
    size_t n;
};

static struct pairs pairs_of(const struct dataset *ds, int a, int b, int workload, const char *metric)
{
    size_t room = ds->sample_count;
    struct pairs p = {.a = xalloc_zeroed(room, sizeof *p.a),
                      .b = xalloc_zeroed(room, sizeof *p.b),
                      .node = xalloc_zeroed(room, sizeof *p.node)};
    struct nodes *nodes = nodes_of(ds);
    if (nodes->count < 2)
        p.n = dataset_pairs(ds, a, b, workload, metric, p.a, p.b, room);
    for (size_t i = 0; nodes->count > 1 && i < nodes->count; i++) {
        struct dataset one = nodes_view(ds, nodes, (int)i, NULL);
        size_t more = dataset_pairs(&one, a, b, workload, metric, p.a + p.n, p.b + p.n, room - p.n);
        for (; more; more--)
            p.node[p.n++] = (int)i;
        free(one.samples);
    }
    nodes_free(nodes);
    return p;
}

static void pairs_free(struct pairs *p)
{
    free(p->a);
    free(p->b);
    free(p->node);
}

/* The range decides about counts of one thread, which vary by chance of address only. One count of several threads says nothing
 * about the next. */
static bool is_counted(const struct dataset *ds, const struct comparison *c)
{
    const struct metric *m = metric_find(c->metric);
    return m && m->mode != MODE_TIME && m->mode != MODE_MEMORY && ds->workloads[c->workload].threads <= 1;
}

static bool is_turned(const char *metric)
{
    const struct metric *m = metric_find(metric);
    return m && m->better < 0;
}

static struct stats_interval turn(struct stats_interval i)
{
    return (struct stats_interval){1 / i.value, 1 / i.hi, 1 / i.lo};
}

/* How far identical binaries lie apart here: the twin of b, of a, or any other of this workload. */
static struct stats_interval floor_of(const struct dataset *ds, const struct comparison *c)
{
    struct stats_interval floor = {NAN, NAN, NAN};
    int twin = -1;
    for (int v = 0; v < (int)ds->variant_count; v++) {
        int of = ds->variants[v].twin_of;
        if (of < 0 || !dataset_cell(ds, v, c->workload, c->metric, (double[1]){0}, 1))
            continue;
        if ((c->a == of && c->b == v) || (c->a == v && c->b == of))
            return floor; /* this is the A/A comparison itself */
        if (twin < 0 || of == c->b || (of == c->a && ds->variants[twin].twin_of != c->b))
            twin = v;
    }
    if (twin < 0)
        return floor;
    struct evidence e;
    struct pairs p = pairs_of(ds, ds->variants[twin].twin_of, twin, c->workload, c->metric);
    evidence_take(&e, p.b, p.a, p.n, false, is_turned(c->metric), CLAIM_VERDICT, RULE_MARGIN);
    pairs_free(&p);
    return isnan(e.gain.lo) || e.exact ? floor : e.gain;
}

/* --- The judgement -------------------------------------------------------------------------------------------------------- */

static void measure(const struct dataset *ds, const struct comparison *c, struct evidence *e, double margin)
{
    struct pairs p = pairs_of(ds, c->a, c->b, c->workload, c->metric);
    evidence_take_nodes(e, p.b, p.a, p.node, p.n, is_counted(ds, c), is_turned(c->metric), CLAIM_VERDICT, margin);
    if (p.n && !e->exact)
        e->floor = floor_of(ds, c);
    pairs_free(&p);
}

static void conclude(const struct dataset *ds, struct comparison *c, const struct evidence *e, double margin)
{
    struct pairs p = pairs_of(ds, c->a, c->b, c->workload, c->metric);
    c->median_a = stats_median(p.a, p.n);
    c->median_b = stats_median(p.b, p.n);
    pairs_free(&p);
    c->pairs = e->pairs;
    c->gain = e->gain;
    c->ratio = is_turned(c->metric) ? turn(e->gain) : e->gain;
    c->noise = e->floor;
    c->p = e->p;
    c->p_holm = e->p_holm;
    c->p_rank = e->p_rank;
    c->outliers = e->outliers;
    c->exact = e->exact;
    c->nodes = e->nodes;
    c->between = e->between;
    c->verdict = rule_verdict(e, margin);
    c->needed = rule_open(e, margin) ? e->needed : 0;
    snprintf(c->missing, sizeof c->missing, "%s", rule_missing(e, CLAIM_VERDICT, margin));
}

void verdict_judge(const struct dataset *ds, struct comparison *c, size_t count, double margin)
{
    struct evidence *e = xalloc_zeroed(count, sizeof *e), **all = xalloc_zeroed(count, sizeof *all);
    for (size_t i = 0; i < count; i++) {
        measure(ds, &c[i], &e[i], margin);
        all[i] = &e[i];
    }
    evidence_holm(all, count);
    for (size_t i = 0; i < count; i++)
        conclude(ds, &c[i], &e[i], margin);
    free(e);
    free(all);
}

bool verdict_open(const struct comparison *c)
{
    return !c->exact && (c->verdict == VERDICT_UNDECIDED || c->verdict == VERDICT_NOISY);
}

/* --- Texts ---------------------------------------------------------------------------------------------------------------- */

enum { NEEDED_SAID = 1000 }; /* a larger number of pairs is no advice */

const char *interval_text(struct stats_interval i, int decimals)
{
    static char text[64];
    if (isnan(i.lo) || isnan(i.hi))
        return "[-, -]";
    snprintf(text, sizeof text, "[%.*f, %.*f]", decimals, i.lo, decimals, i.hi);
    return text;
}

const char *verdict_text(const struct comparison *c)
{
    static char text[400];
    int used = 0;
    if (c->pairs && isnan(c->ratio.value))
        used = snprintf(text, sizeof text, "- ");
    else if (c->pairs && c->exact && c->ratio.lo == c->ratio.hi)
        used = snprintf(text, sizeof text, "%.4f exactly, ", c->ratio.value);
    else if (c->pairs)
        used = snprintf(text, sizeof text, "%.3f %s ", c->ratio.value, interval_text(c->ratio, 3));
    used += snprintf(text + used, sizeof text - (size_t)used, "%s", verdict_rows[c->verdict].name);
    if (*c->missing)
        used += snprintf(text + used, sizeof text - (size_t)used, ": %s", c->missing);
    if (c->needed && c->verdict != VERDICT_NONE && c->needed <= NEEDED_SAID)
        snprintf(text + used, sizeof text - (size_t)used, ", %zu pairs so far, about %zu would decide", c->pairs, c->needed);
    else if (c->needed && c->verdict != VERDICT_NONE)
        snprintf(text + used, sizeof text - (size_t)used, ", %zu pairs so far, more than %d would be needed", c->pairs,
                 NEEDED_SAID);
    return text;
}

const char *verdict_detail(const struct comparison *c)
{
    static char text[160];
    int used = 0;
    text[0] = 0;
    if (!c->pairs || c->exact)
        return text;
    if (!isnan(c->noise.value))
        used = snprintf(text, sizeof text, "A/A %.3f %s, ", c->noise.value, interval_text(c->noise, 3));
    used += snprintf(text + used, sizeof text - (size_t)used, "p %.2g paired, ", c->p);
    if (c->p_holm > c->p)
        used += snprintf(text + used, sizeof text - (size_t)used, "%.2g after Holm, ", c->p_holm);
    used += snprintf(text + used, sizeof text - (size_t)used, "%.2g Mann-Whitney", c->p_rank);
    if (c->outliers)
        snprintf(text + used, sizeof text - (size_t)used, ", %zu outlier%s kept", c->outliers, c->outliers == 1 ? "" : "s");
    return text;
}
