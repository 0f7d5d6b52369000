/* SPDX-License-Identifier: MIT */
/* test_hakbench_random_effect.c - several nodes are a random effect: the formula gives the figures that it gives by hand, its
 * interval holds the truth as often as it says, and many pairs on few nodes that differ are no proof.
 */
#include "bench/judge/rule.h"
#include "bench/low/random_effect.h"
#include "core/test/test.h"
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* w = 4, 1, 1; m = (4 * 1 + 2 + 6) / 6 = 2; Q = 4 + 0 + 16 = 20; tau^2 = (20 - 2) / (6 - 18 / 6) = 6.
 * u = 1 / 6.25, 1 / 7, 1 / 7; the rest follows. */
START_TEST(formula_by_hand)
{
    double y[] = {1, 2, 6}, v[] = {0.25, 1, 1}, u[] = {1 / 6.25, 1 / 7.0, 1 / 7.0}, sum = u[0] + u[1] + u[2];
    double mean = (u[0] + 2 * u[1] + 6 * u[2]) / sum, squares = 0;
    for (int i = 0; i < 3; i++)
        squares += u[i] * (y[i] - mean) * (y[i] - mean);
    struct random_effect r = random_effect_of(y, v, 3);
    ck_assert_double_eq_tol(r.tau, sqrt(6), 1e-12);
    ck_assert_double_eq_tol(r.mean, mean, 1e-12);
    ck_assert_double_eq_tol(r.se, sqrt(fmax(1, squares / 2) / sum), 1e-12);
    ck_assert_double_eq_tol(r.i_squared, 18 / 20.0, 1e-12);
    struct stats_interval i = random_effect_interval(&r);
    ck_assert_double_eq_tol(i.hi - i.value, 4.302653 * r.se, 1e-5); /* Student's t, 2 degrees of freedom */
    ck_assert_double_eq_tol(random_effect_p(&r, i.hi), 0.05, 1e-9);
}
END_TEST

/* Nodes that differ by no more than chance: no spread, and the error is that of fixed effects. */
START_TEST(equal_nodes_have_no_spread)
{
    double y[] = {0.1, 0.1, 0.1, 0.1}, v[] = {0.01, 0.01, 0.01, 0.01};
    struct random_effect r = random_effect_of(y, v, 4);
    ck_assert_double_eq(r.tau, 0);
    ck_assert_double_eq_tol(r.se, 0.05, 1e-12);
}
END_TEST

/* Nodes differ, with the mean 0: how often does the interval of k of them miss it? */
enum { RUNS = 4000, PAIRS = 8, NODES_MAX = 10 };
static int missed_of(int k)
{
    double x[NODES_MAX * PAIRS], y[NODES_MAX], v[NODES_MAX];
    int group[NODES_MAX * PAIRS], missed = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 16);
    for (int run = 0; run < RUNS; run++) {
        for (int i = 0; i < k; i++) {
            double own = gsl_ran_gaussian(rng, 0.05);
            for (int j = 0; j < PAIRS; j++) {
                x[i * PAIRS + j] = own + gsl_ran_gaussian(rng, 0.03);
                group[i * PAIRS + j] = i;
            }
        }
        random_effect_groups(x, group, (size_t)(k * PAIRS), (size_t)k, y, v);
        struct random_effect r = random_effect_of(y, v, (size_t)k);
        struct stats_interval in = random_effect_interval(&r);
        missed += in.lo > 0 || in.hi < 0;
    }
    gsl_rng_free(rng);
    return missed;
}

/* About 1 in 20; with two nodes it is too cautious. */
START_TEST(interval_misses_as_often_as_it_says)
{
    ck_assert_int_lt(missed_of(2), 0.065 * RUNS);
    ck_assert_int_lt(missed_of(4), 0.065 * RUNS);
    ck_assert_int_gt(missed_of(4), 0.02 * RUNS);
    ck_assert_int_lt(missed_of(10), 0.065 * RUNS);
    ck_assert_int_gt(missed_of(10), 0.035 * RUNS);
}
END_TEST

