/* SPDX-License-Identifier: MIT */
/* unpaired.c - compares two runs. See unpaired.h.
 */
#include "bench/judge/unpaired.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The interval of b / a from those of both: distances of logarithms, added as errors are (Zou and Donner 2008). */
static struct stats_interval ratio_of(const double *a, size_t na, const double *b, size_t nb)
{
    struct stats_interval x = stats_median_interval(a, na, 0.95), y = stats_median_interval(b, nb, 0.95);
    double middle = log(y.value / x.value);
    return (struct stats_interval){exp(middle), exp(middle - hypot(log(y.value / y.lo), log(x.hi / x.value))),
                                   exp(middle + hypot(log(y.hi / y.value), log(x.value / x.lo)))};
}

/* The range that was seen: of counts of one thread, which need no statistics, from two of each side on. */
static struct stats_interval range_of(const double *a, size_t na, const double *b, size_t nb)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {0, 0};
    for (size_t i = 0; i < na; i++)
        low[0] = fmin(low[0], a[i]), high[0] = fmax(high[0], a[i]);
    for (size_t i = 0; i < nb; i++)
        low[1] = fmin(low[1], b[i]), high[1] = fmax(high[1], b[i]);
    return (struct stats_interval){stats_median(b, nb) / stats_median(a, na), low[1] / high[0], high[1] / low[0]};
}

static bool is_counted(const struct unpaired *u, const char *metric)
{
    enum mode mode = metric_find(metric)->mode;
    return mode != MODE_TIME && mode != MODE_MEMORY && u->workload->threads <= 1 && u->na > 1 && u->nb > 1;
}

static bool cell_fill(const struct dataset *a, int va, int wa, const struct dataset *b, int vb, int wb, const char *metric,
                      struct unpaired *out)
{
    double *x = xalloc_zeroed(a->sample_count, sizeof *x), *y = xalloc_zeroed(b->sample_count, sizeof *y);
    *out = (struct unpaired){.variant = &b->variants[vb], .workload = &b->workloads[wb]};
    out->na = dataset_cell(a, va, wa, metric, x, a->sample_count);
    out->nb = dataset_cell(b, vb, wb, metric, y, b->sample_count);
    out->median_a = stats_median(x, out->na);
    out->median_b = stats_median(y, out->nb);
    bool some = out->na && out->nb && out->median_a > 0 && out->median_b > 0;
    if (some) {
        out->exact = is_counted(out, metric);
        out->ratio = out->exact ? range_of(x, out->na, y, out->nb) : ratio_of(x, out->na, y, out->nb);
        out->p = stats_mann_whitney(x, out->na, y, out->nb);
        out->same_file = *b->variants[vb].sha256 && strcmp(a->variants[va].sha256, b->variants[vb].sha256) == 0;
        bool less = metric_find(metric)->better < 0;
        out->gain = less ? (struct stats_interval){1 / out->ratio.value, 1 / out->ratio.hi, 1 / out->ratio.lo} : out->ratio;
    }
    free(x);
    free(y);
    return some;
}

static void verdict_of(struct unpaired *u, double drift, double margin)
{
    double floor = isnan(drift) ? 1 : drift;
    bool seen = u->exact || (u->p <= RULE_P_DIFFERENT && u->p_holm <= RULE_P_FAMILY);
    u->verdict = VERDICT_UNDECIDED;
    if (seen && u->gain.lo > 1 + margin && u->gain.lo > floor)
        u->verdict = VERDICT_GO;
    else if (seen && u->gain.hi < 1 - margin && u->gain.hi < 1 / floor)
        u->verdict = VERDICT_NO_GO;
    else if (u->gain.lo > 1 - margin && u->gain.hi < 1 + margin && floor < 1 + margin)
        u->verdict = VERDICT_EQUIVALENT;
}

size_t unpaired_judge(const struct dataset *a, const struct dataset *b, const char *metric, double margin, struct unpaired *out,
                      size_t max, double *drift)
{
    size_t n = 0, tested = 0;
    double *p = xalloc_zeroed(max, sizeof *p);
    *drift = NAN;
    for (int w = 0; w < (int)b->workload_count; w++)
        for (int v = 0; v < (int)b->variant_count && n < max; v++) {
            int va = dataset_variant(a, b->variants[v].label), wa = dataset_workload(a, b->workloads[w].name);
            if (va < 0 || wa < 0 || b->variants[v].twin_of >= 0 ||
                strcmp(a->workloads[wa].command, b->workloads[w].command) != 0 ||
                !cell_fill(a, va, wa, b, v, w, metric, &out[n]))
                continue;
            double moved = exp(fabs(log(out[n].ratio.value)));
            if (out[n].same_file)
                *drift = isnan(*drift) ? moved : fmax(*drift, moved);
            n++;
        }
    for (size_t i = 0; i < n; i++)
        if (!out[i].same_file && !out[i].exact)
            p[tested++] = out[i].p;
    stats_holm(p, tested, p);
    tested = 0;
    for (size_t i = 0; i < n; i++)
        if (!out[i].same_file) {
            out[i].p_holm = out[i].exact ? out[i].p : p[tested++];
            verdict_of(&out[i], *drift, margin);
        }
    free(p);
    return n;
}
