/* SPDX-License-Identifier: MIT */
/* effects.c - least squares, Shapley values and their intervals. See effects.h.
 *
 * A cell's value is the median over blocks of (sample - median of its block): what moves a whole block cancels. Effects are
 * least squares in +-1 coding on the cell values: in a full design the plain averages, in an incomplete one a fit of all terms
 * that can be told apart.
 */
#include "bench/judge/effects.h"
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RESAMPLES = 2000, TERMS = EFFECTS_TERMS_MAX + 1, SETS = 1 << DESIGN_FACTORS_MAX };
/* Of a term that is told apart, those before it leave at least this part of its column unexplained: variance inflation < 10. */
#define APART 0.1

/* A quantity as weights of the runs, and where its interval goes. */
struct contrast {
    double weight[DESIGN_RUNS_MAX];
    struct stats_interval *to;
};

struct fit {
    unsigned term[TERMS];                     /* kept ones, 0 (the mean) first */
    size_t count;
    double solve[TERMS][DESIGN_RUNS_MAX];     /* coefficient t = sum over runs of solve[t][run] * value[run] */
};

/* The product over the term's factors, +1 where flipped and -1 where not. */
static double column(unsigned term, unsigned run)
{
    return __builtin_popcount(term & ~run) % 2 ? -1 : 1;
}

/* Keeps a term when its column has something of its own beyond the orthogonal basis q of those kept. */
static void fit_offer(struct fit *fit, const struct design *d, double q[][DESIGN_RUNS_MAX], unsigned term)
{
    double *v = q[fit->count], left = 0;
    for (size_t r = 0; r < d->fraction; r++)
        v[r] = column(term, d->runs[r]);
    for (size_t t = 0; t < fit->count; t++) {
        double dot = 0, norm = 0;
        for (size_t r = 0; r < d->fraction; r++) {
            dot += q[t][r] * v[r];
            norm += q[t][r] * q[t][r];
        }
        for (size_t r = 0; r < d->fraction; r++)
            v[r] -= dot / norm * q[t][r];
    }
    for (size_t r = 0; r < d->fraction; r++)
        left += v[r] * v[r];
    if (fit->count < d->fraction && left >= APART * (double)d->fraction)
        fit->term[fit->count++] = term;
}

/* solve = (X'X)^-1 X' over the runs of the fraction. The product of two columns is the column of what they do not share. */
static void fit_solve(struct fit *fit, const struct design *d)
{
    gsl_matrix *xx = gsl_matrix_calloc(fit->count, fit->count);
    for (size_t a = 0; a < fit->count; a++)
        for (size_t b = 0; b < fit->count; b++)
            for (size_t r = 0; r < d->fraction; r++)
                *gsl_matrix_ptr(xx, a, b) += column(fit->term[a] ^ fit->term[b], d->runs[r]);
    gsl_linalg_cholesky_decomp1(xx);
    gsl_linalg_cholesky_invert(xx);
    for (size_t a = 0; a < fit->count; a++)
        for (size_t r = 0; r < d->fraction; r++)
            for (size_t b = 0; b < fit->count; b++)
                fit->solve[a][r] += gsl_matrix_get(xx, a, b) * column(fit->term[b], d->runs[r]);
    gsl_matrix_free(xx);
}

/* The mean, single flips, then pairs: of two confounded terms the simpler one, or else the earlier, stands for both. */
static struct fit *fit_make(const struct design *d, struct effects *out)
{
    struct fit *fit = calloc(1, sizeof *fit);
    double(*q)[DESIGN_RUNS_MAX] = calloc(TERMS, sizeof *q);
    if (!fit || !q)
        abort();
    fit_offer(fit, d, q, 0);
    for (int distance = 0; distance < 2; distance++)
        for (int a = 0; a < d->factors; a++)
            for (int b = distance ? a + 1 : a; b < (distance ? d->factors : a + 1); b++) {
                size_t before = fit->count;
                unsigned term = 1u << a | 1u << b;
                fit_offer(fit, d, q, term);
                out->terms[out->term_count++] = (struct effect){.term = term, .estimated = fit->count > before};
            }
    free(q);
    fit_solve(fit, d);
    return fit;
}

