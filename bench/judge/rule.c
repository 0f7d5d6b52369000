/* SPDX-License-Identifier: MIT */
/* rule.c - the rule of verdicts and gates. See rule.h.
 *
 * An interval alone is fooled by noise of more than a few percent once in 20 to 50 comparisons, so that a test has to agree.
 * The test is a 10 % trimmed t: rank tests cannot reach such a p with few pairs, and a plain t loses to one outlier. Each look
 * at the pairs, of four at most, may be wrong at the thresholds, which are low enough for all of them.
 */
#include "bench/judge/rule.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIM 0.1

static const struct stats_interval nothing = {NAN, NAN, NAN};

/* --- Evidence ------------------------------------------------------------------------------------------------------------- */

struct range {
    double least, most;
};

static struct range range_of(const double *x, size_t n)
{
    struct range r = {INFINITY, -INFINITY};
    for (size_t i = 0; i < n; i++)
        r = (struct range){fmin(r.least, x[i]), fmax(r.most, x[i])};
    return r;
}

static double quotient(double b, double a)
{
    return a == b ? 1 : b / a; /* nothing against nothing is no difference */
}

static size_t outliers_of(const double *x, size_t n)
{
    bool *flag = xalloc_zeroed(n, sizeof *flag);
    size_t count = stats_outliers(x, n, flag);
    free(flag);
    return count;
}

/* Pairs with which an effect of this size would be decided about four times in five: the interval, and the error of its middle
 * (0.84 of 1.96 of it), have to fit between the effect and the margin; and the test has to see the effect. */
static size_t needed_of(const double *log_ratios, const double *left, const double *right, size_t n, double gain, double margin)
{
    double effect = fabs(log(gain)), room = fmax(fabs(effect - margin), margin / 2);
    size_t needed = stats_pairs_needed(right, left, n, room * 1.96 / (1.96 + 0.84));
    double spread = stats_mad(log_ratios, n), distance = effect > margin ? effect : fmax(margin - effect, margin / 2);
    size_t seen = stats_pairs_to_see(spread, distance, effect > margin ? RULE_P_DIFFERENT : RULE_P_WITHIN, TRIM);
    size_t least = n + 1 > STATS_INTERVAL_MIN ? n + 1 : STATS_INTERVAL_MIN;
    needed = seen > needed ? seen : needed;
    return needed > least ? needed : least;
}

static bool within(double gain, double margin)
{
    return gain > 1 - margin && gain < 1 + margin;
}

/* The p of what the middle of the interval suggests: a difference, or none that matters. */
static double p_of(const struct evidence *e, enum claim claim, double margin)
{
    if (claim == CLAIM_AT_LEAST && e->gain.value > 1 - margin)
        return e->p_low;
    return within(e->gain.value, margin) ? fmax(e->p_low, e->p_high) : e->p_none;
}

static void tested(struct evidence *e, const double *left, const double *right, size_t n, bool turned, double margin)
{
    double *r = xalloc_zeroed(n, sizeof *r);
    stats_log_ratios(turned ? left : right, turned ? right : left, n, r);
    e->p_none = stats_trimmed_t(r, n, TRIM, 0);
    e->p_low = stats_trimmed_t(r, n, TRIM, log1p(-margin));
    e->p_high = stats_trimmed_t(r, n, TRIM, log1p(margin));
    e->p_rank = stats_mann_whitney(left, n, right, n);
    e->gain = stats_ratio_interval(turned ? left : right, turned ? right : left, n);
    e->needed = needed_of(r, turned ? right : left, turned ? left : right, n, e->gain.value, margin);
    free(r);
}

