/* SPDX-License-Identifier: MIT */
/* design.h - which sets of flips to measure, so that the effect of each flip and of each pair can be told apart.
 *
 * A factor is one toggle whose value differs between two variants; a run is a set of flipped factors, bit f for factor f. Up to
 * DESIGN_FULL_MAX factors every set is a run (2^k). Above that a regular two-level fraction of 32 runs: the further
 * factors are products of the first five, with the generators of minimum aberration (Fries and Hunter 1980), found by search.
 * A ladder is the other way, for any number of them: nothing flipped, then one factor after the other and never back. Its rungs
 * can be built whatever needs what, and each step is told; what the factors do without those before them is not.
 * Pure: no files, no printing but design_print.
 */
#ifndef BENCH_DESIGN_H
#define BENCH_DESIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define DESIGN_FACTORS_MAX 16
#define DESIGN_FRACTION_MAX 10
#define DESIGN_FULL_MAX 5
#define DESIGN_RUNS_MAX (32 + 2)

struct design {
    int factors;
    bool ladder;
    int base;                                /* factors that vary freely; factor f >= base follows generator[f] */
    unsigned generator[DESIGN_FACTORS_MAX];  /* mask of free factors whose product factor f is */
    int resolution;                          /* letters of the shortest defining word; 0: full, nothing is confounded */
    unsigned runs[DESIGN_RUNS_MAX];
    size_t fraction;                         /* runs of the design proper, first; effects are estimated from these */
    size_t run_count;                        /* and nothing flipped, all flipped, where they are no part of it */
};

/* Full or a fraction. false: factors is not in 1..DESIGN_FRACTION_MAX. */
bool design_make(struct design *d, int factors);

/* false: factors is not in 1..DESIGN_FACTORS_MAX. */
bool design_make_ladder(struct design *d, int factors);

/* Takes a run out that cannot be built. */
void design_drop(struct design *d, unsigned run);

/* The place of a run in runs; -1: it is none. */
int design_run(const struct design *d, unsigned run);

/* Terms of one or two factors, other than `term` itself, that this fraction cannot tell from `term`; how many, at most max. */
size_t design_aliases(const struct design *d, unsigned term, unsigned *out, size_t max);

/* "POOL", "POOL x FRONT"; "nothing" for the empty set. Cut when it does not fit. */
char *design_term_name(unsigned term, const char *const *names, char *out, size_t size);

/* In words: how many runs of how many sets, resolution, generators, and what is confounded with what. */
void design_print(FILE *out, const struct design *d, const char *const *names);

#endif
