/* SPDX-License-Identifier: MIT */
/* effects.h - what each flip, and each pair of flips, does to a measurement; and the share of each in the whole.
 *
 * Everything estimated is a weighted sum of cell values, so that one bootstrap over blocks gives every interval. Pure and
 * deterministic for a seed. Values are on the scale of what is given: logarithms for ratios, plain figures for differences.
 *
 *   effect of X       how much higher with X than without, averaged over the other flips of the design; in a ladder with
 *                     those before it, and it is its share, too
 *   interaction X x Y how much X and Y together give beyond what each gives alone (a difference of differences)
 *   share of X        Shapley value: the step that X makes, averaged over all orders in which the flips may be made one by one.
 *                     Where sets cannot be built, over the orders that avoid these (Faigle and Kern 1992). Shares add up to
 *                     the whole in a full design; in a fraction they come from the fitted effects.
 */
#ifndef BENCH_EFFECTS_H
#define BENCH_EFFECTS_H

#include "bench/judge/design.h"
#include "bench/low/stats.h"

#define EFFECTS_TERMS_MAX (DESIGN_FACTORS_MAX * (DESIGN_FACTORS_MAX + 1) / 2)

struct effect {
    unsigned term;               /* one or two bits */
    struct stats_interval value;
    bool estimated;              /* false: these runs cannot tell it from earlier terms */
};

struct effects {
    struct effect terms[EFFECTS_TERMS_MAX]; /* single flips first, then pairs */
    size_t term_count;
    struct stats_interval share[DESIGN_FACTORS_MAX];
    bool shared;                 /* false: no order leads from one end to the other through runs that exist */
    struct stats_interval whole; /* all flipped against nothing flipped; NAN when one of them is missing */
    double base;                 /* value of the run with nothing flipped */
    size_t blocks;               /* complete ones, used; 1: no intervals (NAN) */
};

/* y[block * d->run_count + run], NAN: not measured. Only blocks in which every run has a value count. false: there is none. */
bool effects_estimate(const struct design *d, const double *y, size_t blocks, uint64_t seed, struct effects *out);

/* The term's entry; NULL: there is none. */
const struct effect *effects_find(const struct effects *e, unsigned term);

#endif
