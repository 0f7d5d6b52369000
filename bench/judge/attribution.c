/* SPDX-License-Identifier: MIT */
/* attribution.c - from samples to effects, shares. See attribution.h.
 */
#include "bench/judge/attribution.h"
#include "bench/low/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Samples to blocks ---------------------------------------------------------------------------------------------------- */

static int run_of_variant(const struct attribution *a, int variant)
{
    for (size_t r = 0; r < a->design.run_count; r++)
        if (a->variant[r] == variant)
            return (int)r;
    return -1;
}

/* One row for the k-th sample of every run in a block: y[row * runs + run], NAN where there is none. Free it. */
static double *rows_make(const struct attribution *a, size_t *rows)
{
    const struct dataset *ds = a->ds;
    enum mode mode = metric_find(a->metric)->mode;
    size_t runs = a->design.run_count, most = ds->sample_count + 1;
    double *y = calloc(most * runs, sizeof *y);
    int *block = calloc(most, sizeof *block);
    if (!y || !block)
        abort();
    *rows = 0;
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        int run = run_of_variant(a, s->variant);
        if (s->failed || s->workload != a->workload || s->mode != mode || run < 0)
            continue;
        size_t row = 0;
        while (row < *rows && (block[row] != s->block || !isnan(y[row * runs + (size_t)run])))
            row++;
        if (row == *rows) {
            block[(*rows)++] = s->block;
            for (size_t r = 0; r < runs; r++)
                y[row * runs + r] = NAN;
        }
        y[row * runs + (size_t)run] = dataset_value(ds, s, a->metric);
    }
    free(block);
    return y;
}

/* Finds each run's variant and median; a run that was never measured leaves the design. */
static bool runs_find(struct attribution *a, const struct design *design, char *why, size_t size)
{
    char text[1024];
    a->design = *design;
    for (size_t r = design->run_count; r-- > 0;) {
        flips_text(a->flips, design->runs[r], text, sizeof text);
        int variant = -1;
        for (size_t v = 0; v < a->ds->variant_count; v++)
            if (a->ds->variants[v].twin_of < 0 && strcmp(a->ds->variants[v].toggles, text) == 0)
                variant = (int)v;
        double median = variant < 0 ? NAN : dataset_median(a->ds, variant, a->workload, a->metric);
        bool end = design->runs[r] == 0 || design->runs[r] == (1u << design->factors) - 1;
        if (isnan(median) && end)
            return text_fail(why, size, "%s of %s was not measured with %s", a->metric, a->ds->workloads[a->workload].name,
                             text);
        if (isnan(median)) {
            design_drop(&a->design, design->runs[r]);
            memmove(a->variant + r, a->variant + r + 1, (design->run_count - r - 1) * sizeof *a->variant);
            memmove(a->cell + r, a->cell + r + 1, (design->run_count - r - 1) * sizeof *a->cell);
        } else {
            a->variant[r] = variant;
            a->cell[r] = median;
        }
    }
    return true;
}

bool attribution_make(const struct dataset *ds, int workload, const char *metric, const struct flips *flips,
                      const struct design *design, struct attribution *out, char *why, size_t size)
{
    size_t rows;
    *out = (struct attribution){.ds = ds, .workload = workload, .metric = metric, .flips = flips, .logs = true};
    for (int f = 0; f < design->factors; f++)
        out->names[f] = flips->flip[f].name;
    if (!runs_find(out, design, why, size))
        return false;
    double *y = rows_make(out, &rows);
    size_t count = rows * out->design.run_count;
    for (size_t i = 0; i < count; i++)
        out->logs = out->logs && !(y[i] <= 0);
    bool good = effects_estimate(&out->design, y, rows, ds->seed, &out->shares);
    for (size_t i = 0; i < count && out->logs; i++)
        y[i] = log(y[i]);
    good = good && effects_estimate(&out->design, y, rows, ds->seed, &out->effects);
    free(y);
    for (int f = 0; f < design->factors; f++) /* what rounding left of nothing */
        if (fabs(out->shares.share[f].value) < 1e-9 * fabs(out->shares.base))
            out->shares.share[f].value = 0;
    return good || text_fail(why, size, "%s of %s: no block in which every run was measured", metric,
                             ds->workloads[workload].name);
}