/* Is the set among the runs? A fraction answers for all sets, through its fit. */
static bool set_known(const struct design *d, unsigned set)
{
    return d->resolution || design_run(d, set) >= 0;
}

/* How many orders of flips lead from nothing to each set through known sets; from each set to all flips when backwards. */
static void orders_count(const struct design *d, bool backwards, double *orders)
{
    unsigned all = (1u << d->factors) - 1;
    for (unsigned i = 0; i <= all; i++) {
        unsigned done = i, set = backwards ? all ^ i : i;
        orders[set] = done ? 0 : set_known(d, set);
        for (int f = 0; f < d->factors && set_known(d, set); f++)
            if (done >> f & 1)
                orders[set] += orders[set ^ 1u << f];
    }
}

/* Adds a set's value, times factor, to a contrast: its own run in a full design, what the fit says of it in a fraction. */
static void contrast_add_set(struct contrast *c, const struct design *d, const struct fit *fit, unsigned set, double factor)
{
    if (!d->resolution) {
        c->weight[design_run(d, set)] += factor;
        return;
    }
    for (size_t t = 0; t < fit->count; t++)
        for (size_t r = 0; r < d->fraction; r++)
            c->weight[r] += factor * column(fit->term[t], set) * fit->solve[t][r];
}

/* One contrast for each factor; how many: none when no order of flips is possible. */
static size_t shares_make(const struct design *d, const struct fit *fit, struct effects *out, struct contrast *c)
{
    static _Thread_local double before[SETS], after[SETS];
    orders_count(d, false, before);
    orders_count(d, true, after);
    double total = after[0];
    out->shared = total > 0;
    for (int f = 0; f < d->factors && out->shared; f++) {
        c[f].to = &out->share[f];
        for (unsigned set = 0; set < 1u << d->factors; set++) {
            unsigned with = set | 1u << f;
            double weight = set == with ? 0 : before[set] * after[with] / total;
            if (weight > 0) {
                contrast_add_set(&c[f], d, fit, with, weight);
                contrast_add_set(&c[f], d, fit, set, -weight);
            }
        }
    }
    return out->shared ? (size_t)d->factors : 0;
}

/* From each rung to the next. One that could not be built takes the steps on both of its sides with it. */
static size_t ladder_make(const struct design *d, struct effects *out, struct contrast *c)
{
    size_t count = 0;
    for (int f = 0; f < d->factors; f++) {
        int from = design_run(d, (1u << f) - 1), to = design_run(d, (1u << (f + 1)) - 1);
        struct effect *e = &out->terms[out->term_count++];
        *e = (struct effect){.term = 1u << f, .value = {NAN, NAN, NAN}, .estimated = from >= 0 && to >= 0};
        if (!e->estimated)
            continue;
        c[count].weight[to] = 1;
        c[count].weight[from] = -1;
        c[count++].to = &e->value;
    }
    return count;
}

static size_t contrasts_make(const struct design *d, const struct fit *fit, struct effects *out, struct contrast *c)
{
    size_t count = d->ladder ? ladder_make(d, out, c) : 0, kept = 1;
    for (size_t i = 0; fit && i < out->term_count; i++) {
        struct effect *e = &out->terms[i];
        if (!e->estimated)
            continue;
        double scale = __builtin_popcount(e->term) == 1 ? 2 : 4;
        for (size_t r = 0; r < d->fraction; r++)
            c[count].weight[r] = scale * fit->solve[kept][r];
        kept++;
        c[count++].to = &e->value;
    }
    int from = design_run(d, 0), to = design_run(d, (1u << d->factors) - 1);
    if (from >= 0 && to >= 0) {
        c[count].weight[to] = 1;
        c[count].weight[from] = -1;
        c[count++].to = &out->whole;
    }
    return count + shares_make(d, fit, out, c + count);
}

/* Cell values from the chosen blocks (indices into rows of centred values). */
static void cells_make(const double *centred, size_t runs, const size_t *chosen, size_t blocks, double *work, double *cells)
{
    for (size_t r = 0; r < runs; r++) {
        for (size_t b = 0; b < blocks; b++)
            work[b] = centred[chosen[b] * runs + r];
        cells[r] = stats_median(work, blocks);
    }
}

