/* SPDX-License-Identifier: MIT */
/* report_summary.c - the first page: verdict, ratios, largest costs, noise. Every figure is made from the dataset.
 */
#include "bench/show/report_summary.h"
#include "bench/judge/bottleneck.h"
#include "bench/judge/disturbance.h"
#include "bench/low/text.h"
#include <math.h>
#include <string.h>

static void summary_gates(struct report *r)
{
    unsigned count[GATES] = {0};
    if (!r->e || !r->e->expect_count)
        return;
    for (unsigned i = 0; i < r->e->expect_count; i++)
        count[r->gates[i].gate]++;
    const char *verdict = count[GATE_FAILED] ? "missed" : count[GATE_HELD] == r->e->expect_count ? "held" : "open";
    doc_item(&r->doc, "**Verdict: %s.** Of %u gates%s, %u held, %u failed, %u undecided, %u not measured.", verdict,
             r->e->expect_count, experiment_kept(r->e, r->ds) == EXPERIMENT_SAME_GATES ? " written down before the run" : "",
             count[GATE_HELD], count[GATE_FAILED], count[GATE_UNDECIDED], count[GATE_NOT_MEASURED]);
    for (unsigned i = 0; i < r->e->expect_count; i++)
        if (r->gates[i].gate == GATE_FAILED)
            doc_item(&r->doc, "Failed: `%s`: %s.", r->gates[i].text, r->gates[i].figure);
}

/* One variant against the reference, over all workloads. */
static void summary_variant(struct report *r, int v)
{
    const struct comparison *worst = NULL, *best = NULL;
    unsigned count[VERDICT_NONE + 1] = {0}, all = 0;
    for (size_t i = 0; i < r->comparison_count; i++) {
        const struct comparison *c = &r->comparison[i];
        if (c->b != v)
            continue;
        count[c->verdict]++;
        all++;
        worst = !worst || c->gain.value < worst->gain.value ? c : worst;
        best = !best || c->gain.value > best->gain.value ? c : best;
    }
    if (!all)
        return;
    char line[512] = "";
    for (int i = 0; i <= VERDICT_NONE; i++)
        if (count[i])
            text_add(line, sizeof line, "%s%s on %u", line[0] ? ", " : "", verdict_rows[i].name, count[i]);
    const struct ds_variant *one = &r->ds->variants[v];
    doc_item(&r->doc, "**%s**%s%s%s against %s, throughput on %u workload%s: %s; from %s x (%s) to %s x (%s).", one->label,
             one->toggles[0] ? " (`" : "", one->toggles, one->toggles[0] ? "`)" : "", r->ds->variants[r->reference].label, all,
             all == 1 ? "" : "s", line, show(worst->gain.value, 3), r->ds->workloads[worst->workload].name,
             show(best->gain.value, 3), r->ds->workloads[best->workload].name);
}

/* All of them where they are few, else how many were won and the two ends. */
static void summary_rivals(struct report *r)
{
    char all[1024] = "", ends[2][160] = {"", ""};
    double low = INFINITY, high = 0;
    int count = 0, won = 0;
    for (int w = 0; w < (int)r->ds->workload_count && r->subject >= 0; w++) {
        int best = report_best_rival(r, w);
        double ratio = best < 0 ? NAN : dataset_median(r->ds, r->subject, w, "ops_s") / dataset_median(r->ds, best, w, "ops_s");
        char one[160];
        if (isnan(ratio))
            continue;
        snprintf(one, sizeof one, "%s x on %.63s (%.63s)", show(ratio, 3), r->ds->workloads[w].name,
                 r->ds->variants[best].label);
        text_add(all, sizeof all, "%s%s", count ? ", " : "", one);
        if (ratio < low)
            strcpy(ends[0], one), low = ratio;
        if (ratio > high)
            strcpy(ends[1], one), high = ratio;
        won += ratio > 1;
        count++;
    }
    if (count > 4)
        snprintf(all, sizeof all, "ahead on %d of %d workloads; from %s to %s", won, count, ends[0], ends[1]);
    if (count)
        doc_item(&r->doc, "%s against the best of the others on each workload, ratio of medians: %s.",
                 r->ds->variants[r->subject].label, all);
}

