/* SPDX-License-Identifier: MIT */
/* test_hakbench_verdict.c - from samples to verdicts: each one can be reached, and none is given away. */
#include "bench/judge/verdict.h"
#include "samples_made.h"
#include <string.h>

enum { A, B, TWIN };

static struct dataset *frame(int twin_of)
{
    struct dataset *ds = dataset_new();
    ds->seed = 5;
    made_variant(ds, "A", -1);
    made_variant(ds, "B", -1);
    if (twin_of >= 0)
        made_variant(ds, "twin", twin_of);
    made_workload(ds, "work", "work 1", 1);
    made_workload(ds, "threads", "threads 2", 2);
    return ds;
}

static struct comparison judged(const struct dataset *ds, const char *metric, int workload)
{
    struct comparison c = {.a = A, .b = B, .workload = workload};
    snprintf(c.metric, sizeof c.metric, "%s", metric);
    verdict_judge(ds, &c, 1, RULE_MARGIN);
    return c;
}

/* B against A, 20 pairs each, B's value as a multiple of A's. */
static struct comparison timed(const char *metric, double ratio, double spread, int count)
{
    struct dataset *ds = frame(-1);
    made_cell(ds, A, 0, metric, count, 5e7, spread);
    made_cell(ds, B, 0, metric, count, 5e7 * ratio, spread);
    struct comparison c = judged(ds, metric, 0);
    dataset_free(ds);
    return c;
}

START_TEST(each_verdict)
{
    struct comparison c = timed("ops_s", 1.05, 0.005, 20);
    ck_assert_int_eq(c.verdict, VERDICT_GO);
    ck_assert(c.gain.lo > 1.01 && c.p < 1e-6 && c.p_holm == c.p && c.p_rank < 1e-6 && c.needed == 0 && c.pairs == 20);
    ck_assert(isnan(c.noise.value) && !c.exact);
    ck_assert_int_eq(timed("ops_s", 0.95, 0.005, 20).verdict, VERDICT_NO_GO);
    ck_assert_int_eq(timed("ops_s", 1, 0.002, 20).verdict, VERDICT_EQUIVALENT);
    c = timed("ops_s", 1.02, 0.05, 20);
    ck_assert_int_eq(c.verdict, VERDICT_UNDECIDED);
    ck_assert_uint_gt(c.needed, 20);
    c = timed("ops_s", 1, 0.01, 0);
    ck_assert_int_eq(c.verdict, VERDICT_NONE);
    ck_assert_uint_eq(c.needed, 0);
    ck_assert(isnan(c.ratio.value) && isnan(c.median_a));
}
END_TEST

/* Less is better for time and memory: the ratio is that of the metric, the gain is turned. */
START_TEST(orientation)
{
    struct comparison c = timed("rss_peak", 1.05, 0.005, 20);
    ck_assert_int_eq(c.verdict, VERDICT_NO_GO);
    ck_assert(c.ratio.value > 1.04 && c.gain.value < 0.96);
    ck_assert_double_eq_tol(c.gain.lo, 1 / c.ratio.hi, 1e-15);
    ck_assert_int_eq(timed("seconds", 0.95, 0.005, 20).verdict, VERDICT_GO);
}
END_TEST

/* An interval beyond the margin is not enough: with few pairs and much noise that happens by chance. */
START_TEST(few_pairs)
{
    for (int n = 1; n < STATS_INTERVAL_MIN; n++) {
        struct comparison c = timed("ops_s", 2, 0.001, n);
        ck_assert_int_eq(c.verdict, VERDICT_UNDECIDED);
        ck_assert_uint_eq(c.needed, STATS_INTERVAL_MIN);
        ck_assert(isnan(c.ratio.lo));
    }
    struct comparison c = timed("ops_s", 1.15, 0.06, 6);
    ck_assert_msg(c.gain.lo > 1.01, "the example has its interval at %g", c.gain.lo);
    ck_assert_int_eq(c.verdict, VERDICT_UNDECIDED);
    ck_assert_uint_gt(c.needed, 6);
    ck_assert_int_eq(timed("ops_s", 1.5, 0.02, 6).verdict, VERDICT_GO);
}
END_TEST

