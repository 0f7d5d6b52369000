/* SPDX-License-Identifier: MIT */
/* simulate.h - made-up comparisons with a known effect, judged like measured ones: how often does each verdict fall?
 *
 * The answer depends on its arguments only. For `hakbench noise --simulate` and its test.
 */
#ifndef BENCH_SIMULATE_H
#define BENCH_SIMULATE_H

#include "bench/judge/rule.h"

struct simulation {
    uint64_t seed;
    int comparisons;
    double effect; /* throughput of B / A: 1 for A/A, 0.97 for a slow-down by 3 % */
    double noise;  /* deviation of one sample's logarithm; 0: two counts of instructions each, which do not vary */
    int pairs;     /* of each comparison; 0: doubled while it is open, as `ab` does, */
    int first;     /* from so many on; 0: RULE_PAIRS */
};

struct simulated {
    size_t count[VERDICTS], gates[GATES]; /* of gates "ops_s(B) >= ops_s(A)", each with doubling of its own */
    size_t pairs; /* taken in all */
};

struct simulated simulate(const struct simulation *s);

/* Verdicts that claim a difference where effect says that there is none, or the opposite one; or none where it is as large as
 * the margin. Gates that are held where B is slower by the margin or more, or failed where it is slower by less. */
size_t simulated_false(const struct simulation *s, const struct simulated *r);
size_t simulated_false_gates(const struct simulation *s, const struct simulated *r);

#endif