/* The largest cost on each workload, those that share one together. */
static void summary_costs(struct report *r)
{
    struct prices prices = bottleneck_prices(r->ds);
    struct cost cost[COSTS_MAX], top[64];
    int count = 0;
    char line[2048] = "";
    for (int w = 0; w < (int)r->ds->workload_count && w < 64 && r->subject >= 0; w++) {
        top[w].what = NULL;
        if (bottleneck_rank(r->ds, r->subject, w, &prices, cost) && !isnan(cost[0].share))
            top[w] = cost[0];
    }
    for (int w = 0; w < (int)r->ds->workload_count && w < 64 && r->subject >= 0; w++) {
        if (!top[w].what)
            continue;
        text_add(line, sizeof line, "%s%s on", count++ ? "; " : "", top[w].what);
        const char *what = top[w].what, *comma = " ";
        for (int k = w; k < (int)r->ds->workload_count && k < 64; k++)
            if (top[k].what && strcmp(top[k].what, what) == 0) {
                text_add(line, sizeof line, "%s%s (%s %%)", comma, r->ds->workloads[k].name, show(100 * top[k].share, 0));
                comma = ", ";
                top[k].what = NULL;
            }
    }
    if (count)
        doc_item(&r->doc, "Largest cost of %s, estimated: %s.", r->ds->variants[r->subject].label, line);
}

static void summary_noise(struct report *r)
{
    double worst = 0;
    struct stats_interval noise = {NAN, NAN, NAN};
    const char *where = "";
    for (size_t i = 0; i < r->comparison_count; i++) {
        const struct comparison *c = &r->comparison[i];
        double off = isnan(c->noise.lo) ? 0 : fmax(fabs(log(c->noise.lo)), fabs(log(c->noise.hi)));
        if (off > worst) {
            worst = off;
            noise = c->noise;
            where = r->ds->workloads[c->workload].name;
        }
    }
    if (worst > 0)
        doc_item(&r->doc, "Noise floor: identical binaries (A/A) differ by a factor within %s at worst (%s).",
                 show_interval(noise, 1), where);
}

/* The report's first line: gates that are not those of the run, a machine that was not to itself. */
static void report_warnings(struct report *r)
{
    char line[1024] = "", disturbed[512], hash[65];
    enum experiment_kept kept = r->e && r->e->expect_count ? experiment_kept(r->e, r->ds) : EXPERIMENT_SAME_GATES;
    if (kept == EXPERIMENT_OTHER_GATES) {
        experiment_gates_hash((const char *const *)r->e->expect, r->e->expect_count, r->e->margin, hash);
        text_add(line, sizeof line,
                 "**Judged by other gates than those that were stored with the run**: sha256 %.12s, then %.12s; the "
                 "stored ones stand under Context. ",
                 dataset_context(r->ds, "gates"), hash);
    } else if (kept == EXPERIMENT_UNKEPT) {
        text_add(line, sizeof line,
                 "**No gates were stored with this run**: nothing tells that these were written down before it. ");
    }
    if (*disturbance_text(r->ds, disturbed, sizeof disturbed))
        text_add(line, sizeof line, "**A disturbed machine**: %s.", disturbed);
    if (*line)
        doc_text(&r->doc, "%s", line);
}

void report_summary(struct report *r)
{
    report_warnings(r);
    doc_heading(&r->doc, 2, "Summary");
    if (r->e)
        doc_text(&r->doc, "%s", r->e->question);
    summary_gates(r);
    for (int v = 0; v < (int)r->ds->variant_count; v++)
        if (strcmp(r->ds->variants[v].kind, "hakmem") == 0)
            summary_variant(r, v);
    summary_rivals(r);
    summary_costs(r);
    summary_noise(r);
    if (!r->ds->finished)
        doc_item(&r->doc, "**This run is not finished**: it was interrupted, or still goes on. What is here is whole.");
}
