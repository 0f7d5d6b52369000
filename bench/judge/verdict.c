/* verdict.c - judges comparisons: pairs from the dataset, an interval, a test, the A/A floor, Holm over the set. See verdict.h.
 *
 * No files, no clock; the same dataset gives the same verdicts.
 */
#include "bench/judge/verdict.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The rule. GO and NO-GO need all of these; without, the verdict is UNDECIDED:
 * 1. the bootstrap interval of the median gain lies wholly beyond the margin, and beyond the difference that A/A showed;
 * 2. the paired test finds a difference at P_SINGLE, and at P_FAMILY after Holm. An interval alone is fooled by noise of more
 * than a few percent once in 20 to 50 comparisons. The test is a 10 % trimmed t: rank tests cannot reach such a p with few
 * pairs, a plain t loses to one outlier. EQUIVALENT needs the interval inside the margin. Where the A/A interval itself lies
 * beyond the margin, nothing is decided but effects beyond that interval.
 *
 * Of 100 comparisons simulated (`hakbench noise --simulate`, simulate.c; 40,000 A/A and 2,000 planted ones a figure):
 *   noise of one sample                    1 %    1.5 %    2 %     3 %     5 %    10 %    20 %
 *   false GO or NO-GO, pairs as ab       0.003      -     0.033   0.028   0.020   0.043   0.048
 *   3 % slow-down is NO-GO, pairs as ab    100     100     100      86
 *                           40 pairs        99      98      86      36
 *                           20 pairs        95      66      30       6
 *                           10 pairs        34       9       3       1
 * Without an A/A twin false verdicts are about 1.7 times as many. */
#define P_SINGLE 0.0002
#define P_FAMILY 0.05
#define TRIM     0.1

/* --- Pairs ---------------------------------------------------------------------------------------------------------------- */

struct pairs {
    double *a, *b;
    size_t n;
};

static struct pairs pairs_of(const struct dataset *ds, int a, int b, int workload, const char *metric)
{
    struct pairs p = {xalloc_zeroed(ds->sample_count, sizeof *p.a), xalloc_zeroed(ds->sample_count, sizeof *p.b), 0};
    p.n = dataset_pairs(ds, a, b, workload, metric, p.a, p.b, ds->sample_count);
    return p;
}

static void pairs_free(struct pairs *p)
{
    free(p->a);
    free(p->b);
}

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

/* Ratios need positive values: a throughput of 0 is no sample. */
static bool pairs_positive(const struct pairs *p)
{
    return p->n && range_of(p->a, p->n).least > 0 && range_of(p->b, p->n).least > 0;
}

/* Judged without statistics: what did not vary; and counts of one thread, which vary by chance of address only. One count of
 * several threads says nothing about the next. */
static bool pairs_exact(const struct dataset *ds, const struct comparison *c, const struct pairs *p)
{
    const struct metric *m = metric_find(c->metric);
    struct range a = range_of(p->a, p->n), b = range_of(p->b, p->n);
    bool counted = m && m->mode != MODE_TIME && m->mode != MODE_MEMORY && ds->workloads[c->workload].threads <= 1;
    return p->n && (counted || (p->n > 1 && a.least == a.most && b.least == b.most));
}

static size_t pairs_outliers(const struct pairs *p)
{
    bool *flag = xalloc_zeroed(p->n, sizeof *flag);
    size_t count = stats_outliers(p->a, p->n, flag) + stats_outliers(p->b, p->n, flag);
    free(flag);
    return count;
}

/* --- Intervals ------------------------------------------------------------------------------------------------------------ */

static const struct stats_interval nothing = {NAN, NAN, NAN};

/* The interval of B/A turned so that more than 1 is better. */
static struct stats_interval gain_of(struct stats_interval r, const char *metric)
{
    const struct metric *m = metric_find(metric);
    return !m || m->better >= 0 ? r : (struct stats_interval){1 / r.value, 1 / r.hi, 1 / r.lo};
}

static double quotient(double b, double a)
{
    return a == b ? 1 : b / a; /* nothing against nothing is no difference */
}

static struct stats_interval range_ratio(const struct pairs *p, double median_a, double median_b)
{
    struct range a = range_of(p->a, p->n), b = range_of(p->b, p->n);
    return (struct stats_interval){quotient(median_b, median_a), quotient(b.least, a.most), quotient(b.most, a.least)};
}

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

/* The least distance of an interval from no effect, and the largest, as log-ratios. */
static double distance_least(struct stats_interval i)
{
    return i.lo <= 1 && i.hi >= 1 ? 0 : fmin(fabs(log(i.lo)), fabs(log(i.hi)));
}

static double distance_most(struct stats_interval i)
{
    return fmax(fabs(log(i.lo)), fabs(log(i.hi)));
}

/* How far identical binaries lie apart here: the twin of b, of a, or any other of this workload. */
static struct stats_interval floor_of(const struct dataset *ds, const struct comparison *c)
{
    int twin = -1;
    for (int v = 0; v < (int)ds->variant_count; v++) {
        int of = ds->variants[v].twin_of;
        if (of < 0 || !dataset_cell(ds, v, c->workload, c->metric, (double[1]){0}, 1))
            continue;
        if ((c->a == of && c->b == v) || (c->a == v && c->b == of))
            return nothing; /* this is the A/A comparison itself */
        if (twin < 0 || of == c->b || (of == c->a && ds->variants[twin].twin_of != c->b))
            twin = v;
    }
    if (twin < 0)
        return nothing;
    struct pairs p = pairs_of(ds, ds->variants[twin].twin_of, twin, c->workload, c->metric);
    struct stats_interval floor = nothing;
    if (pairs_positive(&p) && p.n >= STATS_INTERVAL_MIN)
        floor = gain_of(stats_ratio_interval(p.a, p.b, p.n), c->metric);
    pairs_free(&p);
    return floor;
}

