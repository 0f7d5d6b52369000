/* SPDX-License-Identifier: MIT */
/* table.c - the terminal table of a dataset: one per workload, then what holds for all of them. See table.h.
 *
 * Nothing is hidden: a failed cell says so and why, a missing rival is named, a published figure stands apart, under its own
 * workload only.
 */
#include "bench/show/table.h"
#include "bench/data/baseline.h"
#include "bench/data/proof.h"
#include "bench/judge/disturbance.h"
#include "bench/judge/verdict.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include "bench/show/column.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Beside throughput, in this order; where no cell has instructions, the last is left out. */
static const char *const shown[] = {"syscalls", "faults", "superslabs_peak", "rss_peak", "instructions_per_op"};
enum { SHOWN = sizeof shown / sizeof *shown };

struct table {
    FILE *out;
    const struct dataset *ds;
    int reference;
    struct comparison *comparisons; /* [workload][variant] against the reference */
    double *values;                 /* room for a cell */
    bool *flags;
    size_t least, most;     /* timing samples of a cell */
    bool own, instructions; /* a count by the allocator itself was shown; any cell has instructions */
};

static const struct comparison *comparison(const struct table *t, int variant, int workload)
{
    return &t->comparisons[(size_t)workload * t->ds->variant_count + (size_t)variant];
}

/* Is anything known about this cell? NULL, or a failed sample of the mode when there is one, or any sample. */
static const struct ds_sample *cell_sample(const struct table *t, int variant, int workload, enum mode mode)
{
    const struct ds_sample *any = NULL;
    for (size_t i = 0; i < t->ds->sample_count; i++) {
        const struct ds_sample *s = &t->ds->samples[i];
        if (s->variant != variant || s->workload != workload)
            continue;
        if (s->failed && s->mode == mode)
            return s;
        any = s;
    }
    return any;
}

static bool cell_failed(const struct table *t, int variant, int workload, enum mode mode)
{
    const struct ds_sample *s = cell_sample(t, variant, workload, mode);
    return s && s->failed && s->mode == mode;
}

static size_t cell_values(const struct table *t, int variant, int workload, const char *metric)
{
    return dataset_cell(t->ds, variant, workload, metric, t->values, t->ds->sample_count);
}

/* --- One row -------------------------------------------------------------------------------------------------------------- */

static int decimals(double value)
{
    return value < 1 ? 4 : value < 10 ? 3 : value < 100 ? 2 : 1;
}

/* What a figure of throughput is divided by: a million, unless no cell of the workload has a thousand operations per second. */
static double throughput_one(const struct table *t, int workload)
{
    bool many = false, any = false;
    for (int v = 0; v < (int)t->ds->variant_count; v++) {
        double value = dataset_median(t->ds, v, workload, "ops_s");
        many |= value >= 1000;
        any |= !isnan(value);
    }
    return many || !any ? 1e6 : 1;
}

static void throughput_print(struct table *t, int variant, int workload)
{
    double one = throughput_one(t, workload);
    size_t n = cell_values(t, variant, workload, "ops_s");
    if (cell_failed(t, variant, workload, MODE_TIME) || !n) {
        fprintf(t->out, " %8s %-16s", n || cell_failed(t, variant, workload, MODE_TIME) ? "failed" : "-", "");
        return;
    }
    struct stats_interval i = stats_median_interval(t->values, n, 0.95);
    struct stats_interval m = {i.value / one, i.lo / one, i.hi / one};
    fprintf(t->out, " %8.*f %-16s", decimals(m.value), m.value, interval_text(m, decimals(m.value)));
    t->least = n < t->least ? n : t->least;
    t->most = n > t->most ? n : t->most;
}

static void verdict_print(const struct table *t, int variant, int workload)
{
    const struct comparison *c = comparison(t, variant, workload);
    char verdict[40];
    if (variant == t->reference || !c->pairs || cell_failed(t, variant, workload, MODE_TIME)) {
        fprintf(t->out, " %6s %-14s %-15s", variant == t->reference ? "1" : "-", "",
                variant == t->reference ? "reference" : "-");
        return;
    }
    snprintf(verdict, sizeof verdict, "%s", verdict_rows[c->verdict].brief);
    if (c->verdict == VERDICT_UNDECIDED && c->needed && c->needed < 1000)
        text_add(verdict, sizeof verdict, " ~%zu", c->needed);
    fprintf(t->out, " %6.3f %-14s %-15s", c->ratio.value, interval_text(c->ratio, 3), verdict);
}

static int column_count(const struct table *t)
{
    return SHOWN - !t->instructions;
}

static int column_width(const char *metric)
{
    int head = (int)strlen(column_of(metric)->head);
    return head > 8 ? head : 8;
}

/* Calls that strace did not count: as the allocator counted, marked; or that it failed. */
static void calls_text(struct table *t, int variant, int workload, char *out, size_t size)
{
    double own = dataset_median(t->ds, variant, workload, "syscalls_own");
    if (cell_failed(t, variant, workload, MODE_STRACE))
        snprintf(out, size, "failed");
    else if (!isnan(own))
        snprintf(out, size, "%.0f*", own);
    t->own |= strchr(out, '*') != NULL;
}

