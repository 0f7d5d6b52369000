/* SPDX-License-Identifier: MIT */
/* rule.h - the one rule by which verdicts and gates are decided: what is looked at, the thresholds, the answers.
 *
 * Values come in pairs, measured one beside the other. The gain of a pair is their quotient, turned so that more than 1 is
 * better, or beyond the bound of a gate. `hakbench help verdict` tells the rule in words (show/rule_words.c).
 *
 *   GO, NO-GO     all of the 95 % interval of the median gain lies beyond the margin, and farther from 1 than A/A does; the
 *                 paired test finds a difference at RULE_P_DIFFERENT, and at RULE_P_FAMILY after Holm over all that is judged
 *                 together, and tells the gain from the end of the margin at RULE_P_WITHIN
 *   EQUIVALENT    all of the interval lies within the margin; the test tells the gain from both ends of the margin at
 *                 RULE_P_WITHIN, and at RULE_P_FAMILY after Holm
 *   noisy         A/A itself lies beyond the margin, and the gain does not lie beyond A/A
 *   UNDECIDED     anything else
 *
 * Counts of one thread, which vary by chance of address only, are decided by the range that was seen, without statistics, from
 * two pairs on; as long as these are fewer than RULE_RANGE_PAIRS, a range that is not one number is taken as wider, on either
 * side, by as much as it is wide. From RULE_RANGE_PAIRS on, the range decides of whatever did not vary, and of what is zero now
 * and then: in fewer pairs, counts of several threads are the same by chance too often.
 *
 * Where the samples are of several machines, interval and p are those of a random effect of machines.
 *
 * A gate follows. `>=` and `<=` are held when the gain is GO or EQUIVALENT, or when all of the interval lies above the lower
 * end of the margin and the test tells the gain from that end at RULE_P_AT_LEAST. `>` and `<` are held when it is GO, `==`
 * when it is EQUIVALENT. Each is failed when the contrary is shown. What is decided by a range and never varied is compared as
 * the number that it is, without a margin.
 */
#ifndef BENCH_RULE_H
#define BENCH_RULE_H

#include "bench/judge/outcome.h"
#include "bench/low/stats.h"

#define RULE_MARGIN      0.01   /* differences up to this are none, unless another margin is given */
#define RULE_P_DIFFERENT 0.0002
#define RULE_P_WITHIN    0.02
#define RULE_P_AT_LEAST  0.002
#define RULE_P_FAMILY    0.05
/* Two sides that have one of two values by chance stay apart for so many pairs once in 2,000 comparisons at most. */
#define RULE_RANGE_PAIRS 6
/* RULE_PAIRS at first, doubled while a verdict is open, up to RULE_PAIRS_MAX; `hakbench noise --simulate` shows the error
 * rates. */
#define RULE_PAIRS     10
#define RULE_PAIRS_MAX 80
#define RULE_NODES_MAX 100 /* more machines than this are not asked for */

enum claim {
    CLAIM_VERDICT,
    CLAIM_AT_LEAST,
    CLAIM_ABOVE,
    CLAIM_EQUAL
}; /* what is to be shown of the gain: gates have the last three */

struct evidence {
    size_t pairs, outliers;
    size_t needed;                  /* pairs likely to decide; 0: more of the same would not */
    bool exact;                     /* decided by the range, which is the interval */
    size_t nodes;                   /* machines that the gain is a random effect of; 0: it is of one */
    size_t nodes_needed;            /* machines like these likely to decide; 0: it is of one, or no number of them would */
    double between;                 /* factor by which machines differ, one standard deviation; 1: by no more than chance */
    struct stats_interval gain;     /* NAN where there is none */
    struct stats_interval floor;    /* gain of A/A; NAN: no twin */
    double p_none, p_low, p_high;   /* two-sided, trimmed t: that the gain is 1, the lower, the upper end of the margin */
    double p, p_holm;               /* the one that the claim rests on; after Holm */
    double p_rank;                  /* Mann-Whitney U, shown beside it */
};

/* Fills in all but floor and p_holm. counted: counts of one thread. turned: less of left is better. */
void evidence_take(struct evidence *e, const double *left, const double *right, size_t n, bool counted, bool turned,
                   enum claim claim, double margin);

/* The same of pairs from several machines: pair i is from node[i]. Where these are two or more, gain and p are those of a
 * random effect of machines (random_effect.h) over the medians of each; of one machine all is as above. */
void evidence_take_nodes(struct evidence *e, const double *left, const double *right, const int *node, size_t n, bool counted,
                         bool turned, enum claim claim, double margin);

/* p_holm of those judged together. */
void evidence_holm(struct evidence *const *e, size_t count);

enum verdict rule_verdict(const struct evidence *e, double margin);
enum gate rule_gate(const struct evidence *e, enum claim claim, double margin);

/* More pairs may decide it. */
bool rule_open(const struct evidence *e, double margin);

/* The first condition that an undecided claim misses, as a clause: "p 0.0031 is above 0.0002"; "" when decided. Static buffer.
 * */
const char *rule_missing(const struct evidence *e, enum claim claim, double margin);

#endif