/* Pairs with which an effect of this size would be decided about four times in five: the interval, and the error of its middle
 * (0.84 of 1.96 of it), have to fit between the effect and the margin; and the test has to see the effect. */
static size_t needed_of(const double *log_ratios, const struct pairs *p, double gain, double margin)
{
    double effect = fabs(log(gain)), room = fmax(fabs(effect - margin), margin / 2);
    size_t needed = stats_pairs_needed(p->a, p->b, p->n, room * 1.96 / (1.96 + 0.84));
    size_t seen = effect > margin ? stats_pairs_to_see(stats_mad(log_ratios, p->n), effect, P_SINGLE, TRIM) : 0;
    size_t least = p->n + 1 > STATS_INTERVAL_MIN ? p->n + 1 : STATS_INTERVAL_MIN;
    needed = seen > needed ? seen : needed;
    return needed > least ? needed : least;
}

/* --- The judgement -------------------------------------------------------------------------------------------------------- */

/* Everything but the verdict, which wants p_holm. */
static void measure(const struct dataset *ds, struct comparison *c, double margin)
{
    struct pairs p = pairs_of(ds, c->a, c->b, c->workload, c->metric);
    c->pairs = p.n;
    c->median_a = stats_median(p.a, p.n);
    c->median_b = stats_median(p.b, p.n);
    c->ratio = c->gain = c->noise = nothing;
    c->p = c->p_holm = c->p_rank = 1;
    c->needed = p.n < STATS_INTERVAL_MIN ? STATS_INTERVAL_MIN : p.n + 1;
    c->exact = pairs_exact(ds, c, &p);
    c->outliers = c->exact ? 0 : pairs_outliers(&p);
    if (c->exact) {
        c->ratio = range_ratio(&p, c->median_a, c->median_b);
        c->needed = 0; /* more of the same would not decide */
    } else if (pairs_positive(&p)) {
        double *r = xalloc_zeroed(p.n, sizeof *r);
        stats_log_ratios(p.a, p.b, p.n, r);
        c->p = stats_trimmed_t(r, p.n, TRIM, 0);
        c->p_rank = stats_mann_whitney(p.a, p.n, p.b, p.n);
        c->ratio = stats_ratio_interval(p.a, p.b, p.n);
        c->noise = floor_of(ds, c);
        c->needed = needed_of(r, &p, c->ratio.value, margin);
        free(r);
    }
    c->gain = gain_of(c->ratio, c->metric);
    pairs_free(&p);
}

static enum verdict judge(const struct comparison *c, double margin)
{
    enum verdict v = place(c->gain, margin), aa = place(c->noise, margin);
    if (!c->pairs)
        return VERDICT_NONE;
    if (c->exact)
        return v;
    if ((aa == VERDICT_GO || aa == VERDICT_NO_GO) && distance_least(c->gain) <= distance_most(c->noise))
        return VERDICT_NOISY;
    bool seen = c->p <= P_SINGLE && c->p_holm <= P_FAMILY;
    bool clear = isnan(c->noise.value) || distance_least(c->gain) > fabs(log(c->noise.value));
    return (v == VERDICT_GO || v == VERDICT_NO_GO) && !(seen && clear) ? VERDICT_UNDECIDED : v;
}

void verdict_judge(const struct dataset *ds, struct comparison *c, size_t count, double margin)
{
    double *p = xalloc_zeroed(count, sizeof *p);
    size_t *tested = xalloc_zeroed(count, sizeof *tested), n = 0;
    for (size_t i = 0; i < count; i++) {
        measure(ds, &c[i], margin);
        if (c[i].pairs && !c[i].exact) {
            p[n] = c[i].p;
            tested[n++] = i;
        }
    }
    stats_holm(p, n, p);
    for (size_t i = 0; i < n; i++)
        c[tested[i]].p_holm = p[i];
    for (size_t i = 0; i < count; i++) {
        c[i].verdict = judge(&c[i], margin);
        if (c[i].verdict != VERDICT_UNDECIDED && c[i].verdict != VERDICT_NOISY)
            c[i].needed = 0;
    }
    free(p);
    free(tested);
}

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
    static char text[160];
    int used = 0;
    if (c->pairs && c->exact && c->ratio.lo == c->ratio.hi)
        used = snprintf(text, sizeof text, "%.4f exactly, ", c->ratio.value);
    else if (c->pairs)
        used = snprintf(text, sizeof text, "%.3f %s ", c->ratio.value, interval_text(c->ratio, 3));
    used += snprintf(text + used, sizeof text - (size_t)used, "%s", verdict_rows[c->verdict].name);
    if (c->needed && c->verdict != VERDICT_NONE)
        snprintf(text + used, sizeof text - (size_t)used, ", %zu pairs so far, about %zu would decide", c->pairs, c->needed);
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
    used += snprintf(text + used, sizeof text - (size_t)used, "p %.2g paired, %.2g Mann-Whitney", c->p, c->p_rank);
    if (c->outliers)
        snprintf(text + used, sizeof text - (size_t)used, ", %zu outlier%s kept", c->outliers, c->outliers == 1 ? "" : "s");
    return text;
}
