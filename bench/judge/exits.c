/* SPDX-License-Identifier: MIT */
/* exits.c - counts runs that failed. See exits.h.
 */
#include "bench/judge/exits.h"
#include "bench/low/text.h"
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>

#define DECIDED 0.02 /* p of what is told where both fail, or only A does */

/* The rarer end of a table of two by two, its margins given (Fisher, "The design of experiments", 1935). */
static double chance(const struct exits *e)
{
    unsigned failed = (unsigned)(e->failed[0] + e->failed[1]), well = (unsigned)(e->runs[0] + e->runs[1]) - failed;
    int more = e->failed[1] * e->runs[0] >= e->failed[0] * e->runs[1]; /* which of them fails more often */
    unsigned seen = (unsigned)e->failed[more], drawn = (unsigned)e->runs[more];
    double p = gsl_cdf_hypergeometric_Q(seen, failed, well, drawn) + gsl_ran_hypergeometric_pdf(seen, failed, well, drawn);
    return p > 1 ? 1 : p;
}

struct exits exits_count(const struct dataset *ds, int a, int b, int workload)
{
    struct exits e = {.why = {"", ""}, .p = 1};
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        double value = dataset_value(ds, s, EXITS_METRIC);
        if (s->workload != workload || (s->variant != a && s->variant != b) || isnan(value))
            continue;
        int side = s->variant == b;
        e.runs[side]++;
        e.failed[side] += value > 0;
        if (value > 0 && !*e.why[side])
            e.why[side] = s->why;
    }
    if (e.runs[0] && e.runs[1] && e.failed[0] + e.failed[1])
        e.p = chance(&e);
    return e;
}

/* One failure of B is one too many where A has none; that B is better must be shown. */
int exits_better(const struct exits *e)
{
    if (e->failed[1] && !e->failed[0])
        return -1;
    if (e->p > DECIDED)
        return 0;
    return e->failed[1] * e->runs[0] < e->failed[0] * e->runs[1] ? 1 : -1;
}

bool exits_open(const struct exits *e)
{
    return !e->runs[0] || !e->runs[1] || (e->failed[0] && exits_better(e) == 0);
}

double exits_missed(double part, int runs)
{
    return pow(1 - part, runs);
}

int exits_runs(void)
{
    return (int)floor(log(EXITS_MISSED) / log(1 - EXITS_PART)) + 1;
}

const char *exits_missed_text(int runs)
{
    static const double parts[] = {EXITS_PART, 0.1, 0.01};
    static char text[256];
    *text = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        text_add(text, sizeof text,
                 i ? ", in %g %% with %.2g %%" : "an abort in %g %% of runs is missed with probability %.2g %%",
                 100 * parts[i], 100 * exits_missed(parts[i], runs));
    text_add(text, sizeof text, " (%d run%s)", runs, runs == 1 ? "" : "s");
    return text;
}
