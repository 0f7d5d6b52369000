/* SPDX-License-Identifier: MIT */
/* decide.c - sequential comparison of two variants. See decide.h.
 */
#include "bench/judge/decide.h"
#include "bench/low/figure.h"
#include "bench/low/metric.h"
#include "bench/low/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A range of counts decides when it is narrow beside its distance to the nearest bar. */
#define NARROW 0.25
/* The p below which a bar is taken to be another value than the measured one, by a trimmed t test. */
#define CHANCE 0.001

/* Logarithms of the ratios; counts that may be zero are counted from one on. */
static void logs_make(const double *a, const double *b, int n, double *out)
{
    double shift = 0;
    for (int i = 0; i < n; i++)
        if (a[i] <= 0 || b[i] <= 0)
            shift = 1;
    for (int i = 0; i < n; i++)
        out[i] = log((b[i] + shift) / (a[i] + shift));
}

static bool clear_of(const struct stats_interval *i, double bar, double room)
{
    return i->lo - room > bar || i->hi + room < bar;
}

/* Fewer values than a bootstrap needs have their range for an interval: all that one can say of counts. The t test is for small
 * samples, whose bootstrap intervals are too narrow. */
static void look(struct decision *d, const struct decide_rule *rule, const double *logs)
{
    size_t n = (size_t)d->pairs;
    d->log = (struct stats_interval){stats_median(logs, n), stats_quantile(logs, n, 0), stats_quantile(logs, n, 1)};
    double width = d->log.hi - d->log.lo;
    bool many = width > 0 && n >= STATS_INTERVAL_MIN;
    if (many)
        d->log = stats_median_interval(logs, n, 0.99);
    d->clear = true;
    for (int i = 0; i < rule->bar_count; i++)
        d->clear = d->clear && clear_of(&d->log, rule->bars[i], many ? 0 : width / NARROW) &&
                   (!many || stats_trimmed_t(logs, n, 0.1, rule->bars[i]) < CHANCE);
}

struct decision decide_run(const struct decide_rule *rule, decide_take *take, void *context)
{
    static _Thread_local double reference[DECIDE_PAIRS_MAX], candidate[DECIDE_PAIRS_MAX], logs[DECIDE_PAIRS_MAX];
    struct decision d = {.log = {NAN, NAN, NAN}, .reference = NAN, .candidate = NAN};
    int cap = rule->cap < DECIDE_REPEAT_MAX ? rule->cap : DECIDE_REPEAT_MAX;
    for (int total = 0; total < cap && !d.clear;) {
        total = total ? 2 * total : rule->first;
        total = total < cap ? total : cap;
        int got = take(context, total, reference, candidate);
        if (got <= d.pairs)
            break;
        d.pairs = got;
        logs_make(reference, candidate, d.pairs, logs);
        look(&d, rule, logs);
    }
    d.reference = stats_median(reference, (size_t)d.pairs);
    d.candidate = stats_median(candidate, (size_t)d.pairs);
    return d;
}

void decide_repeats(const char *metric, int cap, struct decide_rule *rule)
{
    bool timed = metric_find(metric)->mode == MODE_TIME;
    rule->first = timed ? 10 : 2;
    rule->cap = cap ? cap : timed ? 80 : 8;
}

char *decision_text(const struct decision *d, const char *metric, char *out, size_t size)
{
    char from[64], to[64];
    if (!d->pairs)
        snprintf(out, size, "not measured");
    else
        snprintf(out, size, "%.4g [%.4g, %.4g], %d pairs, %s -> %s", exp(d->log.value), exp(d->log.lo), exp(d->log.hi),
                 d->pairs, figure_text(metric, d->reference, from, sizeof from),
                 figure_text(metric, d->candidate, to, sizeof to));
    return out;
}
