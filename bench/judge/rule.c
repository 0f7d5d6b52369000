/* SPDX-License-Identifier: MIT */
/* rule.c - the rule of verdicts and gates. See rule.h.
 *
 * An interval alone is fooled by noise of more than a few percent once in 20 to 50 comparisons, so that a test has to agree.
 * The test is a 10 % trimmed t: rank tests cannot reach such a p with few pairs, and a plain t loses to one outlier. Each look
 * at the pairs, of four at most, may be wrong at the thresholds, which are low enough for all of them.
 */
#include "bench/judge/rule.h"
#include "bench/low/random_effect.h"
#include "bench/low/text.h"
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

/* Quotients that the ranges seen leave possible. Of few values that varied, others are to be expected as far away again. */
static struct stats_interval range_gain(struct range a, struct range b, double value, size_t n)
{
    double more = n < RULE_RANGE_PAIRS && a.least != a.most ? a.most / a.least : 1;
    more = n < RULE_RANGE_PAIRS && b.least != b.most ? fmax(more, b.most / b.least) : more;
    return (struct stats_interval){value, quotient(b.least, a.most) / more, quotient(b.most, a.least) * more};
}

/* Is the range seen all that decides? Two values of a thread say the same of the next; several threads meet by chance. What is
 * zero now and then has no ratio that one could test. */
static bool is_exact(struct range a, struct range b, size_t n, bool counted)
{
    bool still = a.least == a.most && b.least == b.most, positive = a.least > 0 && b.least > 0;
    return n >= RULE_RANGE_PAIRS ? still || counted || !positive : counted && n > 1 && (still || positive);
}

void evidence_take(struct evidence *e, const double *left, const double *right, size_t n, bool counted, bool turned,
                   enum claim claim, double margin)
{
    struct range a = range_of(right, n), b = range_of(left, n);
    bool still = n > 1 && a.least == a.most && b.least == b.most;
    *e = (struct evidence){.pairs = n, .gain = nothing, .floor = nothing, .p_none = 1, .p_low = 1, .p_high = 1, .p = 1,
                           .p_holm = 1, .p_rank = 1};
    e->needed = n >= RULE_RANGE_PAIRS ? n + 1 : counted && n < 2 ? 2 : still ? RULE_RANGE_PAIRS : STATS_INTERVAL_MIN;
    e->exact = is_exact(a, b, n, counted);
    if (e->exact) {
        struct stats_interval i = range_gain(a, b, quotient(stats_median(left, n), stats_median(right, n)), n);
        e->gain = turned ? (struct stats_interval){1 / i.value, 1 / i.hi, 1 / i.lo} : i;
        e->needed = 0;
        return;
    }
    e->outliers = outliers_of(left, n) + outliers_of(right, n);
    if (n && !still && a.least > 0 && b.least > 0)
        tested(e, left, right, n, turned, margin);
    e->p = e->p_holm = p_of(e, claim, margin);
}

/* node[i] as 0, 1, 2 ... in the order in which they are met; how many. */
static size_t groups_of(const int *node, size_t n, int *group)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < i && node[k] != node[i])
            k++;
        group[i] = k < i ? group[k] : (int)count++;
    }
    return count;
}

/* Machines like these with which the interval and the test would decide, if the gain and the error of one machine stay as they
 * are: Student's t has more degrees of freedom then, and the error falls with the root of their number. */
static size_t nodes_needed_of(const struct random_effect *r, enum claim claim, double margin)
{
    double gain = exp(r->mean), low = fabs(r->mean - log1p(-margin)), high = fabs(r->mean - log1p(margin));
    bool equal = within(gain, margin), at_least = claim == CLAIM_AT_LEAST && gain > 1 - margin;
    double edge = at_least ? low : equal ? fmin(low, high) : gain > 1 ? high : low;
    double p = at_least ? RULE_P_AT_LEAST : RULE_P_WITHIN;
    for (size_t k = r->groups + 1; k <= RULE_NODES_MAX; k++) {
        struct random_effect more = *r;
        more.groups = k;
        more.mean = 0;
        more.se *= sqrt((double)r->groups / (double)k);
        bool clear = random_effect_p(&more, edge) <= p;
        if (clear && (at_least || equal || random_effect_p(&more, r->mean) <= RULE_P_DIFFERENT))
            return k;
    }
    return 0;
}