/* Two nodes that differ, many pairs on each: taken for one machine they would be proof. */
START_TEST(pairs_of_few_nodes_are_no_proof)
{
    enum { ALL = 80 };
    double left[ALL], right[ALL];
    int node[ALL], one[ALL] = {0};
    struct evidence e;
    for (int i = 0; i < ALL; i++) {
        node[i] = i % 2;
        right[i] = 1;
        left[i] = (node[i] ? 1.3 : 1.05) * (1 + 0.001 * (i / 2 % 5));
    }
    evidence_take_nodes(&e, left, right, one, ALL, false, false, CLAIM_VERDICT, RULE_MARGIN);
    ck_assert_int_eq(rule_verdict(&e, RULE_MARGIN), VERDICT_GO);
    ck_assert_uint_eq(e.nodes, 0);
    evidence_take_nodes(&e, left, right, node, ALL, false, false, CLAIM_VERDICT, RULE_MARGIN);
    ck_assert_int_eq(rule_verdict(&e, RULE_MARGIN), VERDICT_UNDECIDED);
    ck_assert_uint_eq(e.nodes, 2);
    ck_assert_double_gt(e.between, 1.05);
    const char *missing = rule_missing(&e, CLAIM_VERDICT, RULE_MARGIN);
    ck_assert_msg(strstr(missing, ", with 2 nodes (1 degree of freedom); about "), "%s", missing);
    ck_assert_uint_gt(e.nodes_needed, 2);
}
END_TEST

/* As many nodes as are said to be needed, like those that were measured, decide; one less does not. */
START_TEST(nodes_needed_decide)
{
    enum { FEW = 4, PER_NODE = 8, MOST = 64 };
    double left[MOST * PER_NODE], right[MOST * PER_NODE];
    int node[MOST * PER_NODE];
    struct evidence e, more;
    for (int i = 0; i < MOST * PER_NODE; i++) {
        node[i] = i / PER_NODE;
        right[i] = 1;
        left[i] = 1.2 * (node[i] % 2 ? 1.06 : 1 / 1.06) * (1 + 0.001 * (i % 5));
    }
    evidence_take_nodes(&e, left, right, node, FEW * PER_NODE, false, false, CLAIM_VERDICT, RULE_MARGIN);
    ck_assert_int_eq(rule_verdict(&e, RULE_MARGIN), VERDICT_UNDECIDED);
    ck_assert_uint_gt(e.nodes_needed, FEW);
    ck_assert_uint_lt(e.nodes_needed, MOST - 2);
    size_t even = (e.nodes_needed + 1) / 2 * 2;
    evidence_take_nodes(&more, left, right, node, even * PER_NODE, false, false, CLAIM_VERDICT, RULE_MARGIN);
    ck_assert_int_eq(rule_verdict(&more, RULE_MARGIN), VERDICT_GO);
    evidence_take_nodes(&more, left, right, node, (even - 4) * PER_NODE, false, false, CLAIM_VERDICT, RULE_MARGIN);
    ck_assert_int_eq(rule_verdict(&more, RULE_MARGIN), VERDICT_UNDECIDED);
}
END_TEST

/* Four nodes that agree, as four nodes of one kind do: the verdict is that of one machine. */
START_TEST(nodes_that_agree_decide_as_one)
{
    enum { ALL = 40 };
    double left[ALL], right[ALL];
    int node[ALL];
    struct evidence e;
    for (int i = 0; i < ALL; i++) {
        node[i] = i % 4;
        right[i] = 1;
        left[i] = 1.5 * (1 + 0.002 * (i / 4 % 7));
    }
    evidence_take_nodes(&e, left, right, node, ALL, false, false, CLAIM_VERDICT, RULE_MARGIN);
    ck_assert_int_eq(rule_verdict(&e, RULE_MARGIN), VERDICT_GO);
    ck_assert_uint_eq(e.nodes, 4);
    evidence_take_nodes(&e, right, left, node, ALL, false, false, CLAIM_VERDICT, RULE_MARGIN);
    ck_assert_int_eq(rule_verdict(&e, RULE_MARGIN), VERDICT_NO_GO);
}
END_TEST

/* One pair has no variance of its own: the spread of all pairs about their medians is taken. */
START_TEST(few_pairs_take_the_spread_of_all)
{
    double x[] = {0, 0.1, 0.2, 0.3, 0.4, 1}, y[2], v[2];
    int group[] = {0, 0, 0, 0, 0, 1};
    random_effect_groups(x, group, 6, 2, y, v);
    ck_assert_double_eq(y[1], 1);
    double spread = 1.4826 * 0.1; /* MAD of -0.2 .. 0.2 and 0 */
    ck_assert_double_eq_tol(v[1], M_PI / 2 * spread * spread * 6 / 4, 1e-4);
}
END_TEST

TEST_MAIN("random effect of nodes", formula_by_hand, equal_nodes_have_no_spread, interval_misses_as_often_as_it_says,
          pairs_of_few_nodes_are_no_proof, nodes_needed_decide, nodes_that_agree_decide_as_one,
          few_pairs_take_the_spread_of_all)
