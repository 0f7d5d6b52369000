/* SPDX-License-Identifier: MIT */
/* attribution_words.c - the paragraph that says what the figures of an attribution mean. See attribution_words.h.
 *
 * Something is said of an effect only when its interval leaves out nothing-at-all and it is at least ATTRIBUTION_MARGIN.
 */
#include "bench/show/attribution_words.h"
#include "bench/low/figure.h"
#include <math.h>
#include <stdlib.h>

static bool interval_clear(const struct stats_interval *i, double least)
{
    return fabs(i->value) >= least && (isnan(i->lo) || i->lo > 0 || i->hi < 0);
}

/* A share is worth a sentence of its own from this part of the larger end on. */
static double least_share(const struct attribution *a)
{
    return ATTRIBUTION_MARGIN * fmax(fabs(a->shares.base), fabs(a->shares.base + a->shares.whole.value));
}

/* "contributes" when the metric gets better by it, "costs" when worse, "adds" and "takes away" where neither is. */
static const char *verb(const struct attribution *a, double change)
{
    int better = metric_find(a->metric)->better;
    if (!better)
        return change > 0 ? "adds" : "takes away";
    return change * better > 0 ? "contributes" : "costs";
}

/* Parts of the whole can be given in percent when none of any size goes the other way. */
static bool parts_add_up(const struct attribution *a)
{
    double whole = a->shares.whole.value, against = 0;
    for (int f = 0; f < a->design.factors; f++)
        against += a->shares.share[f].value * whole < 0 ? fabs(a->shares.share[f].value) : 0;
    return interval_clear(&a->shares.whole, least_share(a)) && against < 0.1 * fabs(whole);
}

static void share_say(FILE *out, const struct attribution *a, int f)
{
    const struct stats_interval *s = &a->shares.share[f], *whole = &a->shares.whole;
    char text[64], lo[64], hi[64];
    fprintf(out, " %s %s %s", a->names[f], verb(a, s->value), figure_delta(a->metric, s->value, text, sizeof text));
    if (!isnan(s->lo))
        fprintf(out, " [%s, %s]", figure_delta(a->metric, s->lo, lo, sizeof lo), figure_delta(a->metric, s->hi, hi, sizeof hi));
    if (parts_add_up(a))
        fprintf(out, " (%.0f %% of the whole)", 100 * s->value / whole->value);
    fprintf(out, ".");
}

/* Factors by the size of their shares, largest first. */
static void order_make(const struct attribution *a, int *order)
{
    for (int f = 0; f < a->design.factors; f++) {
        int at = f;
        for (; at > 0 && fabs(a->shares.share[order[at - 1]].value) < fabs(a->shares.share[f].value); at--)
            order[at] = order[at - 1];
        order[at] = f;
    }
}

static void shares_say(FILE *out, const struct attribution *a)
{
    int order[DESIGN_FACTORS_MAX], silent = 0;
    if (!a->shares.shared) {
        fprintf(out, " No order of single flips leads from one to the other, so that there are no shares.");
        return;
    }
    order_make(a, order);
    for (int i = 0; i < a->design.factors; i++)
        if (interval_clear(&a->shares.share[order[i]], least_share(a)))
            share_say(out, a, order[i]);
    for (int i = 0; i < a->design.factors; i++)
        if (!interval_clear(&a->shares.share[order[i]], least_share(a)))
            fprintf(out, "%s %s", silent++ ? "," : " No contribution that can be told from none:", a->names[order[i]]);
    if (silent)
        fprintf(out, ".");
}

/* Two effects of one direction whose product is not reached overlap; where it is exceeded they need each other. */
static void pair_say(FILE *out, const struct attribution *a, const struct effect *e)
{
    int one = __builtin_ctz(e->term), two = __builtin_ctz(e->term & (e->term - 1));
    double x = effects_find(&a->effects, 1u << one)->value.value, y = effects_find(&a->effects, 1u << two)->value.value;
    char change[64], lo[64], hi[64];
    bool alike = x * y > 0;
    const char *what = !alike ? "act on each other" : x * e->value.value < 0 ? "overlap" : "reinforce each other";
    fprintf(out, " %s and %s %s", a->names[one], a->names[two], what);
    if (a->logs) {
        fprintf(out, "%s %s", alike ? " by" : ": together they give",
                figure_change(exp(e->value.value), change, sizeof change));
        if (!isnan(e->value.lo))
            fprintf(out, " [%s, %s]", figure_change(exp(e->value.lo), lo, sizeof lo),
                    figure_change(exp(e->value.hi), hi, sizeof hi));
        fprintf(out, " against the product of each alone.");
    } else {
        fprintf(out, " by %s.", figure_text(a->metric, fabs(e->value.value), change, sizeof change));
    }
}

static void pairs_say(FILE *out, const struct attribution *a)
{
    int said = 0, pairs = 0;
    double least = a->logs ? log1p(ATTRIBUTION_MARGIN) : least_share(a);
    for (size_t i = 0; i < a->effects.term_count; i++) {
        const struct effect *e = &a->effects.terms[i];
        pairs += __builtin_popcount(e->term) == 2;
        if (__builtin_popcount(e->term) != 2 || !e->estimated || !interval_clear(&e->value, least))
            continue;
        pair_say(out, a, e);
        said++;
    }
    if (pairs && !said)
        fprintf(out, " No two toggles act on each other by more than %g %%, as far as one can tell.", 100 * ATTRIBUTION_MARGIN);
}

void attribution_words(FILE *out, const struct attribution *a)
{
    char from[64], to[64], change[64];
    double base = a->shares.base, full = base + a->shares.whole.value;
    const struct ds_variant *v = a->ds->variants;
    fprintf(out, "From %s to %s, %s on %s goes from %s to %s", v[a->variant[design_run(&a->design, 0)]].variant,
            v[a->variant[design_run(&a->design, (1u << a->design.factors) - 1)]].variant, a->metric,
            a->ds->workloads[a->workload].name, figure_text(a->metric, base, from, sizeof from),
            figure_text(a->metric, full, to, sizeof to));
    if (base > 0 && full > 0)
        fprintf(out, " (%s)", figure_change(full / base, change, sizeof change));
    fprintf(out, ".");
    shares_say(out, a);
    pairs_say(out, a);
    fprintf(out, "\n");
}