void evidence_take(struct evidence *e, const double *left, const double *right, size_t n, bool counted, bool turned,
                   enum claim claim, double margin)
{
    struct range a = range_of(right, n), b = range_of(left, n);
    bool still = a.least == a.most && b.least == b.most, positive = n && a.least > 0 && b.least > 0;
    *e = (struct evidence){.pairs = n, .gain = nothing, .floor = nothing, .p_none = 1, .p_low = 1, .p_high = 1, .p = 1,
                           .p_holm = 1, .p_rank = 1};
    e->needed = n >= STATS_INTERVAL_MIN ? n + 1 : counted ? 2 : STATS_INTERVAL_MIN;
    /* What is zero now and then has no ratio that one could test. */
    e->exact = n > 1 && (still || counted || (!positive && n >= STATS_INTERVAL_MIN));
    if (e->exact) {
        struct stats_interval i = {quotient(stats_median(left, n), stats_median(right, n)), quotient(b.least, a.most),
                                   quotient(b.most, a.least)};
        e->gain = turned ? (struct stats_interval){1 / i.value, 1 / i.hi, 1 / i.lo} : i;
        e->needed = 0;
        return;
    }
    e->outliers = outliers_of(left, n) + outliers_of(right, n);
    if (positive)
        tested(e, left, right, n, turned, margin);
    e->p = e->p_holm = p_of(e, claim, margin);
}

void evidence_holm(struct evidence *const *e, size_t count)
{
    double *p = xalloc_zeroed(count, sizeof *p);
    size_t *at = xalloc_zeroed(count, sizeof *at), n = 0;
    for (size_t i = 0; i < count; i++)
        if (e[i]->pairs && !e[i]->exact) {
            p[n] = e[i]->p;
            at[n++] = i;
        }
    stats_holm(p, n, p);
    for (size_t i = 0; i < n; i++)
        e[at[i]]->p_holm = p[i];
    free(p);
    free(at);
}

/* --- The rule ------------------------------------------------------------------------------------------------------------- */

/* Where the interval lies with respect to 1 -+ margin. */
static enum verdict place(struct stats_interval gain, double margin)
{
    if (isnan(gain.lo) || isnan(gain.hi))
        return VERDICT_UNDECIDED;
    if (gain.lo > 1 + margin)
        return VERDICT_GO;
    if (gain.hi < 1 - margin)
        return VERDICT_NO_GO;
    return gain.lo > 1 - margin && gain.hi < 1 + margin ? VERDICT_EQUIVALENT : VERDICT_UNDECIDED;
}

static bool differs(enum verdict v)
{
    return v == VERDICT_GO || v == VERDICT_NO_GO;
}

/* The least distance of an interval from no effect, and the largest, as log-ratios. */
static double distance_least(struct stats_interval i)
{
    return i.lo <= 1 && i.hi >= 1 ? 0 : fmin(fabs(log(i.lo)), fabs(log(i.hi)));
}

static double distance_most(struct stats_interval i)
{
    return fmax(fabs(log(i.lo)), fabs(log(i.hi)));
}

static bool noisy(const struct evidence *e, double margin)
{
    return differs(place(e->floor, margin)) && distance_least(e->gain) <= distance_most(e->floor);
}

static bool beyond_floor(const struct evidence *e)
{
    return isnan(e->floor.value) || distance_least(e->gain) > fabs(log(e->floor.value));
}

static bool significant(const struct evidence *e, double p, double limit)
{
    return p <= limit && e->p_holm <= RULE_P_FAMILY;
}

/* The p of the end of the margin that a difference lies beyond. */
static double edge_of(const struct evidence *e, enum verdict v)
{
    return v == VERDICT_GO ? e->p_high : e->p_low;
}

enum verdict rule_verdict(const struct evidence *e, double margin)
{
    enum verdict v = place(e->gain, margin);
    if (!e->pairs)
        return VERDICT_NONE;
    if (e->exact)
        return v;
    if (noisy(e, margin))
        return VERDICT_NOISY;
    if (differs(v))
        return significant(e, e->p_none, RULE_P_DIFFERENT) && edge_of(e, v) <= RULE_P_WITHIN && beyond_floor(e)
                   ? v
                   : VERDICT_UNDECIDED;
    if (v == VERDICT_EQUIVALENT)
        return significant(e, fmax(e->p_low, e->p_high), RULE_P_WITHIN) ? v : VERDICT_UNDECIDED;
    return v;
}

