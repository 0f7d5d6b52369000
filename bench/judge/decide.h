/* SPDX-License-Identifier: MIT */
/* decide.h - how far a candidate is from a reference: pairs are taken until the interval says on which side of a bar it lies.
 *
 * Values are logarithms of candidate / reference. Pairs are looked at after `first` measurements, then whenever their number
 * has doubled, so that only a few looks share the risk of a chance answer, and each asks for a 99 % interval and
 * for p < 0.001 in a trimmed t test.
 */
#ifndef BENCH_DECIDE_H
#define BENCH_DECIDE_H

#include "bench/low/stats.h"

#define DECIDE_REPEAT_MAX 192
#define DECIDE_PAIRS_MAX (8 * DECIDE_REPEAT_MAX)

struct decide_rule {
    double bars[2];  /* the interval must hold none of these */
    int bar_count;
    int first, cap;  /* how often to measure; at most DECIDE_REPEAT_MAX */
};

/* Brings the measurements to `total`: all pairs into the arrays, at most DECIDE_PAIRS_MAX; answers how many there are, at least
 * `total` (the engine runs quick workloads more often) unless it cannot go on. */
typedef int decide_take(void *context, int total, double *reference, double *candidate);

struct decision {
    struct stats_interval log; /* NAN: nothing was measured */
    double reference, candidate; /* medians */
    int pairs;
    bool clear;                /* of every bar */
};

/* Pure but for take. */
struct decision decide_run(const struct decide_rule *rule, decide_take *take, void *context);

/* How often to measure at first and at most: time needs many, a count repeats itself. cap 0: the metric's own. */
void decide_repeats(const char *metric, int cap, struct decide_rule *rule);

/* "0.712 [0.698, 0.725], 12 pairs, 63.1 M ops/s -> 44.9 M ops/s" */
char *decision_text(const struct decision *d, const char *metric, char *out, size_t size);

#endif
