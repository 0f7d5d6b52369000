/* SPDX-License-Identifier: MIT */
/* test_hakbench_rule.c - gates by the rule of verdicts: each answer, and each condition that can be missing.
 */
#include "bench/judge/gates.h"
#include "samples_made.h"
#include <string.h>

enum { A, B, TWIN };

static struct dataset *frame(void)
{
    struct dataset *ds = dataset_new();
    made_variant(ds, "A", -1);
    made_variant(ds, "B", -1);
    made_workload(ds, "work", "work 1", 1);
    return ds;
}

static struct gate_result judged(const struct dataset *ds, const char *line)
{
    struct gate_result g;
    gates_judge_lines(ds, &line, 1, 0.01, &g);
    return g;
}

/* A gate on throughput, B's as a multiple of A's. */
static struct gate_result timed(const char *line, double ratio, double spread, int count)
{
    struct dataset *ds = frame();
    made_cell(ds, A, 0, "ops_s", count, 5e7, spread);
    made_cell(ds, B, 0, "ops_s", count, 5e7 * ratio, spread);
    struct gate_result g = judged(ds, line);
    dataset_free(ds);
    return g;
}

static void check(struct gate_result g, enum gate gate, const char *missing)
{
    ck_assert_msg(g.gate == gate, "%s: %s (%s)", g.text, gate_rows[g.gate].name, g.figure);
    ck_assert_msg(strstr(g.figure, missing) != NULL, "%s: '%s' does not say '%s'", g.text, g.figure, missing);
}

START_TEST(each_answer)
{
    check(timed("ops_s(B) >= ops_s(A)", 1.05, 0.005, 20), GATE_HELD, "after Holm)");
    check(timed("ops_s(B) >= ops_s(A)", 1, 0.002, 20), GATE_HELD, "");
    check(timed("ops_s(B) >= ops_s(A)", 0.95, 0.005, 20), GATE_FAILED, "");
    check(timed("ops_s(B) <= ops_s(A)", 0.95, 0.005, 20), GATE_HELD, "");
    check(timed("ops_s(B) <= ops_s(A)", 1.05, 0.005, 20), GATE_FAILED, "");
    check(timed("ops_s(B) > ops_s(A)", 1.05, 0.005, 20), GATE_HELD, "");
    check(timed("ops_s(B) > ops_s(A)", 1, 0.002, 20), GATE_FAILED, ""); /* shown to be the same */
    check(timed("ops_s(B) == ops_s(A)", 1, 0.002, 20), GATE_HELD, "");
    check(timed("ops_s(B) == ops_s(A)", 1.05, 0.005, 20), GATE_FAILED, "");
    check(timed("ops_s(B) >= 1.5 * ops_s(A)", 1.6, 0.005, 20), GATE_HELD, "bound: at least 1.5");
    check(timed("ops_s(B) >= 40000000", 1, 0.002, 20), GATE_HELD, "");
}
END_TEST

/* No undecided gate without the condition that is missing. */
START_TEST(each_condition)
{
    check(timed("ops_s(B) >= ops_s(A)", 2, 0.01, 3), GATE_UNDECIDED, ": too few pairs for an interval");
    check(timed("ops_s(B) >= ops_s(A)", 0.99, 0.03, 10), GATE_UNDECIDED, ": the interval contains an end of the margin (1 %)");
    check(timed("ops_s(B) > ops_s(A)", 1.15, 0.06, 6), GATE_UNDECIDED, " is above 0.0002");
    check(timed("ops_s(B) >= ops_s(A)", 1.15, 0.06, 6), GATE_UNDECIDED, " is above 0.002");
    struct dataset *ds = frame();
    made_variant(ds, "A A/A", A);
    made_cell(ds, A, 0, "ops_s", 20, 5e7, 0.003);
    made_cell(ds, B, 0, "ops_s", 20, 5e7 * 1.04, 0.003);
    made_cell(ds, TWIN, 0, "ops_s", 20, 5e7 * 1.05, 0.003);
    check(judged(ds, "ops_s(B) >= ops_s(A)"), GATE_UNDECIDED, ": identical binaries (A/A) differ by more than the margin");
    dataset_free(ds);
}
END_TEST

/* What one line may claim alone it may not among many. */
START_TEST(holm_over_the_file)
{
    enum { MANY = 800 };
    static struct gate_result g[MANY];
    const char *lines[MANY];
    struct dataset *ds = frame();
    made_cell(ds, A, 0, "ops_s", 12, 5e7, 0.025);
    made_cell(ds, B, 0, "ops_s", 12, 5e7 * 1.068, 0.025);
    for (int i = 0; i < MANY; i++)
        lines[i] = i ? "ops_s(B) > 1.06 * ops_s(A)" : "ops_s(B) > ops_s(A)"; /* the others show nothing */
    gates_judge_lines(ds, lines, 1, 0.01, g);
    check(g[0], GATE_HELD, "");
    gates_judge_lines(ds, lines, MANY, 0.01, g);
    ck_assert_double_eq_tol(g[0].evidence.p_holm, fmin(1, MANY * g[0].evidence.p), 1e-9);
    check(g[0], GATE_UNDECIDED, "after Holm, above 0.05");
    dataset_free(ds);
}
END_TEST

/* Two bare counts compare nothing; two that agree do, and exactly, without a margin. */
START_TEST(counts_and_memory)
{
    struct dataset *ds = frame();
    made_cell(ds, A, 0, "instructions", 1, 1000, 0);
    made_cell(ds, B, 0, "instructions", 1, 900, 0);
    check(judged(ds, "instructions(B) <= instructions(A)"), GATE_UNDECIDED, "too few pairs");
    check(judged(ds, "instructions(B) <= 900"), GATE_HELD, "900; bound: at most 900");
    check(judged(ds, "instructions(B) <= 899"), GATE_FAILED, "");
    dataset_free(ds);
    ds = frame();
    made_cell(ds, A, 0, "instructions", 2, 1000, 0);
    made_cell(ds, B, 0, "instructions", 2, 1001, 0);
    check(judged(ds, "instructions(B) <= instructions(A)"), GATE_FAILED, "2 pairs");
    check(judged(ds, "instructions(A) <= instructions(B)"), GATE_HELD, "");
    made_cell(ds, A, 0, "rss_settled", 6, 4096, 0.02); /* memory varies: by the rule */
    made_cell(ds, B, 0, "rss_settled", 6, 8192, 0.02);
    check(judged(ds, "rss_settled(B) <= 1.5 * rss_settled(A)"), GATE_FAILED, "after Holm");
    check(judged(ds, "rss_settled(A) <= 0.9 * rss_settled(B)"), GATE_HELD, "");
    dataset_free(ds);
}
END_TEST

TEST_MAIN("gates by the rule", each_answer, each_condition, holm_over_the_file, counts_and_memory)
