/* SPDX-License-Identifier: MIT */
/* report_sections.c - the measured parts of a report: throughput, system calls, counters, memory, where the time goes.
 *
 * Every sentence is made from figures of the dataset; a part without figures is left out, and report_unmeasured says why.
 */
#include "bench/show/report_sections.h"
#include "bench/show/rule_words.h"
#include "bench/data/baseline.h"
#include "bench/data/proof.h"
#include "bench/judge/bottleneck.h"
#include "bench/low/figure.h"
#include "bench/low/text.h"
#include "bench/show/column.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int variants(const struct report *r)
{
    return (int)r->ds->variant_count;
}

static int workloads(const struct report *r)
{
    return (int)r->ds->workload_count;
}

static void heading_of(struct report *r, int w)
{
    const struct ds_workload *one = &r->ds->workloads[w];
    doc_heading(&r->doc, 3, "%s", one->name);
    doc_text(&r->doc, "`%s`: %s.", one->command, one->what);
}

/* --- Throughput ----------------------------------------------------------------------------------------------------------- */

/* The label of the variant in this run that is the published one built again; NULL: none. */
static const struct ds_variant *rebuilt(const struct report *r, const struct baseline *b, int *index)
{
    for (int v = 0; v < variants(r); v++)
        if (strcmp(r->ds->variants[v].variant, b->variant) == 0 && r->ds->variants[v].twin_of < 0) {
            *index = v;
            return &r->ds->variants[v];
        }
    return NULL;
}

/* Published figures of this very command; what was measured here of the same variant stands beside. */
static void published(struct report *r, int w)
{
    const struct baseline *b;
    size_t count = baselines(&b);
    for (size_t i = 0; i < count; i++) {
        int v = -1;
        if (strcmp(b[i].command, r->ds->workloads[w].command) != 0)
            continue;
        const struct ds_variant *again = rebuilt(r, &b[i], &v);
        double here = again ? dataset_median(r->ds, v, w, "ops_s") : NAN;
        if (isnan(here))
            doc_item(&r->doc,
                     "Published for this workload: **%s M ops/s** (%s, `%s`, %s; %s, another machine). Not measured again in "
                     "this run.",
                     show(b[i].ops_s / 1e6, 3), b[i].name, b[i].toggles, b[i].date, b[i].source);
        else
            doc_item(
                &r->doc,
                "Published for this workload: **%s M ops/s** (%s, `%s`, %s; %s, another machine). Built and measured again "
                "here as %s: **%s M ops/s**, %s times that.",
                show(b[i].ops_s / 1e6, 3), b[i].name, b[i].toggles, b[i].date, b[i].source, again->label, show(here / 1e6, 3),
                show(here / b[i].ops_s, 3));
    }
}

/* Of a workload's fastest, for all of its rows: whole programs do one operation a second. */
static struct figure_unit throughput_unit(const struct report *r, int w)
{
    double top = 0;
    for (int v = 0; v < variants(r); v++)
        top = fmax(top, dataset_median(r->ds, v, w, "ops_s"));
    return figure_unit("ops_s", top);
}

static void throughput_row(struct report *r, int v, int w, double one)
{
    const struct dataset *ds = r->ds;
    double *x = malloc((ds->sample_count + 1) * sizeof *x);
    size_t n = x ? dataset_cell(ds, v, w, "ops_s", x, ds->sample_count) : 0;
    struct stats_interval m = stats_median_interval(x, n, 0.95);
    const struct comparison *c = report_compared(r, v, w);
    free(x);
    if (!n)
        return;
    doc_cell(&r->doc, "%s", ds->variants[v].label);
    doc_cell(&r->doc, "%s", show(m.value / one, 3));
    doc_cell(&r->doc, "%s", show_interval(m, 1 / one));
    doc_cell(&r->doc, "%zu", n);
    if (v == r->reference || !c) {
        doc_cell(&r->doc, v == r->reference ? "reference" : "-");
        doc_cell(&r->doc, "-");
        doc_cell(&r->doc, "-");
        doc_cell(&r->doc, "-");
        doc_cell(&r->doc, " ");
    } else {
        doc_cell(&r->doc, "%s %s", show(c->gain.value, 3), show_interval(c->gain, 1));
        doc_cell(&r->doc, c->p < 0.001 ? "< 0.001" : "%.3f", c->p);
        doc_cell(&r->doc, c->p_holm < 0.001 ? "< 0.001" : "%.3f", c->p_holm);
        doc_cell(&r->doc, c->p_rank < 0.001 ? "< 0.001" : "%.3f", c->p_rank);
        doc_cell(&r->doc, "%s%s%s", verdict_rows[c->verdict].name, *c->missing ? ": " : "", c->missing);
    }
}

