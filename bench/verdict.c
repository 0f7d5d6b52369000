/* verdict.c - judges comparisons: pairs from the dataset, an interval, a test, the A/A floor, Holm over the set. See verdict.h.
 *
 * May include dataset, metric, stats and libc. No files, no clock; the same dataset gives the same verdicts.
 */
#include "bench/verdict.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A verdict that claims a difference needs all of these (see judge()). */
#define P_SINGLE 0.001 /* of one comparison taken alone */
#define P_FAMILY 0.05  /* after Holm over the comparisons judged together */

const char *const verdict_names[] = {"GO", "NO-GO", "EQUIVALENT", "UNDECIDED", "no verdict: noisy", "not measured"};

struct pairs { double *a, *b; size_t n; };

static struct pairs pairs_of(const struct dataset *ds, int a, int b, int workload, const char *metric)
{
    struct pairs p = {calloc(ds->sample_count + 1, sizeof *p.a), calloc(ds->sample_count + 1, sizeof *p.b), 0};
    if (!p.a || !p.b) {
        fprintf(stderr, "hakbench: out of memory for %zu pairs\n", ds->sample_count);
        exit(1);
    }
    p.n = dataset_pairs(ds, a, b, workload, metric, p.a, p.b, ds->sample_count);
    return p;
}

static void pairs_free(struct pairs *p)
{
    free(p->a);
    free(p->b);
}

/* The interval of B/A turned so that more than 1 is better. */
static struct stats_interval gain_of(struct stats_interval r, int better)
{
    return better >= 0 ? r : (struct stats_interval){1 / r.value, 1 / r.hi, 1 / r.lo};
}

static bool same(const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (x[i] != x[0])
            return false;
    return true;
}

static bool positive(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(x[i] > 0))
            return false;
    return true;
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

/* The A/A pair that tells how far identical binaries lie apart here: that of a, of b, or any other of this workload. */
static struct stats_interval floor_of(const struct dataset *ds, const struct comparison *c, int better)
{
    struct stats_interval none = {NAN, NAN, NAN};
    int twin = -1, base = -1;
    for (int v = 0; v < (int)ds->variant_count; v++) {
        int of = ds->variants[v].twin_of;
        if (of < 0 || dataset_cell(ds, v, c->workload, c->metric, (double[1]){0}, 1) == 0)
            continue;
        if (twin < 0 || of == c->b || of == c->a)
            twin = v, base = of;
    }
    if (twin < 0 || (c->a == base && c->b == twin) || (c->a == twin && c->b == base))
        return none;
    struct pairs p = pairs_of(ds, base, twin, c->workload, c->metric);
    if (positive(p.a, p.n) && positive(p.b, p.n) && p.n >= STATS_INTERVAL_MIN)
        none = gain_of(stats_ratio_interval(p.a, p.b, p.n, ds->seed), better);
    pairs_free(&p);
    return none;
}

/* Everything but the verdict, which needs p_holm. */
static void measure(const struct dataset *ds, struct comparison *c)
{
    const struct metric *m = metric_find(c->metric);
    int better = m ? m->better : 1;
    struct pairs p = pairs_of(ds, c->a, c->b, c->workload, c->metric);
    struct stats_interval none = {NAN, NAN, NAN};
    c->pairs = p.n;
    c->median_a = stats_median(p.a, p.n);
    c->median_b = stats_median(p.b, p.n);
    c->ratio = c->gain = c->noise = none;
    c->p = c->p_holm = 1;
    c->exact = p.n && same(p.a, p.n) && same(p.b, p.n) && (p.n > 1 || (m && m->mode != MODE_TIME));
    bool *flag = calloc(p.n + 1, sizeof *flag);
    c->outliers = flag ? stats_outliers(p.a, p.n, flag) + stats_outliers(p.b, p.n, flag) : 0;
    free(flag);
    if (c->exact) {
        double r = c->median_a == c->median_b ? 1 : c->median_b / c->median_a;
        c->ratio = (struct stats_interval){r, r, r};
        c->gain = gain_of(c->ratio, better);
    } else if (p.n && positive(p.a, p.n) && positive(p.b, p.n)) {
        c->ratio = stats_ratio_interval(p.a, p.b, p.n, ds->seed);
        c->gain = gain_of(c->ratio, better);
        c->noise = floor_of(ds, c, better);
        c->p = stats_mann_whitney(p.a, p.n, p.b, p.n);
        c->needed = stats_pairs_needed(p.a, p.b, p.n, VERDICT_MARGIN);
    }
    pairs_free(&p);
}

static enum verdict judge(const struct comparison *c, double margin)
{
    if (!c->pairs)
        return VERDICT_NONE;
    enum verdict v = place(c->gain, margin);
    if (c->exact)
        return v;
    bool claims = v == VERDICT_GO || v == VERDICT_NO_GO;
    if (claims && (c->p > P_SINGLE || c->p_holm > P_FAMILY))
        return VERDICT_UNDECIDED;
    enum verdict aa = place(c->noise, margin);
    double clear = isnan(c->noise.value) ? 0 : fmax(fabs(log(c->noise.lo)), fabs(log(c->noise.hi)));
    if ((aa == VERDICT_GO || aa == VERDICT_NO_GO) && fmin(fabs(log(c->gain.lo)), fabs(log(c->gain.hi))) <= clear)
        return VERDICT_NOISY;
    return v;
}

void verdict_judge(const struct dataset *ds, struct comparison *c, size_t count, double margin)
{
    double *p = calloc(count + 1, sizeof *p);
    if (!p) {
        fprintf(stderr, "hakbench: out of memory for %zu comparisons\n", count);
        exit(1);
    }
    for (size_t i = 0; i < count; i++) {
        measure(ds, &c[i]);
        p[i] = c[i].p;
    }
    stats_holm(p, count, p);
    for (size_t i = 0; i < count; i++) {
        c[i].p_holm = p[i];
        c[i].verdict = judge(&c[i], margin);
        c[i].needed = c[i].verdict == VERDICT_UNDECIDED ? c[i].needed : 0;
    }
    free(p);
}

const char *verdict_text(const struct comparison *c)
{
    static char text[128];
    int used = 0;
    if (c->pairs && isnan(c->ratio.lo))
        used = snprintf(text, sizeof text, "%.3f [-, -] ", c->ratio.value);
    else if (c->pairs)
        used = snprintf(text, sizeof text, "%.3f [%.3f, %.3f] ", c->ratio.value, c->ratio.lo, c->ratio.hi);
    used += snprintf(text + used, sizeof text - (size_t)used, "%s", verdict_names[c->verdict]);
    if (c->needed)
        snprintf(text + used, sizeof text - (size_t)used, ", %zu pairs would decide", c->needed);
    return text;
}
