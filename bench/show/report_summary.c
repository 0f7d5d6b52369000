/* SPDX-License-Identifier: MIT */
/* report_summary.c - the first page: verdict, ratios, largest costs, noise. Every figure is made from the dataset.
 */
#include "bench/show/report_summary.h"
#include "bench/judge/bottleneck.h"
#include "bench/judge/disturbance.h"
#include "bench/low/stats.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a gate says before its workload, and from there on: "metric(A) <= metric(B)", "larson-2 (glibc)"; "": none is named. */
static const char *gate_parts(const struct gate_result *g, char claim[256])
{
    const char *on = strstr(g->text, " on ");
    snprintf(claim, 256, "%.*s", on ? (int)(on - g->text) : (int)strlen(g->text), g->text);
    return on ? on + strlen(" on ") : "";
}

/* The failed gates with the claim of gate `i`, the farthest from its bound first: how many; 0 when one stands before `i`. */
static unsigned gates_alike(const struct report *r, unsigned i, unsigned alike[64])
{
    char claim[256], other[256];
    unsigned count = 0;
    gate_parts(&r->gates[i], claim);
    for (unsigned k = 0; k < r->e->expect_count && count < 64; k++) {
        gate_parts(&r->gates[k], other);
        if (r->gates[k].gate != GATE_FAILED || strcmp(claim, other) != 0)
            continue;
        if (k < i)
            return 0;
        unsigned at = count++;
        for (; at > 0 && r->gates[alike[at - 1]].slack > r->gates[k].slack; at--)
            alike[at] = alike[at - 1];
        alike[at] = k;
    }
    return count;
}

/* Failed gates, one by one; those that claim the same of three workloads or more together. */
static void summary_failed(struct report *r)
{
    unsigned alike[64];
    char claim[256], line[4096];
    for (unsigned i = 0; i < r->e->expect_count; i++) {
        unsigned count = r->gates[i].gate == GATE_FAILED ? gates_alike(r, i, alike) : 0;
        line[0] = 0;
        for (unsigned k = 0; k < count && count > 2; k++) {
            double factor = 1 / r->gates[alike[k]].slack;
            text_add(line, sizeof line, "%s%s", k ? ", " : "", gate_parts(&r->gates[alike[k]], claim));
            if (isfinite(factor))
                text_add(line, sizeof line, " %s x", show(factor, 3));
        }
        if (count > 2)
            doc_item(&r->doc, "Failed on %u workloads: `%s`. By which factor each misses its bound: %s.", count, claim, line);
        for (unsigned k = 0; k < count && count < 3; k++)
            doc_item(&r->doc, "Failed: `%s`: %s.", r->gates[alike[k]].text, r->gates[alike[k]].figure);
    }
}

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
    summary_failed(r);
}

/* What the labels stand for, where a label does not say it. */
static void summary_labels(struct report *r)
{
    char line[1024] = "";
    for (size_t v = 0; v < r->ds->variant_count; v++) {
        const struct ds_variant *one = &r->ds->variants[v];
        if (strcmp(one->kind, "hakmem") == 0 && one->twin_of < 0 && one->variant[0])
            text_add(line, sizeof line, "%s**%s** is hakmem's variant %s%s%s%s", line[0] ? "; " : "", one->label, one->variant,
                     one->toggles[0] ? ", `" : "", one->toggles, one->toggles[0] ? "`" : "");
    }
    if (line[0])
        doc_item(&r->doc, "%s. All allocators are listed under Context.", line);
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
            text_add(line, sizeof line, "%s%s (%u)", line[0] ? ", " : "", verdict_rows[i].name, count[i]);
    const struct ds_variant *one = &r->ds->variants[v];
    doc_item(&r->doc, "**%s**%s%s%s has %s x the throughput of %s on %s%s%s%s%s. Verdicts: %s.", one->label,
             one->toggles[0] ? " (`" : "", one->toggles, one->toggles[0] ? "`)" : "", show(worst->gain.value, 3),
             r->ds->variants[r->reference].label, r->ds->workloads[worst->workload].name, all > 1 ? ", to " : "",
             all > 1 ? show(best->gain.value, 3) : "", all > 1 ? " x on " : "",
             all > 1 ? r->ds->workloads[best->workload].name : "", line);
}

/* The subject's throughput as a ratio to another's, as verdicts have it; of medians, without an interval, where pairs are not
 * whole. Value NAN: not measured. */
static struct stats_interval ratio_to(const struct report *r, int other, int w)
{
    struct comparison c = {.a = other, .b = r->subject, .workload = w, .metric = "ops_s"};
    verdict_judge(r->ds, &c, 1, r->e ? r->e->margin : RULE_MARGIN);
    if (isnan(c.gain.value))
        c.gain.value = dataset_median(r->ds, r->subject, w, "ops_s") / dataset_median(r->ds, other, w, "ops_s");
    return c.gain;
}