/* The median of a metric, right-aligned. */
static void column_print(struct table *t, int variant, int workload, const char *metric)
{
    const struct column *column = column_of(metric);
    double value = dataset_median(t->ds, variant, workload, metric) / column->one;
    char text[32] = "-";
    if (!isnan(value))
        snprintf(text, sizeof text, "%.*f", column->digits, value);
    else if (strcmp(metric, "syscalls") == 0)
        calls_text(t, variant, workload, text, sizeof text);
    fprintf(t->out, " %*s", column_width(metric), text);
}

static void row_print(struct table *t, int variant, int workload)
{
    fprintf(t->out, "  %-18.18s", t->ds->variants[variant].label);
    throughput_print(t, variant, workload);
    verdict_print(t, variant, workload);
    for (int i = 0; i < column_count(t); i++)
        column_print(t, variant, workload, shown[i]);
    fprintf(t->out, "\n");
}

/* --- Below the rows ------------------------------------------------------------------------------------------------------- */

/* Each way in which a cell failed, once. */
static void failures_print(const struct table *t, int workload)
{
    for (int v = 0; v < (int)t->ds->variant_count; v++)
        for (int mode = 0; mode < MODES; mode++) {
            const struct ds_sample *s = cell_sample(t, v, workload, (enum mode)mode);
            if (s && s->failed && s->mode == (enum mode)mode)
                fprintf(t->out, "  failed: %s (%s): %s\n", t->ds->variants[v].label, mode_rows[mode].name, s->why);
        }
}

static void floors_print(const struct table *t, int workload)
{
    for (int v = 0; v < (int)t->ds->variant_count; v++) {
        struct comparison c = {.a = t->ds->variants[v].twin_of, .b = v, .workload = workload, .metric = "ops_s"};
        if (c.a < 0)
            continue;
        verdict_judge(t->ds, &c, 1, RULE_MARGIN);
        if (c.pairs)
            fprintf(t->out, "  A/A floor: %s against itself %.3f %s, %zu pairs\n", t->ds->variants[c.a].label, c.ratio.value,
                    interval_text(c.ratio, 3), c.pairs);
    }
}

static void outliers_print(const struct table *t, int workload)
{
    char line[512] = "";
    for (int v = 0; v < (int)t->ds->variant_count; v++) {
        size_t n = cell_values(t, v, workload, "ops_s"), count = stats_outliers(t->values, n, t->flags);
        if (count)
            text_add(line, sizeof line, "%s %s %zu of %zu", *line ? "," : "", t->ds->variants[v].label, count, n);
    }
    if (*line)
        fprintf(t->out, "  outliers, flagged and kept:%s\n", line);
}

/* What the verdict on v misses; NULL: it is decided, or there is none. */
static const struct comparison *open_verdict(const struct table *t, int v, int workload)
{
    const struct comparison *c = comparison(t, v, workload);
    return v != t->reference && c->pairs && *c->missing ? c : NULL;
}

/* Do the verdicts on v and k miss the same? */
static bool open_alike(const struct table *t, int v, int k, int workload)
{
    const struct comparison *a = open_verdict(t, v, workload), *b = open_verdict(t, k, workload);
    return a && b && a->pairs == b->pairs && strcmp(a->missing, b->missing) == 0;
}

/* What open verdicts miss; those that miss the same in one line, where the first of them stands. */
static void missing_print(const struct table *t, int workload)
{
    char labels[1024];
    for (int v = 0; v < (int)t->ds->variant_count; v++) {
        bool first = open_verdict(t, v, workload);
        labels[0] = 0;
        for (int k = 0; first && k < (int)t->ds->variant_count; k++)
            if (open_alike(t, v, k, workload)) {
                first = k >= v;
                text_add(labels, sizeof labels, "%s%s", *labels ? ", " : "", t->ds->variants[k].label);
            }
        if (first)
            fprintf(t->out, "  open: %s: %s, %zu pairs\n", labels, open_verdict(t, v, workload)->missing,
                    open_verdict(t, v, workload)->pairs);
    }
}

/* What each of our own counted none of, where it was counted. */
static void idle_print(const struct table *t, int workload)
{
    char idle[1024];
    for (int v = 0; v < (int)t->ds->variant_count; v++)
        if (*proof_idle(t->ds, v, workload, idle, sizeof idle))
            fprintf(t->out, "  phases of %s that did nothing here: %s\n", t->ds->variants[v].label, idle);
}

static void published_print(const struct table *t, int workload)
{
    const struct baseline *b;
    size_t count = baselines(&b);
    for (size_t i = 0; i < count; i++)
        if (strcmp(b[i].command, t->ds->workloads[workload].command) == 0)
            fprintf(t->out, "  published, another machine: %s (%s) %.*f M ops/s, %s, %s\n", b[i].name, b[i].toggles,
                    decimals(b[i].ops_s / 1e6), b[i].ops_s / 1e6, b[i].date, b[i].source);
}