START_TEST(noise_floor)
{
    struct dataset *ds = frame(A);
    made_cell(ds, A, 0, "ops_s", 20, 5e7, 0.003);
    made_cell(ds, B, 0, "ops_s", 20, 5e7 * 1.04, 0.003);
    int last = made_cell(ds, TWIN, 0, "ops_s", 20, 5e7 * 1.05, 0.003);
    struct comparison c = judged(ds, "ops_s", 0);
    ck_assert_int_eq(c.verdict, VERDICT_NOISY); /* A differs from itself by 5 %, so 4 % say nothing */
    ck_assert(c.noise.lo > 1.04 && c.noise.hi < 1.06 && c.needed > 0);
    /* The A/A comparison itself is judged as any other. */
    struct comparison aa = {.a = A, .b = TWIN, .metric = "ops_s"};
    verdict_judge(ds, &aa, 1, RULE_MARGIN);
    ck_assert_int_eq(aa.verdict, VERDICT_GO);
    ck_assert(isnan(aa.noise.value));
    for (int s = 0; s <= last; s++) /* an effect far beyond it is one all the same */
        if (ds->samples[s].variant == B)
            dataset_set(ds, s, "ops_s", 1.5 * dataset_value(ds, &ds->samples[s], "ops_s"));
    ck_assert_int_eq(judged(ds, "ops_s", 0).verdict, VERDICT_GO);
    dataset_free(ds);
}
END_TEST

/* Memory, and counts of several threads, have a floor of their own; counts of one thread are judged by their range. */
START_TEST(floor_of_counts)
{
    struct dataset *ds = frame(A);
    static const char *const names[] = {"rss_settled", "syscalls"};
    for (int w = 0; w < 2; w++)
        for (int m = 0; m < 2; m++) {
            made_cell(ds, A, w, names[m], 20, 1000, 0.002);
            made_cell(ds, B, w, names[m], 20, 1040, 0.002);
            made_cell(ds, TWIN, w, names[m], 20, 1050, 0.002);
        }
    ck_assert_int_eq(judged(ds, "rss_settled", 0).verdict, VERDICT_NOISY);
    ck_assert_int_eq(judged(ds, "rss_settled", 1).verdict, VERDICT_NOISY);
    ck_assert_int_eq(judged(ds, "syscalls", 1).verdict, VERDICT_NOISY);
    struct comparison c = judged(ds, "syscalls", 0);
    ck_assert(c.verdict == VERDICT_NO_GO && c.exact && isnan(c.noise.value));
    dataset_free(ds);
}
END_TEST

/* The interval has to lie beyond what A/A showed, even where that is within its own uncertainty. */
START_TEST(clear_of_the_floor)
{
    struct dataset *ds = frame(B);
    made_cell(ds, A, 0, "ops_s", 20, 5e7, 0.002);
    made_cell(ds, B, 0, "ops_s", 20, 5e7 * 1.014, 0.002);
    made_cell(ds, TWIN, 0, "ops_s", 20, 5e7 * 1.014, 0.002);
    struct comparison c = judged(ds, "ops_s", 0);
    ck_assert_int_eq(c.verdict, VERDICT_GO);
    ck_assert(c.noise.lo < 1 && c.noise.hi > 1);
    for (size_t s = 40; s < 60; s++) /* the twin: + 3 % and - 1 % mostly + */
        dataset_set(ds, (int)s, "ops_s", 5e7 * 1.014 * (s % 5 < 3 ? 1.03 : 0.99));
    c = judged(ds, "ops_s", 0);
    ck_assert(c.gain.lo > 1.01 && c.noise.lo < 1 && c.noise.value > c.gain.hi);
    ck_assert_int_eq(c.verdict, VERDICT_UNDECIDED);
    dataset_free(ds);
}
END_TEST

/* The twin of the variant judged is taken before any other; one without samples on this workload is none. */
START_TEST(which_floor)
{
    struct dataset *ds = frame(-1);
    int other = made_variant(ds, "C", -1), other_twin = made_variant(ds, "C A/A", other), twin = made_variant(ds, "B A/A", B);
    for (int v = 0; v < (int)ds->variant_count; v++)
        for (int w = 0; w < 2; w++)
            if (w == 0 || v != twin)
                made_cell(ds, v, w, "ops_s", 10, v == twin ? 6e7 : v == other_twin ? 7e7 : 5e7, 0.001);
    ck_assert_double_eq_tol(judged(ds, "ops_s", 0).noise.value, 1.2, 0.01);
    ck_assert_double_eq_tol(judged(ds, "ops_s", 1).noise.value, 1.4, 0.01);
    dataset_free(ds);
}
END_TEST