void report_throughput(struct report *r)
{
    if (!report_has(r, -1, -1, "ops_s"))
        return;
    doc_heading(&r->doc, 2, "Throughput");
    doc_text(
        &r->doc,
        "Medians of interleaved runs of the same workload binary, with bootstrap 95 %% intervals. Ratios are medians of paired "
        "ratios against %s. p: of the paired test that the verdict rests on; Holm: the same p, corrected for the number of "
        "comparisons of this run (%zu); U: p of the Mann-Whitney test, for comparison. %s. %s.",
        r->ds->variants[r->reference].label, r->comparison_count, rule_words_paragraph(r->e ? r->e->margin : RULE_MARGIN),
        outcome_words(verdict_rows, VERDICTS));
    if (report_drawn(r, "throughput"))
        doc_figure(&r->doc, "throughput",
                   "Throughput by workload, with 95 % intervals; longer is better. A dashed line is a figure published "
                   "elsewhere for that very workload.");
    if (report_drawn(r, "scaling"))
        doc_figure(&r->doc, "scaling", "Throughput by number of threads; higher is better.");
    for (int w = 0; w < workloads(r); w++) {
        if (!report_has(r, -1, w, "ops_s"))
            continue;
        heading_of(r, w);
        struct figure_unit unit = throughput_unit(r, w);
        char columns[160];
        snprintf(columns, sizeof columns, "allocator|>%s|>95 %% interval|>n|>x %.60s|>p|>Holm|>U|verdict", unit.name,
                 r->ds->variants[r->reference].label);
        doc_table(&r->doc, columns);
        for (int v = 0; v < variants(r); v++)
            throughput_row(r, v, w, unit.one);
        published(r, w);
    }
}

/* --- System calls --------------------------------------------------------------------------------------------------------- */

/* The seconds that strace saw in system calls of memory; NAN: it saw none. */
static double call_seconds(const struct report *r, int v, int w)
{
    char name[32];
    double sum = 0;
    bool any = false;
    for (int k = 0; k < MEMORY_CALLS; k++) {
        snprintf(name, sizeof name, "strace_s.%s", memory_calls[k]);
        double x = dataset_median(r->ds, v, w, name);
        any |= !isnan(x);
        sum += isnan(x) ? 0 : x;
    }
    return any ? sum : NAN;
}

static void call_row(struct report *r, int v, int w, bool strace)
{
    char name[32], share[32];
    double all = dataset_median(r->ds, v, w, strace ? "syscalls_all" : "syscalls_own"), seconds = call_seconds(r, v, w),
           sum = 0;
    if (isnan(all) || r->ds->variants[v].twin_of >= 0)
        return;
    doc_cell(&r->doc, "%s", r->ds->workloads[w].name);
    doc_cell(&r->doc, "%s", r->ds->variants[v].label);
    doc_cell(&r->doc, "%s", strace ? "strace" : "itself");
    for (int k = 0; k < MEMORY_CALLS; k++) {
        snprintf(name, sizeof name, "%s%s", strace ? "strace." : "", memory_calls[k]);
        double count = dataset_median(r->ds, v, w, name);
        snprintf(name, sizeof name, "strace_s.%s", memory_calls[k]);
        double x = dataset_median(r->ds, v, w, name);
        share[0] = 0;
        if (strace && seconds > 0 && x > 0)
            snprintf(share, sizeof share, " (%.0f %%)", 100 * x / seconds);
        doc_cell(&r->doc, "%s%s", show(isnan(count) ? 0 : count, 0), share);
        sum += isnan(count) ? 0 : count;
    }
    doc_cell(&r->doc, "%s", show(sum, 0));
    doc_cell(&r->doc, "%s", show(all, 0));
    doc_cell(&r->doc, "%s", show(bottleneck_ops(r->ds, v, w, strace ? MODE_STRACE : MODE_COUNT), 0));
    doc_cell(&r->doc, "%s", show(strace ? seconds * 1e3 : NAN, 2));
}

