/* SPDX-License-Identifier: MIT */
/* report_part.c - texts and look-ups that the parts of a report share. See report_part.h.
 */
#include "bench/show/report_part.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static char *buffer(void)
{
    static char text[16][64];
    static int next;
    return text[next++ % 16];
}

/* Digits in groups of three. */
static const char *grouped(double x)
{
    char plain[32], *out = buffer();
    size_t length = (size_t)snprintf(plain, sizeof plain, "%.0f", fabs(x)), k = 0;
    if (x < 0)
        out[k++] = '-';
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            out[k++] = ',';
        out[k++] = plain[i];
    }
    out[k] = 0;
    return out;
}

const char *show(double x, int digits)
{
    if (!isfinite(x))
        return "-";
    if (!digits)
        return grouped(x);
    char *out = buffer();
    if (x && fabs(x) < 0.1 && digits > 1)
        snprintf(out, 64, "%.3g", x);
    else
        snprintf(out, 64, "%.*f", fabs(x) >= 100 && digits > 1 ? 1 : fabs(x) >= 10 && digits > 2 ? 2 : digits, x);
    return out;
}

const char *show_interval(struct stats_interval x, double scale)
{
    if (isnan(x.lo) || isnan(x.hi))
        return "[too few]";
    char *out = buffer();
    snprintf(out, 64, "[%s, %s]", show(x.lo * scale, 3), show(x.hi * scale, 3));
    return out;
}

bool report_drawn(const struct report *r, const char *plot)
{
    for (int i = 0; i < r->drawn_count; i++)
        if (strcmp(r->drawn[i], plot) == 0)
            return true;
    return false;
}

bool report_has(const struct report *r, int variant, int workload, const char *metric)
{
    for (int v = 0; v < (int)r->ds->variant_count; v++)
        for (int w = 0; w < (int)r->ds->workload_count; w++)
            if ((variant < 0 || variant == v) && (workload < 0 || workload == w) && !isnan(dataset_median(r->ds, v, w, metric)))
                return true;
    return false;
}

const struct comparison *report_compared(const struct report *r, int variant, int workload)
{
    for (size_t i = 0; i < r->comparison_count; i++)
        if (r->comparison[i].b == variant && r->comparison[i].workload == workload)
            return &r->comparison[i];
    return NULL;
}

int report_best_rival(const struct report *r, int workload)
{
    int best = -1;
    for (int v = 0; v < (int)r->ds->variant_count; v++) {
        double x = dataset_median(r->ds, v, workload, "ops_s");
        bool rival = strcmp(r->ds->variants[v].kind, "hakmem") != 0 && r->ds->variants[v].twin_of < 0 && !isnan(x);
        if (rival && (best < 0 || x > dataset_median(r->ds, best, workload, "ops_s")))
            best = v;
    }
    return best;
}