static void workload_print(struct table *t, int workload)
{
    const struct ds_workload *w = &t->ds->workloads[workload];
    char against[16];
    snprintf(against, sizeof against, "x %.13s", t->ds->variants[t->reference].label);
    fprintf(t->out, "\n%s: %s (%s)\n", w->name, w->command, w->what);
    fprintf(t->out, "  %-18s %8s %-16s %-21s %-15s", "allocator", throughput_one(t, workload) > 1 ? "M ops/s" : "ops/s",
            "[95 %]", against, "verdict");
    for (int i = 0; i < column_count(t); i++)
        fprintf(t->out, " %*s", column_width(shown[i]), column_of(shown[i])->head);
    fprintf(t->out, "\n");
    for (int v = 0; v < (int)t->ds->variant_count; v++)
        if (!t->ds->variants[v].missing && t->ds->variants[v].twin_of < 0 && cell_sample(t, v, workload, MODES))
            row_print(t, v, workload);
    floors_print(t, workload);
    missing_print(t, workload);
    outliers_print(t, workload);
    idle_print(t, workload);
    published_print(t, workload);
    failures_print(t, workload);
}

/* --- The whole ------------------------------------------------------------------------------------------------------------ */

static void notes_print(const struct table *t, size_t compared)
{
    char missing[512] = "", samples[48] = "";
    for (size_t v = 0; v < t->ds->variant_count; v++)
        if (t->ds->variants[v].missing)
            text_add(missing, sizeof missing, "%s %s", *missing ? "," : "", t->ds->variants[v].label);
    if (t->most)
        snprintf(samples, sizeof samples, t->least == t->most ? "%zu" : "%zu to %zu", t->least, t->most);
    fprintf(t->out, "\n");
    if (t->most)
        fprintf(t->out,
                "Throughput, faults and peak memory: medians of %s timing runs each, interleaved and mirrored, one workload "
                "binary,\n"
                "LD_PRELOAD; in brackets 95 %% bootstrap intervals. x %.18s: median ratio of paired runs; margin 1 %%, Holm "
                "over %zu\n"
                "comparisons; ~N: pairs that would likely decide.\n",
                samples, t->ds->variants[t->reference].label, compared);
    for (int i = 0; i < column_count(t); i++)
        fprintf(t->out, "%s: %s%s.\n", column_of(shown[i])->head, column_of(shown[i])->words,
                t->own && strcmp(shown[i], "syscalls") == 0 ? "\n(*: by the allocator itself, its own calls only)" : "");
    if (*dataset_context(t->ds, PROOF_UNCOUNTED))
        fprintf(t->out, "phases that have no counter, and may have acted or not: %s\n",
                dataset_context(t->ds, PROOF_UNCOUNTED));
    if (*missing)
        fprintf(t->out, "not installed:%s (make deps-rivals)\n", missing);
    if (!t->ds->finished && t->ds->run)
        fprintf(t->out, "run %lld was interrupted; what is there is whole; go on with: hakbench run --resume %lld\n",
                (long long)t->ds->run, (long long)t->ds->run);
}

/* Judges every variant on every workload together; answers how many comparisons there were. */
static size_t judge_all(struct table *t)
{
    size_t count = t->ds->workload_count * t->ds->variant_count, kept = 0, compared = 0;
    struct comparison *list = xalloc_zeroed(count, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        int v = (int)(i % t->ds->variant_count), w = (int)(i / t->ds->variant_count);
        if (v != t->reference && t->ds->variants[v].twin_of < 0)
            list[kept++] = (struct comparison){.a = t->reference, .b = v, .workload = w, .metric = "ops_s"};
    }
    verdict_judge(t->ds, list, kept, RULE_MARGIN);
    for (size_t i = 0; i < kept; i++) {
        t->comparisons[(size_t)list[i].workload * t->ds->variant_count + (size_t)list[i].b] = list[i];
        compared += list[i].pairs > 0;
    }
    free(list);
    return compared;
}

void table_print(FILE *out, const struct dataset *ds, int reference)
{
    size_t cells = ds->workload_count * ds->variant_count;
    struct table t = {.out = out, .ds = ds, .reference = reference < 0 ? 0 : reference, .least = SIZE_MAX};
    t.comparisons = xalloc_zeroed(cells, sizeof *t.comparisons);
    t.values = xalloc_zeroed(ds->sample_count, sizeof *t.values);
    t.flags = xalloc_zeroed(ds->sample_count, sizeof *t.flags);
    if (!ds->variant_count || !ds->workload_count) {
        fprintf(out, "run %lld holds no samples\n", (long long)ds->run);
    } else {
        size_t compared = judge_all(&t);
        char disturbed[512];
        if (*disturbance_text(ds, disturbed, sizeof disturbed))
            fprintf(out, "A disturbed machine: %s.\n", disturbed);
        for (size_t i = 0; i < cells && !t.instructions; i++)
            t.instructions =
                !isnan(dataset_median(ds, (int)(i % ds->variant_count), (int)(i / ds->variant_count), "instructions_per_op"));
        for (int w = 0; w < (int)ds->workload_count; w++)
            workload_print(&t, w);
        notes_print(&t, compared);
    }
    free(t.comparisons);
    free(t.values);
    free(t.flags);
}