START_TEST(counts)
{
    struct dataset *ds = frame(-1);
    made_cell(ds, A, 0, "instructions", 2, 1e9, 0);
    made_cell(ds, B, 0, "instructions", 2, 1e9 / 0.97, 0);
    made_cell(ds, A, 0, "syscalls", 2, 0, 0);
    made_cell(ds, B, 0, "syscalls", 2, 0, 0);
    made_cell(ds, A, 0, "munmap", 2, 100, 0);
    made_cell(ds, B, 0, "munmap", 2, 0, 0);
    made_cell(ds, A, 1, "munmap", 1, 100, 0);
    made_cell(ds, B, 1, "munmap", 1, 50, 0);
    made_cell(ds, A, 0, "faults", RULE_RANGE_PAIRS, 1000, 0);
    made_cell(ds, B, 0, "faults", RULE_RANGE_PAIRS, 1005, 0);
    struct comparison c = judged(ds, "instructions", 0);
    ck_assert(c.exact && c.verdict == VERDICT_NO_GO && c.ratio.lo == c.ratio.hi && c.p == 1);
    ck_assert_int_eq(judged(ds, "syscalls", 0).verdict, VERDICT_EQUIVALENT); /* nothing against nothing */
    ck_assert_int_eq(judged(ds, "munmap", 0).verdict, VERDICT_GO);
    ck_assert_int_eq(judged(ds, "munmap", 1).verdict, VERDICT_UNDECIDED); /* one count of two threads */
    c = judged(ds, "faults", 0);
    ck_assert(c.exact && c.verdict == VERDICT_EQUIVALENT); /* of the timing runs, but they do not vary */
    dataset_free(ds);
}
END_TEST

/* Two values of several threads that are the same are so by chance; so many are not. */
START_TEST(counts_of_threads)
{
    struct dataset *ds = frame(-1);
    made_cell(ds, A, 1, "munmap", 2, 12, 0);
    made_cell(ds, B, 1, "munmap", 2, 13, 0);
    made_cell(ds, A, 1, "mmap", RULE_RANGE_PAIRS, 12, 0);
    made_cell(ds, B, 1, "mmap", RULE_RANGE_PAIRS, 13, 0);
    struct comparison c = judged(ds, "munmap", 1);
    ck_assert(!c.exact && c.verdict == VERDICT_UNDECIDED && c.needed == RULE_RANGE_PAIRS);
    c = judged(ds, "mmap", 1);
    ck_assert(c.exact && c.verdict == VERDICT_NO_GO);
    dataset_free(ds);
}
END_TEST

/* Counts that vary: the whole range counts, nothing is averaged away; of few it counts as wider than it was seen. */
START_TEST(counts_that_vary)
{
    struct dataset *ds = frame(-1);
    made_cell(ds, A, 0, "instructions", 1, 1000, 0);
    made_cell(ds, A, 0, "instructions", 1, 1001, 0);
    made_cell(ds, B, 0, "instructions", 1, 1002, 0);
    int s = made_cell(ds, B, 0, "instructions", 1, 1003, 0);
    for (int i = 0; i <= s; i++)
        ds->samples[i].block = i % 2;
    struct comparison c = judged(ds, "instructions", 0);
    ck_assert_int_eq(c.verdict, VERDICT_EQUIVALENT);
    ck_assert_double_eq_tol(c.ratio.lo, 1002 / 1001.0 / 1.001, 1e-12);
    ck_assert_double_eq_tol(c.ratio.hi, 1003 / 1000.0 * 1.001, 1e-12);
    dataset_set(ds, s, "instructions", 1030);
    c = judged(ds, "instructions", 0);
    ck_assert_int_eq(c.verdict, VERDICT_UNDECIDED);
    ck_assert_uint_eq(c.needed, 0);
    dataset_free(ds);
}
END_TEST