void report_calls(struct report *r)
{
    if (!report_has(r, -1, -1, "syscalls") && !report_has(r, -1, -1, "syscalls_own"))
        return;
    doc_heading(&r->doc, 2, "System calls");
    bool strace = report_has(r, -1, -1, "syscalls_all");
    doc_text(&r->doc,
             "One counting run for each workload and allocator. Counted by itself: the allocator's own calls.%s Sum: of the "
             "calls in the columns before it.%s",
             strace ? " Counted by strace: those of the loader and the program, too; some workloads run shorter then." : "",
             strace ? " In brackets, and in the last column: the time of these calls, as strace saw it." : "");
    if (report_drawn(r, "syscalls"))
        doc_figure(&r->doc, "syscalls", "System calls of one run by kind, with their sum; shorter is better.");
    char columns[256] = "workload|allocator|counted by";
    for (int k = 0; k < MEMORY_CALLS; k++)
        text_add(columns, sizeof columns, "|>%s", memory_calls[k]);
    text_add(columns, sizeof columns, "|>sum|>all calls|>operations|>ms of the sum");
    doc_table(&r->doc, columns);
    for (int w = 0; w < workloads(r); w++)
        for (int v = 0; v < variants(r); v++) {
            call_row(r, v, w, true);
            call_row(r, v, w, false);
        }
}

/* --- Tables of metrics ---------------------------------------------------------------------------------------------------- */

/* A row for each cell that has the metric `needed`; twins are left out. */
static void metric_table(struct report *r, const char *needed, const char *const *shown)
{
    char columns[512] = "workload|allocator";
    for (int i = 0; shown[i]; i++)
        text_add(columns, sizeof columns, "|>%s", column_of(shown[i])->head);
    doc_table(&r->doc, columns);
    for (int w = 0; w < workloads(r); w++)
        for (int v = 0; v < variants(r); v++) {
            if (isnan(dataset_median(r->ds, v, w, needed)) || r->ds->variants[v].twin_of >= 0)
                continue;
            doc_cell(&r->doc, "%s", r->ds->workloads[w].name);
            doc_cell(&r->doc, "%s", r->ds->variants[v].label);
            for (int i = 0; shown[i]; i++)
                doc_cell(&r->doc, "%s", show(dataset_median(r->ds, v, w, shown[i]) / column_of(shown[i])->one,
                                             column_of(shown[i])->digits));
        }
}

/* --- Counters ------------------------------------------------------------------------------------------------------------- */

static void hardware(struct report *r)
{
    static const char *const events[] = {
        "perf.cycles", "perf.instructions", "perf.branches", "perf.branch_misses", "perf.cache_references", "perf.cache_misses",
        NULL};
    bool any = false;
    for (int i = 0; events[i]; i++)
        any |= report_has(r, -1, -1, events[i]);
    if (!any) {
        doc_text(&r->doc,
                 "**Hardware counters: not supported here.** Cycles, branches and cache misses are not in this report.");
        return;
    }
    doc_table(&r->doc, "workload|allocator|>cycles|>instructions|>IPC|>branches|>missed|>cache refs|>missed");
    for (int w = 0; w < workloads(r); w++)
        for (int v = 0; v < variants(r); v++) {
            double x[6];
            for (int i = 0; i < 6; i++)
                x[i] = dataset_median(r->ds, v, w, events[i]);
            if (isnan(x[0]) && isnan(x[1]))
                continue;
            doc_cell(&r->doc, "%s", r->ds->workloads[w].name);
            doc_cell(&r->doc, "%s", r->ds->variants[v].label);
            doc_cell(&r->doc, "%s", show(x[0], 0));
            doc_cell(&r->doc, "%s", show(x[1], 0));
            doc_cell(&r->doc, "%s", show(x[1] / x[0], 2));
            doc_cell(&r->doc, "%s", show(x[2], 0));
            doc_cell(&r->doc, "%s %%", show(100 * x[3] / x[2], 2));
            doc_cell(&r->doc, "%s", show(x[4], 0));
            doc_cell(&r->doc, "%s %%", show(100 * x[5] / x[4], 2));
        }
}