static double contrast_value(const struct contrast *c, const double *cells, size_t runs)
{
    double sum = 0;
    for (size_t r = 0; r < runs; r++)
        sum += c->weight[r] * cells[r];
    return sum;
}

/* Percentile bootstrap over whole blocks: what a block's samples share stays together. */
static void intervals_make(const double *centred, size_t runs, size_t blocks, uint64_t seed, struct contrast *c, size_t count)
{
    double *drawn = calloc(count * RESAMPLES, sizeof *drawn), *work = calloc(blocks, sizeof *work), cells[DESIGN_RUNS_MAX];
    size_t *chosen = calloc(blocks, sizeof *chosen);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (!drawn || !work || !chosen || !rng)
        abort();
    gsl_rng_set(rng, seed);
    for (size_t b = 0; b < blocks; b++)
        chosen[b] = b;
    cells_make(centred, runs, chosen, blocks, work, cells);
    for (size_t i = 0; i < count; i++)
        *c[i].to = (struct stats_interval){contrast_value(&c[i], cells, runs), NAN, NAN};
    for (size_t draw = 0; draw < RESAMPLES && blocks > 1; draw++) {
        for (size_t b = 0; b < blocks; b++)
            chosen[b] = gsl_rng_uniform_int(rng, blocks);
        cells_make(centred, runs, chosen, blocks, work, cells);
        for (size_t i = 0; i < count; i++)
            drawn[i * RESAMPLES + draw] = contrast_value(&c[i], cells, runs);
    }
    for (size_t i = 0; i < count && blocks > 1; i++) {
        c[i].to->lo = stats_quantile(drawn + i * RESAMPLES, RESAMPLES, 0.025);
        c[i].to->hi = stats_quantile(drawn + i * RESAMPLES, RESAMPLES, 0.975);
    }
    gsl_rng_free(rng);
    free(chosen);
    free(work);
    free(drawn);
}

/* The complete blocks of y, each less its own median; their number. levels: the medians. */
static size_t blocks_centre(const double *y, size_t runs, size_t blocks, double *centred, double *levels)
{
    size_t kept = 0;
    for (size_t b = 0; b < blocks; b++) {
        const double *row = y + b * runs;
        bool whole = true;
        for (size_t r = 0; r < runs; r++)
            whole = whole && !isnan(row[r]);
        if (!whole)
            continue;
        levels[kept] = stats_median(row, runs);
        for (size_t r = 0; r < runs; r++)
            centred[kept * runs + r] = row[r] - levels[kept];
        kept++;
    }
    return kept;
}

bool effects_estimate(const struct design *d, const double *y, size_t blocks, uint64_t seed, struct effects *out)
{
    *out = (struct effects){.whole = {NAN, NAN, NAN}, .base = NAN};
    size_t runs = d->run_count;
    double *centred = calloc(blocks * runs + 1, sizeof *centred), *levels = calloc(blocks + 1, sizeof *levels);
    struct contrast *c = calloc(TERMS + DESIGN_FACTORS_MAX + 1, sizeof *c);
    if (!centred || !levels || !c)
        abort();
    out->blocks = blocks_centre(y, runs, blocks, centred, levels);
    if (out->blocks && d->fraction) {
        struct fit *fit = d->ladder ? NULL : fit_make(d, out);
        size_t count = contrasts_make(d, fit, out, c);
        for (int f = 0; f < d->factors; f++)
            out->share[f] = (struct stats_interval){NAN, NAN, NAN};
        intervals_make(centred, runs, out->blocks, seed, c, count);
        int from = design_run(d, 0);
        for (size_t b = 0; b < out->blocks && from >= 0; b++)
            centred[b] = centred[b * runs + (size_t)from];
        if (from >= 0)
            out->base = stats_median(centred, out->blocks) + stats_median(levels, out->blocks);
        free(fit);
    }
    free(c);
    free(levels);
    free(centred);
    return out->term_count > 0;
}

const struct effect *effects_find(const struct effects *e, unsigned term)
{
    for (size_t i = 0; i < e->term_count; i++)
        if (e->terms[i].term == term)
            return &e->terms[i];
    return NULL;
}
