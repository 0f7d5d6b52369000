/* SPDX-License-Identifier: MIT */
/* test_hakbench_exits.c - failing runs: how they are counted, what decides which variant fails more, and what n runs can miss.
 */
#include "bench/judge/exits.h"
#include "core/test/test.h"
#include <string.h>

/* A run of two variants, so many of each, of which so many failed. */
static struct exits counted(int runs_a, int failed_a, int runs_b, int failed_b)
{
    struct dataset *ds = dataset_new();
    int runs[2] = {runs_a, runs_b}, failed[2] = {failed_a, failed_b};
    for (int v = 0; v < 2; v++)
        dataset_add_variant(ds, &(struct ds_variant){.label = {(char)('A' + v)}, .twin_of = -1});
    for (int w = 0; w < 2; w++)
        dataset_add_workload(ds, &(struct ds_workload){.name = {(char)('x' + w)}});
    for (int v = 0; v < 2; v++)
        for (int i = 0; i < runs[v]; i++) {
            int s = dataset_add_sample(ds, &(struct ds_sample){.variant = v, .workload = 1, .mode = MODE_TIME});
            dataset_set(ds, s, EXITS_METRIC, i < failed[v]);
        }
    struct exits none = exits_count(ds, 0, 1, 0), e = exits_count(ds, 0, 1, 1);
    ck_assert_int_eq(none.runs[0] + none.runs[1], 0);
    ck_assert(exits_open(&none));
    e.why[0] = e.why[1] = "";
    dataset_free(ds);
    return e;
}

START_TEST(counts_and_decides)
{
    static const struct {
        int runs_a, failed_a, runs_b, failed_b, better;
        bool open;
        double p; /* sum of C(failed, k) C(well, n - k) / C(all, n) over k as rare as what was seen, or rarer, on its side */
    } rows[] = {
        {14, 0, 14, 0, 0, false, 1},       {14, 0, 14, 1, -1, false, 0.5},     {14, 1, 14, 0, 0, true, 0.5},
        {14, 14, 14, 0, 1, false, 2.5e-8}, {14, 4, 14, 5, 0, true, 0.5},       {10, 1, 10, 9, -1, false, 0.00055},
        {10, 9, 10, 1, 1, false, 0.00055}, {14, 14, 14, 14, 0, true, 1},       {14, 0, 14, 6, -1, false, 0.008},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct exits e = counted(rows[i].runs_a, rows[i].failed_a, rows[i].runs_b, rows[i].failed_b);
        ck_assert_int_eq(e.runs[0], rows[i].runs_a);
        ck_assert_int_eq(e.failed[0], rows[i].failed_a);
        ck_assert_int_eq(e.failed[1], rows[i].failed_b);
        ck_assert_msg(exits_better(&e) == rows[i].better && exits_open(&e) == rows[i].open, "row %zu: %d", i, exits_better(&e));
        ck_assert_double_eq_tol(e.p, rows[i].p, 0.02 * rows[i].p + 1e-9);
    }
}
END_TEST

START_TEST(what_is_missed)
{
    ck_assert_double_eq_tol(exits_missed(0.3, 13), 0.00968890104, 1e-10); /* 0.7^13 */
    ck_assert_double_eq_tol(exits_missed(0.5, 2), 0.25, 1e-12);
    ck_assert_int_eq(exits_runs(), 13);
    ck_assert_double_lt(exits_missed(EXITS_PART, exits_runs()), EXITS_MISSED);
    ck_assert_double_ge(exits_missed(EXITS_PART, exits_runs() - 1), EXITS_MISSED);
    ck_assert_str_eq(exits_missed_text(14),
                     "an abort in 30 % of runs is missed with probability 0.68 %, in 10 % with 23 %, in 1 % with 87 % (14 runs)");
    ck_assert(strstr(exits_missed_text(1), "70 %") && strstr(exits_missed_text(1), "(1 run)"));
}
END_TEST

TEST_MAIN("failing runs", counts_and_decides, what_is_missed)