void report_counters(struct report *r)
{
    doc_heading(&r->doc, 2, "Counters");
    hardware(r);
    if (!report_has(r, -1, -1, "instructions"))
        return;
    doc_text(&r->doc, "Instructions by callgrind, the same from run to run. They do not show contention, faults or the TLB. "
                      "The share and instr/op are of the allocator's functions; all instr/op is of the whole process.");
    static const char *const shown[] = {"instructions", "instructions_allocator", "instructions_share", "instructions_per_op",
                                        "instructions_all_per_op", NULL};
    if (report_drawn(r, "instructions"))
        doc_figure(&r->doc, "instructions",
                   "Instructions for an operation, the program's loop included, as a ratio to the best rival of each workload; "
                   "further left is better. The figures on the right: the newest variant, and that rival.");
    metric_table(r, "instructions", shown);
}

/* --- Memory --------------------------------------------------------------------------------------------------------------- */

static void settled_table(struct report *r)
{
    doc_text(
        &r->doc,
        "Resident memory was sampled over time from outside. Settled: at the end of the run, without pages that the kernel may "
        "take back (LazyFree). Live: live bytes as the workload says, of most of them at the end, else the most that it held, "
        "below which memory may have settled.");
    static const char *const shown[] = {"rss_max", "rss_settled", "live_kb", "rss_per_live", NULL};
    metric_table(r, "rss_settled", shown);
}

void report_memory(struct report *r)
{
    static const char *const shown[] = {"faults", "faults_per_op", "major_faults", "rss_peak", NULL};
    bool faults = report_has(r, -1, -1, "faults"), settled = report_has(r, -1, -1, "rss_settled");
    if (!faults && !settled)
        return;
    doc_heading(&r->doc, 2, "Page faults and memory");
    if (report_drawn(r, "rss-time"))
        doc_figure(&r->doc, "rss-time", "Resident memory over time, without pages marked LazyFree; lower is better.");
    if (settled)
        settled_table(r);
    if (faults)
        metric_table(r, "faults", shown);
}

/* --- The allocator's own counters ----------------------------------------------------------------------------------------- */

/* A counter that is worth a row: not zero everywhere, and no number of a process. os.* stands under system calls. */
static bool counter_shown(const struct report *r, const char *metric, int w)
{
    bool any = false;
    for (int v = 0; v < variants(r); v++)
        any |= dataset_median(r->ds, v, w, metric) > 0;
    return any && strncmp(metric, "stat.", 5) == 0 && strncmp(metric, "stat.os.", 8) != 0 &&
           strcmp(metric, "stat.pid") != 0;
}

/* Which phases counted nothing, of each workload and variant that was counted. */
static void idle_table(struct report *r)
{
    char idle[1024];
    doc_text(&r->doc, "A phase did nothing where all counters of its work (phases/*/proof) stayed 0.%s%s%s",
             *dataset_context(r->ds, PROOF_UNCOUNTED) ? " Phases without such a counter: " : "",
             dataset_context(r->ds, PROOF_UNCOUNTED), *dataset_context(r->ds, PROOF_UNCOUNTED) ? "." : "");
    doc_table(&r->doc, "workload|allocator|phases that did nothing");
    for (int w = 0; w < workloads(r); w++)
        for (int v = 0; v < variants(r); v++)
            if (report_has(r, v, w, "superslabs_peak")) {
                doc_cell(&r->doc, "%s", r->ds->workloads[w].name);
                doc_cell(&r->doc, "%s", r->ds->variants[v].label);
                doc_cell(&r->doc, "%s", *proof_idle(r->ds, v, w, idle, sizeof idle) ? idle : "none");
            }
}

/* Are there figures of what phases did? Runs of before they were taken have none. */
static bool has_proofs(const struct report *r)
{
    bool any = false;
    for (size_t i = 0; i < r->ds->metric_count; i++)
        any |= strncmp(r->ds->metric_names[i], PROOF_METRIC, strlen(PROOF_METRIC)) == 0;
    return any;
}