/* All of them where they are few, else how many intervals lie on which side of 1, and the two ends. */
static void summary_rivals(struct report *r)
{
    char all[1024] = "", ends[2][192] = {"", ""};
    double low = INFINITY, high = 0;
    int count = 0, ahead = 0, behind = 0;
    for (int w = 0; w < (int)r->ds->workload_count && r->subject >= 0; w++) {
        int best = report_best_rival(r, w);
        struct stats_interval ratio = best < 0 ? (struct stats_interval){NAN, NAN, NAN} : ratio_to(r, best, w);
        char one[192];
        if (isnan(ratio.value))
            continue;
        snprintf(one, sizeof one, "%s %s x on %.63s (%.63s)", show(ratio.value, 3), show_interval(ratio, 1),
                 r->ds->workloads[w].name, r->ds->variants[best].label);
        text_add(all, sizeof all, "%s%s", count ? ", " : "", one);
        if (ratio.value < low)
            strcpy(ends[0], one), low = ratio.value;
        if (ratio.value > high)
            strcpy(ends[1], one), high = ratio.value;
        ahead += ratio.lo > 1;
        behind += ratio.hi < 1;
        count++;
    }
    if (count > 4)
        snprintf(all, sizeof all, "of %d intervals %d lie above 1, %d below, %d hold it or are of too few pairs; from %s to %s", count,
                 ahead, behind, count - ahead - behind, ends[0], ends[1]);
    if (count)
        doc_item(&r->doc, "Throughput of **%s** as a ratio to the best of the others on each workload, with 95 %% intervals: %s.",
                 r->ds->variants[r->subject].label, all);
}

/* The workloads from w on whose largest cost is that of w, in words: all where they are few, else how many, and the two ends of
 * the share. They are done with afterwards. */
static void costs_together(const struct report *r, struct cost *top, int w, char *line, size_t size)
{
    const char *what = top[w].what;
    int low = w, high = w, count = 0;
    char all[1024] = "";
    for (int k = w; k < (int)r->ds->workload_count && k < 64; k++) {
        if (!top[k].what || strcmp(top[k].what, what) != 0)
            continue;
        text_add(all, sizeof all, "%s%s (%s %%)", count++ ? ", " : "", r->ds->workloads[k].name, show(100 * top[k].share, 0));
        low = top[k].share < top[low].share ? k : low;
        high = top[k].share > top[high].share ? k : high;
        top[k].what = NULL;
    }
    if (count > 4)
        snprintf(all, sizeof all, "%d workloads, from %s (%s %%) to %s (%s %%)", count, r->ds->workloads[low].name,
                 show(100 * top[low].share, 0), r->ds->workloads[high].name, show(100 * top[high].share, 0));
    text_add(line, size, "%s%s on %s", *line ? "; " : "", what, all);
}

/* The largest cost on each workload, those that share one together. */
static void summary_costs(struct report *r)
{
    struct prices prices = bottleneck_prices(r->ds);
    struct cost cost[COSTS_MAX], top[64];
    char line[2048] = "";
    for (int w = 0; w < (int)r->ds->workload_count && w < 64 && r->subject >= 0; w++) {
        top[w].what = NULL;
        if (bottleneck_rank(r->ds, r->subject, w, &prices, cost) && !isnan(cost[0].share))
            top[w] = cost[0];
    }
    for (int w = 0; w < (int)r->ds->workload_count && w < 64 && r->subject >= 0; w++) {
        if (top[w].what)
            costs_together(r, top, w, line, sizeof line);
    }
    if (*line)
        doc_item(&r->doc, "Where the time of **%s** goes, by estimate; in brackets the share of the largest part: %s.",
                 r->ds->variants[r->subject].label, line);
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
        doc_item(&r->doc,
                 "Noise: two copies of one binary (A/A) seem to differ by a factor within %s on %s (95 %% interval); on other "
                 "workloads by less.", show_interval(noise, 1), where);
}

/* The report's first line: gates that are not those of the run, a machine that was not to itself. */
static void report_warnings(struct report *r)
{
    char line[1024] = "", disturbed[512], hash[65];
    enum experiment_kept kept = r->e && r->e->expect_count ? experiment_kept(r->e, r->ds) : EXPERIMENT_SAME_GATES;
    if (kept == EXPERIMENT_OTHER_GATES) {
        experiment_gates_hash((const char *const *)r->e->expect, r->e->expect_count, r->e->margin, hash);
        text_add(line, sizeof line,
                 "**Judged by other gates than those that were stored with the run**: the stored ones have the sha256 %.12s "
                 "and stand under Context, those below have %.12s. ",
                 dataset_context(r->ds, "gates"), hash);
    } else if (kept == EXPERIMENT_UNKEPT) {
        text_add(line, sizeof line, "**No gates were stored with this run**: those below may have been written after it. ");
    }
    if (*disturbance_text(r->ds, disturbed, sizeof disturbed))
        text_add(line, sizeof line, "**The machine was disturbed**: %s.", disturbed);
    if (*line)
        doc_text(&r->doc, "%s", line);
}

void report_summary(struct report *r)
{
    report_warnings(r);
    doc_heading(&r->doc, 2, "Summary");
    if (r->e)
        doc_text(&r->doc, "%s", r->e->question);
    summary_labels(r);
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