void evidence_take_nodes(struct evidence *e, const double *left, const double *right, const int *node, size_t n, bool counted,
                         bool turned, enum claim claim, double margin)
{
    evidence_take(e, left, right, n, counted, turned, claim, margin);
    double *x = xalloc_zeroed(3 * n, sizeof *x), *y = x + n, *v = y + n;
    int *group = xalloc_zeroed(n, sizeof *group);
    size_t k = groups_of(node, n, group);
    if (k > 1 && !e->exact && !isnan(e->gain.value)) {
        stats_log_ratios(turned ? left : right, turned ? right : left, n, x);
        random_effect_groups(x, group, n, k, y, v);
        struct random_effect r = random_effect_of(y, v, k);
        struct stats_interval i = random_effect_interval(&r);
        e->gain = (struct stats_interval){exp(i.value), exp(i.lo), exp(i.hi)};
        e->p_none = random_effect_p(&r, 0);
        e->p_low = random_effect_p(&r, log1p(-margin));
        e->p_high = random_effect_p(&r, log1p(margin));
        e->p = e->p_holm = p_of(e, claim, margin);
        e->nodes = k;
        e->between = exp(r.tau);
        e->needed = 0; // what is missing are machines
        e->nodes_needed = nodes_needed_of(&r, claim, margin);
    }
    free(x);
    free(group);
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

/* What never varied is as large as it is: no margin. */
static enum gate gate_of_number(double gain, enum claim claim)
{
    return (claim == CLAIM_AT_LEAST ? gain >= 1 : claim == CLAIM_ABOVE ? gain > 1 : gain == 1) ? GATE_HELD : GATE_FAILED;
}

enum gate rule_gate(const struct evidence *e, enum claim claim, double margin)
{
    enum verdict v = rule_verdict(e, margin);
    if (v == VERDICT_NONE)
        return GATE_NOT_MEASURED;
    if (e->exact && e->gain.lo == e->gain.hi)
        return gate_of_number(e->gain.value, claim);
    bool equal = v == VERDICT_EQUIVALENT, low = e->exact || significant(e, e->p_low, RULE_P_AT_LEAST);
    bool above = v == VERDICT_GO || equal || (v == VERDICT_UNDECIDED && e->gain.lo > 1 - margin && low);
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

/* With few machines Student's t asks for many standard errors: more pairs on each do not change that. */
static void missing_nodes(const struct evidence *e, char *out, size_t size)
{
    if (e->nodes && *out)
        text_add(out, size, ", with %zu nodes (%zu degree%s of freedom)", e->nodes, e->nodes - 1, e->nodes > 2 ? "s" : "");
    if (e->nodes && *out && e->nodes_needed)
        text_add(out, size, "; about %zu such nodes would decide", e->nodes_needed);
}

const char *rule_missing(const struct evidence *e, enum claim claim, double margin)
{
    static char text[240];
    enum verdict v = place(e->gain, margin);
    bool open = claim == CLAIM_VERDICT ? rule_verdict(e, margin) == VERDICT_UNDECIDED || rule_open(e, margin)
                                       : rule_gate(e, claim, margin) == GATE_UNDECIDED;
    text[0] = 0;
    if (!open)
        return text;
    if (isnan(e->gain.lo) || isnan(e->gain.hi))
        snprintf(text, sizeof text, "too few pairs for an interval");
    else if (e->exact)
        snprintf(text, sizeof text, "the range that was seen contains an end of the margin (%g %%)", 100 * margin);
    else if (noisy(e, margin))
        snprintf(text, sizeof text,
                 "identical binaries (A/A) differ by more than the margin, and the interval is not beyond them");
    else if (claim == CLAIM_AT_LEAST && e->gain.lo > 1 - margin)
        missing_test(e, e->p_low, RULE_P_AT_LEAST, text, sizeof text);
    else if (differs(v) && e->p_none <= RULE_P_DIFFERENT && edge_of(e, v) > RULE_P_WITHIN)
        snprintf(text, sizeof text, "p %.2g against the end of the margin is above %g", edge_of(e, v), RULE_P_WITHIN);
    else if (differs(v))
        missing_test(e, e->p_none, RULE_P_DIFFERENT, text, sizeof text);
    else if (v == VERDICT_EQUIVALENT)
        missing_test(e, fmax(e->p_low, e->p_high), RULE_P_WITHIN, text, sizeof text);
    else
        snprintf(text, sizeof text, "the interval contains an end of the margin (%g %%)", 100 * margin);
    missing_nodes(e, text, sizeof text);
    return text;
}
