/* SPDX-License-Identifier: MIT */
/* trend.c - finds the change points of each series of a history. See trend.h.
 */
#include "bench/judge/trend.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdlib.h>

#define TWO_SIDED_95 1.96

void trend_judge(const struct history *h, double margin, struct trend *out)
{
    *out = (struct trend){.h = h, .margin = margin, .aa = {NAN, NAN, NAN}};
    out->found = xalloc_zeroed(h->count, sizeof *out->found);
    if (h->aa_count)
        out->aa = stats_median_interval(h->aa, h->aa_count, 0.95);
    for (size_t s = 0; s < h->count; s++) {
        const struct history_series *one = &h->series[s];
        struct change_point *points = xalloc_zeroed(one->count, sizeof *points);
        for (size_t i = 0; i < one->count; i++)
            points[i] = (struct change_point){one->point[i].values, one->point[i].count};
        if (!one->rival)
            out->found[s] = changes_find(points, one->count, margin, out->aa);
        free(points);
    }
}

void trend_free(struct trend *t)
{
    for (size_t s = 0; s < t->h->count; s++)
        free(t->found[s].change);
    free(t->found);
}

struct stats_interval trend_point(const struct history_point *p)
{
    return stats_median_interval(p->values, p->count, 0.95);
}

double trend_level(const struct trend *t, size_t series, size_t point)
{
    const struct history_series *s = &t->h->series[series];
    size_t from = 0, to = s->count;
    double sum = 0;
    for (size_t i = 0; i < t->found[series].count; i++) {
        size_t at = t->found[series].change[i].at;
        from = at <= point ? at : from;
        to = at > point && at < to ? at : to;
    }
    for (size_t i = from; i < to; i++)
        sum += log(stats_median(s->point[i].values, s->point[i].count));
    return exp(sum / (double)(to - from));
}

double trend_band(const struct trend *t, size_t series)
{
    double noise = TWO_SIDED_95 * t->found[series].noise, aa = fmax(fabs(t->aa.lo - 1), fabs(t->aa.hi - 1));
    return aa > noise ? aa : noise;
}

int trend_better(const struct trend *t, const struct change *c)
{
    const struct metric *m = metric_find(t->h->metric);
    int better = m ? m->better : 0;
    return c->ratio.value > 1 ? better : -better;
}