static enum gate gate_by_range(const struct stats_interval *gain, enum claim claim)
{
    bool held = claim == CLAIM_AT_LEAST ? gain->lo >= 1 : claim == CLAIM_ABOVE ? gain->lo > 1 : gain->lo == 1 && gain->hi == 1;
    bool failed = claim == CLAIM_AT_LEAST ? gain->hi < 1 : claim == CLAIM_ABOVE ? gain->hi <= 1 : gain->lo > 1 || gain->hi < 1;
    return held ? GATE_HELD : failed ? GATE_FAILED : GATE_UNDECIDED;
}

enum gate rule_gate(const struct evidence *e, enum claim claim, double margin)
{
    enum verdict v = rule_verdict(e, margin);
    if (v == VERDICT_NONE)
        return GATE_NOT_MEASURED;
    if (e->exact)
        return gate_by_range(&e->gain, claim);
    bool equal = v == VERDICT_EQUIVALENT;
    bool above = v == VERDICT_GO || equal ||
                 (v == VERDICT_UNDECIDED && e->gain.lo > 1 - margin && significant(e, e->p_low, RULE_P_AT_LEAST));
    if (claim == CLAIM_AT_LEAST)
        return above ? GATE_HELD : v == VERDICT_NO_GO ? GATE_FAILED : GATE_UNDECIDED;
    if (claim == CLAIM_ABOVE)
        return v == VERDICT_GO ? GATE_HELD : v == VERDICT_NO_GO || equal ? GATE_FAILED : GATE_UNDECIDED;
    return equal ? GATE_HELD : differs(v) ? GATE_FAILED : GATE_UNDECIDED;
}

bool rule_open(const struct evidence *e, double margin)
{
    enum verdict v = rule_verdict(e, margin);
    return !e->exact && (v == VERDICT_UNDECIDED || v == VERDICT_NOISY);
}

/* Of an interval that lies where it should: what the test, Holm or A/A object to. */
static void missing_test(const struct evidence *e, double p, double limit, char *out, size_t size)
{
    if (p > limit)
        snprintf(out, size, "p %.2g is above %g", p, limit);
    else if (e->p_holm > RULE_P_FAMILY)
        snprintf(out, size, "p %.2g is %.2g after Holm, above %g", p, e->p_holm, RULE_P_FAMILY);
    else
        snprintf(out, size, "the interval is not farther from 1 than A/A (%.3f)", e->floor.value);
}

const char *rule_missing(const struct evidence *e, enum claim claim, double margin)
{
    static char text[160];
    enum verdict v = place(e->gain, margin);
    bool open = claim == CLAIM_VERDICT ? rule_verdict(e, margin) == VERDICT_UNDECIDED || rule_open(e, margin)
                                       : rule_gate(e, claim, margin) == GATE_UNDECIDED;
    text[0] = 0;
    if (!open)
        return text;
    if (isnan(e->gain.lo) || isnan(e->gain.hi))
        snprintf(text, sizeof text, "too few pairs for an interval");
    else if (e->exact)
        snprintf(text, sizeof text, "the range that was seen holds %s",
                 claim == CLAIM_VERDICT ? "an end of the margin" : "the bound");
    else if (noisy(e, margin))
        snprintf(text, sizeof text,
                 "identical binaries (A/A) differ by more than the margin, and the interval is not beyond them");
    else if (differs(v) && e->p_none <= RULE_P_DIFFERENT && edge_of(e, v) > RULE_P_WITHIN)
        snprintf(text, sizeof text, "p %.2g against the end of the margin is above %g", edge_of(e, v), RULE_P_WITHIN);
    else if (differs(v))
        missing_test(e, e->p_none, RULE_P_DIFFERENT, text, sizeof text);
    else if (v == VERDICT_EQUIVALENT)
        missing_test(e, fmax(e->p_low, e->p_high), RULE_P_WITHIN, text, sizeof text);
    else if (claim == CLAIM_AT_LEAST && e->gain.lo > 1 - margin)
        missing_test(e, e->p_low, RULE_P_AT_LEAST, text, sizeof text);
    else
        snprintf(text, sizeof text, "the interval holds an end of the margin (%g %%)", 100 * margin);
    return text;
}