/* What is rare in one comparison is not among many. */
START_TEST(holm_over_the_set)
{
    struct dataset *ds = frame(-1);
    made_cell(ds, A, 0, "ops_s", 12, 5e7, 0.025);
    made_cell(ds, B, 0, "ops_s", 12, 5e7 * 1.068, 0.025);
    struct comparison c = judged(ds, "ops_s", 0);
    ck_assert_msg(c.p < 0.0002 && c.p > 0.00007, "the example has p = %g", c.p);
    ck_assert_int_eq(c.verdict, VERDICT_GO);
    enum { MANY = 800 };
    static struct comparison set[MANY + 1];
    for (int i = 0; i < MANY; i++)
        set[i] = (struct comparison){.a = A, .b = i ? A : B, .metric = "ops_s"};
    set[MANY] = (struct comparison){.a = A, .b = B, .workload = 1, .metric = "ops_s"}; /* not measured: no part of the set */
    verdict_judge(ds, set, 2, RULE_MARGIN);
    ck_assert_int_eq(set[0].verdict, VERDICT_GO);
    for (int i = 1; i < MANY; i++)
        set[i].b = B;
    verdict_judge(ds, set, MANY + 1, RULE_MARGIN);
    ck_assert_double_eq_tol(set[0].p_holm, fmin(1, MANY * set[0].p), 1e-9);
    ck_assert_int_eq(set[0].verdict, VERDICT_UNDECIDED);
    ck_assert_int_eq(set[MANY].verdict, VERDICT_NONE);
    dataset_free(ds);
}
END_TEST

/* Outliers are counted, and stay: the median hardly moves, and so the verdict stays too. */
START_TEST(outliers_stay)
{
    struct dataset *ds = frame(-1);
    made_cell(ds, A, 0, "ops_s", 20, 5e7, 0.005);
    made_cell(ds, B, 0, "ops_s", 20, 5e7 * 1.05, 0.005);
    dataset_set(ds, 3, "ops_s", 3e7);
    dataset_set(ds, 25, "ops_s", 2e7);
    struct comparison c = judged(ds, "ops_s", 0);
    ck_assert_uint_eq(c.pairs, 20);
    ck_assert_uint_ge(c.outliers, 2);
    ck_assert_int_eq(c.verdict, VERDICT_GO);
    ds->samples[3].failed = true; /* a failed sample takes its pair along */
    ck_assert_uint_eq(judged(ds, "ops_s", 0).pairs, 19);
    dataset_free(ds);
}
END_TEST

START_TEST(margin_is_a_choice)
{
    struct dataset *ds = frame(-1);
    made_cell(ds, A, 0, "ops_s", 20, 5e7, 0.005);
    made_cell(ds, B, 0, "ops_s", 20, 5e7 * 1.05, 0.005);
    struct comparison c = {.a = A, .b = B, .metric = "ops_s"};
    verdict_judge(ds, &c, 1, 0.1);
    ck_assert_int_eq(c.verdict, VERDICT_EQUIVALENT);
    dataset_free(ds);
}
END_TEST

START_TEST(texts)
{
    struct comparison c = {.pairs = 12, .ratio = {1.0344, 1.0211, 1.0469}, .verdict = VERDICT_GO};
    ck_assert_str_eq(verdict_text(&c), "1.034 [1.021, 1.047] GO");
    c.verdict = VERDICT_UNDECIDED;
    c.needed = 40;
    ck_assert_str_eq(verdict_text(&c), "1.034 [1.021, 1.047] UNDECIDED, 12 pairs so far, about 40 would decide");
    c.noise = (struct stats_interval){1.001, 0.994, 1.007};
    c.p = 0.00002;
    c.p_rank = 0.0003;
    ck_assert_str_eq(verdict_detail(&c), "A/A 1.001 [0.994, 1.007], p 2e-05 paired, 0.0003 Mann-Whitney");
    c.outliers = 1;
    c.noise.value = NAN;
    ck_assert_str_eq(verdict_detail(&c), "p 2e-05 paired, 0.0003 Mann-Whitney, 1 outlier kept");
    c = (struct comparison){.pairs = 2, .ratio = {1.5, NAN, NAN}, .verdict = VERDICT_UNDECIDED, .needed = 5};
    ck_assert_str_eq(verdict_text(&c), "1.500 [-, -] UNDECIDED, 2 pairs so far, about 5 would decide");
    c = (struct comparison){.pairs = 2, .ratio = {1.25, 1.25, 1.25}, .exact = true, .verdict = VERDICT_NO_GO};
    ck_assert_str_eq(verdict_text(&c), "1.2500 exactly, NO-GO");
    ck_assert_str_eq(verdict_detail(&c), "");
    c = (struct comparison){.verdict = VERDICT_NONE, .needed = 5};
    ck_assert_str_eq(verdict_text(&c), "not measured");
}
END_TEST

TEST_MAIN("verdicts", each_verdict, orientation, few_pairs, noise_floor, floor_of_counts, clear_of_the_floor, which_floor, counts,
          counts_of_threads, counts_that_vary, holm_over_the_set, outliers_stay, margin_is_a_choice, texts)