static void counter_table(struct report *r, int w)
{
    char columns[1024] = "counter";
    for (int v = 0; v < variants(r); v++)
        if (report_has(r, v, w, "superslabs_peak"))
            text_add(columns, sizeof columns, "|>%s", r->ds->variants[v].label);
    doc_table(&r->doc, columns);
    for (size_t i = 0; i < r->ds->metric_count; i++) {
        const char *metric = r->ds->metric_names[i];
        if (!counter_shown(r, metric, w))
            continue;
        doc_cell(&r->doc, "%s", metric + strlen("stat."));
        for (int v = 0; v < variants(r); v++)
            if (report_has(r, v, w, "superslabs_peak"))
                doc_cell(&r->doc, "%s", show(dataset_median(r->ds, v, w, metric), 0));
    }
    doc_cell(&r->doc, "front hit rate, %%");
    for (int v = 0; v < variants(r); v++)
        if (report_has(r, v, w, "superslabs_peak"))
            doc_cell(&r->doc, "%s", show(100 * dataset_median(r->ds, v, w, "front_hit_rate"), 2));
}

void report_allocator(struct report *r)
{
    if (!report_has(r, -1, -1, "superslabs_peak"))
        return;
    doc_heading(&r->doc, 2, "The allocator's own counters");
    if (has_proofs(r))
        idle_table(r);
    doc_text(&r->doc, "The counters of one counting run. A counter that is 0 for every variant is left out.");
    for (int w = 0; w < workloads(r); w++)
        if (report_has(r, -1, w, "superslabs_peak")) {
            doc_fold(&r->doc, r->ds->workloads[w].name);
            counter_table(r, w);
            doc_unfold(&r->doc);
        }
}

/* --- Where the time goes -------------------------------------------------------------------------------------------------- */

static void ranking_table(struct report *r, int v, int w, const struct prices *prices)
{
    struct cost cost[COSTS_MAX];
    int count = bottleneck_rank(r->ds, v, w, prices, cost);
    if (!count)
        return;
    doc_text(&r->doc, "**%s** on %s:", r->ds->variants[v].label, r->ds->workloads[w].name);
    doc_table(&r->doc, ">rank|cost|>ms|>share of its time|>how many|how that is known");
    for (int i = 0; i < count; i++) {
        bool timed = !isnan(cost[i].seconds);
        if (timed)
            doc_cell(&r->doc, "%d", i + 1);
        else
            doc_cell(&r->doc, "-");
        doc_cell(&r->doc, "%s", cost[i].what);
        doc_cell(&r->doc, "%s", show(cost[i].seconds * 1e3, 3));
        doc_cell(&r->doc, "%s%s", show(100 * cost[i].share, 1), timed ? " %" : "");
        doc_cell(&r->doc, "%s", show(cost[i].count, 0));
        doc_cell(&r->doc, "%s", cost[i].how);
    }
}

static const char *show_price(double x)
{
    return show(x > 0 ? x : NAN, 2);
}

void report_bottlenecks(struct report *r)
{
    struct prices prices = bottleneck_prices(r->ds);
    if (r->subject < 0 || !report_has(r, r->subject, -1, "wall_s"))
        return;
    doc_heading(&r->doc, 2, "Where the time goes");
    doc_text(&r->doc,
             "Estimates from the figures above, for %s%s%s, the largest first. A row without a time is a count: how long one "
             "takes is not known. Shares are of the wall time, or of the CPU time where a workload has several threads.",
             r->ds->variants[r->subject].label, r->reference >= 0 && r->reference != r->subject ? " and its reference " : "",
             r->reference >= 0 && r->reference != r->subject ? r->ds->variants[r->reference].label : "");
    if (prices.cells)
        doc_text(&r->doc,
                 "What each costs in the kernel, fitted to %d cells of one thread (least squares, none below zero): a system "
                 "call %s us, a page fault %s us, a process %s ms; -: cannot be told apart from the others.",
                 prices.cells, show_price(prices.call_s * 1e6), show_price(prices.fault_s * 1e6),
                 show_price(prices.base_s * 1e3));
    for (int w = 0; w < workloads(r); w++) {
        bool fold = r->ds->workload_count > 3;
        if (!report_has(r, -1, w, "wall_s"))
            continue;
        if (fold)
            doc_fold(&r->doc, r->ds->workloads[w].name);
        ranking_table(r, r->subject, w, &prices);
        if (r->reference != r->subject)
            ranking_table(r, r->reference, w, &prices);
        if (fold)
            doc_unfold(&r->doc);
    }
}
