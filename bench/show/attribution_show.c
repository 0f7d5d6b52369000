/* SPDX-License-Identifier: MIT */
/* attribution_show.c - tables and waterfall of an attribution. See attribution_show.h; the words are in attribution_words.c.
 */
#include "bench/show/attribution_show.h"
#include "bench/low/figure.h"
#include "bench/low/text.h"
#include "bench/show/attribution_words.h"
#include "bench/show/plot.h"
#include <math.h>

/* An interval on the scale of the effects, as changes; without bounds when it was counted once. */
static const char *effect_text(const struct attribution *a, const struct stats_interval *i, char *out, size_t size)
{
    char value[64], lo[64], hi[64];
    const struct { double from; char *to; } part[] = {{i->value, value}, {i->lo, lo}, {i->hi, hi}};
    for (int p = 0; p < 3; p++)
        if (a->logs)
            figure_change(exp(part[p].from), part[p].to, sizeof value);
        else
            figure_text(a->metric, part[p].from, part[p].to, sizeof value);
    snprintf(out, size, isnan(i->lo) ? "%s" : "%s [%s, %s]", value, lo, hi);
    return out;
}

static void runs_print(FILE *out, const struct attribution *a)
{
    char name[256], value[64];
    fprintf(out, "\n| toggles flipped | variant | %s (median) |\n|---|---|---|\n", a->metric);
    for (size_t r = 0; r < a->design.run_count; r++)
        fprintf(out, "| %s | %s | %s |\n", design_term_name(a->design.runs[r], a->names, name, sizeof name),
                a->ds->variants[a->variant[r]].variant, figure_text(a->metric, a->cell[r], value, sizeof value));
}

/* What an effect that was left out cannot be told from. */
static void apart_print(FILE *out, const struct attribution *a, unsigned term)
{
    unsigned other[64];
    char name[256];
    size_t count = design_aliases(&a->design, term, other, sizeof other / sizeof *other), named = 0;
    fprintf(out, "cannot be told apart");
    for (size_t i = 0; i < count; i++)
        if (effects_find(&a->effects, other[i])->estimated)
            fprintf(out, "%s %s", named++ ? " and" : " from", design_term_name(other[i], a->names, name, sizeof name));
    fputs(named ? "" : ": sets are missing", out);
}

static void effects_print(FILE *out, const struct attribution *a)
{
    char name[256], text[256], share[256];
    double one = figure_unit(a->metric, a->shares.whole.value).one;
    const char *unit = figure_unit(a->metric, a->shares.whole.value).name;
    fprintf(out, "\n| effect | with against without | share%s%s |\n|---|---|---|\n", *unit ? ", " : "", unit);
    for (size_t i = 0; i < a->effects.term_count; i++) {
        const struct effect *e = &a->effects.terms[i];
        bool single = __builtin_popcount(e->term) == 1;
        const struct stats_interval *s = single ? &a->shares.share[__builtin_ctz(e->term)] : NULL;
        fprintf(out, "| %s | ", design_term_name(e->term, a->names, name, sizeof name));
        if (e->estimated)
            fprintf(out, "%s", effect_text(a, &e->value, text, sizeof text));
        else if (a->design.ladder)
            fprintf(out, "not told: a set is missing");
        else
            apart_print(out, a, e->term);
        share[0] = 0;
        if (s && isnan(s->lo))
            snprintf(share, sizeof share, "%+.5g", s->value / one);
        else if (s)
            snprintf(share, sizeof share, "%+.5g [%+.5g, %+.5g]", s->value / one, s->lo / one, s->hi / one);
        if (s && isnan(s->value))
            share[0] = 0;
        fprintf(out, " | %s |\n", share);
    }
}

void attribution_print(FILE *out, const struct attribution *a)
{
    fprintf(out, "## %s on %s\n\n", a->metric, a->ds->workloads[a->workload].name);
    attribution_words(out, a);
    runs_print(out, a);
    effects_print(out, a);
    if (a->design.ladder)
        fprintf(out, "\nOne toggle after the other, from the top of the table down: the effect of X is %s with X and all\n"
                     "before it against without X, and its share is that step.\n",
                a->logs ? "the ratio" : "the difference (as some values are 0)");
    else
        fprintf(out, "\nThe effect of X is %s with X against without, averaged over the other toggles; of X x Y, what both\n"
                     "give together against %s of each alone. Shares are Shapley values of %s.\n",
            a->logs ? "the ratio" : "the difference (as some values are 0)", a->logs ? "the product" : "the sum",
            a->design.resolution ? "the fitted effects" : "the medians and add up to the whole");
    if (a->effects.blocks > 1)
        fprintf(out, "95 %% intervals by bootstrap over %zu rounds of all variants.\n", a->effects.blocks);
    else
        fprintf(out, "Counted once: no intervals.\n");
}

bool attribution_plot(const struct attribution *a, const char *folder, char *why, size_t size)
{
    struct waterfall_step steps[DESIGN_FACTORS_MAX + 1];
    char name[96], title[160], from[256], to[256];
    const struct stats_interval *whole = &a->shares.whole;
    struct figure_unit unit = figure_unit(a->metric, fmax(a->shares.base, a->shares.base + whole->value));
    size_t count = 0;
    double sum = 0;
    if (!a->shares.shared)
        return text_fail(why, size, "no waterfall: no order of flips leads to the end through variants that can be built");
    for (int f = 0; f < a->design.factors; f++) {
        const struct stats_interval *s = &a->shares.share[f];
        sum += s->value;
        bool counted = isnan(s->lo);
        steps[count] = (struct waterfall_step){.value = s->value / unit.one, .lo = (counted ? s->value : s->lo) / unit.one,
                                               .hi = (counted ? s->value : s->hi) / unit.one};
        snprintf(steps[count++].label, sizeof steps->label, "%s", a->names[f]);
    }
    if (a->design.resolution) {
        double rest = (whole->value - sum) / unit.one;
        steps[count] = (struct waterfall_step){.value = rest, .lo = rest, .hi = rest};
        snprintf(steps[count++].label, sizeof steps->label, "more than pairs");
    }
    snprintf(name, sizeof name, "waterfall-%s", a->metric);
    snprintf(title, sizeof title, "%s of %s, by toggle", a->metric, a->ds->workloads[a->workload].name);
    const struct ds_variant *ends[] = {&a->ds->variants[a->variant[design_run(&a->design, 0)]],
                                       &a->ds->variants[a->variant[design_run(&a->design, (1u << a->design.factors) - 1)]]};
    snprintf(from, sizeof from, "%s", ends[0]->variant);
    snprintf(to, sizeof to, "%s", ends[1]->variant);
    struct waterfall w = {.name = name, .title = title, .unit = *unit.name ? unit.name : a->metric,
        .from_label = from, .to_label = to, .from = a->shares.base / unit.one, .to = (a->shares.base + whole->value) / unit.one,
        .better = metric_find(a->metric)->better, .step = steps, .step_count = count};
    return plot_waterfall(&w, folder, why, size);
}
