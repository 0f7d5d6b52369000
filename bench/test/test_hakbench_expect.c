/* SPDX-License-Identifier: MIT */
/* test_hakbench_expect.c - each outcome of a gate: times by their interval, counts exactly, what failed, what is not there.
 */
#include "bench/judge/expect.h"
#include "bench/judge/expect_parse.h"
#include "bench/judge/gates.h"
#include "bench/test/report_data.h"
#include "core/test/test.h"
#include <math.h>

static struct dataset *ds;

static struct gate_result judge(const char *text)
{
    if (!ds)
        ds = data_make();
    struct gate_result r;
    gates_judge_lines(ds, &text, 1, 0.01, &r);
    return r;
}

static void check_gate(const char *text, enum gate gate, const char *figure)
{
    struct gate_result r = judge(text);
    ck_assert_msg(r.gate == gate, "%s: %s (%s)", text, gate_rows[r.gate].name, r.figure);
    ck_assert_msg(!figure || strcmp(r.figure, figure) == 0, "%s: '%s'", text, r.figure);
}

START_TEST(test_counts)
{
    check_gate("superslabs_peak(B) <= 8 on random_mixed-seed", GATE_HELD, "2; bound: at most 8");
    check_gate("superslabs_peak(A) <= 8 on random_mixed-seed", GATE_FAILED, "20; bound: at most 8");
    check_gate("superslabs_peak(B) == 2 on random_mixed-seed", GATE_HELD, "2; bound: exactly 2");
    check_gate("superslabs_peak(B) < 2 on random_mixed-seed", GATE_FAILED, "2; bound: below 2");
    check_gate("superslabs_peak(B) > 1 on random_mixed-seed", GATE_HELD, "2; bound: above 1");
    check_gate("superslabs_peak(B) >= 2 on random_mixed-seed", GATE_HELD, "2; bound: at least 2");
    check_gate("mincore(B) == 0 on random_mixed-seed", GATE_HELD, "0; bound: exactly 0");
}
END_TEST

START_TEST(test_arithmetic)
{
    check_gate("mmap(A) + munmap(A) + mincore(A) <= 3020 on random_mixed-seed", GATE_HELD, "3020; bound: at most 3020");
    check_gate("stat.os.mmap.superslab(B) + stat.os.mmap.mid(B) <= 2% * (stat.os.mmap.superslab(A) + stat.os.mmap.mid(A)) on "
               "random_mixed-seed",
               GATE_HELD, "2; bound: at most 30.4; 0.066 of the bound, the same in 2 pairs");
    check_gate("front_hit_rate(B) >= 99.5 % on random_mixed-seed", GATE_HELD, "0.995; bound: at least 0.995");
    check_gate("mmap(A) / mmap(B) >= 2 * 3 * 50 on random_mixed-seed", GATE_HELD, "507; bound: at least 300; 1.690 of the bound, the same in 2 pairs");
    check_gate("rss_peak(B) <= 4.5 MiB on random_mixed-seed", GATE_HELD, "4.5 MiB; bound: at most 4.5 MiB");
    check_gate("rss_peak(B) <= 4096 on random_mixed-seed", GATE_FAILED, "4.5 MiB; bound: at most 4 MiB");
    check_gate("rss_settled(B) <= 1.2 * live_kb(B) + 5 MiB on burst_idle", GATE_HELD, NULL);
    check_gate("rss_settled(B) <= 1.2 * live_kb(B) + 4 MiB on burst_idle", GATE_FAILED, NULL);
}
END_TEST

/* larson-1: A 40, B 44, each within half a percent from block to block. */
START_TEST(test_times)
{
    check_gate("ops_s(B) >= 1.05 * ops_s(A) on larson-1", GATE_HELD, NULL);
    check_gate("ops_s(B) >= 1.2 * ops_s(A) on larson-1", GATE_FAILED, NULL);
    check_gate("ops_s(B) >= 1.1 * ops_s(A) on larson-1", GATE_HELD, NULL); /* at the bound, as far as the margin tells */
    check_gate("ops_s(B) > 1.1 * ops_s(A) on larson-1", GATE_FAILED, NULL);
    check_gate("ops_s(A) <= 0.95 * ops_s(B) on larson-1", GATE_HELD, NULL);
    check_gate("ops_s(A) <= 0.85 * ops_s(B) on larson-1", GATE_FAILED, NULL);
    check_gate("ops_s(A-twin) == ops_s(A) on larson-1", GATE_HELD, NULL);
    check_gate("ops_s(B) == ops_s(A) on larson-1", GATE_FAILED, NULL);
    check_gate("ops_s(B) >= 43000000 on larson-1", GATE_HELD, NULL);
    check_gate("seconds(B) < seconds(A) on larson-1", GATE_HELD, NULL);
    struct gate_result r = judge("ops_s(B) >= 1.05 * ops_s(A) on larson-1");
    double value, lo, hi;
    ck_assert_int_eq(sscanf(r.figure, "%lf [%lf, %lf] x; bound: at least 1.05, 10 pairs", &value, &lo, &hi), 3);
    ck_assert(value > 1.09 && value < 1.11 && lo > 1.08 && lo <= value && hi >= value && hi < 1.12);
    ck_assert(fabs(r.slack - value / 1.05) < 0.001);
}
END_TEST

START_TEST(test_best_rival)
{
    struct gate_result r = judge("ops_s(B) >= 1.1 * ops_s(best_rival) on random_mixed-seed");
    ck_assert_int_eq(r.gate, GATE_HELD);
    ck_assert_str_eq(r.text, "ops_s(B) >= 1.1 * ops_s(best_rival) on random_mixed-seed (mimalloc)");
    ds->variants[DATA_MIMALLOC].twin_of = DATA_GLIBC; /* as if a rival's own twin were the fastest: it is no rival */
    r = judge("ops_s(B) >= 1.1 * ops_s(best_rival) on random_mixed-seed");
    ck_assert_str_eq(r.text, "ops_s(B) >= 1.1 * ops_s(best_rival) on random_mixed-seed (jemalloc)");
    ds->variants[DATA_MIMALLOC].twin_of = -1;
    r = judge("rss_peak(B) <= rss_peak(best_rival) on random_mixed-seed");
    ck_assert_int_eq(r.gate, GATE_HELD);
    ck_assert_msg(strstr(r.text, "(glibc)"), "the smallest is the best: %s", r.text);
}
END_TEST

/* Two workloads of 4 and 9, of 2 and 8 by block: the mean is that of the logarithms, for times pair by pair. */
static void means_make(void)
{
    const char *names[] = {"seconds", "rss_peak", NULL};
    ds = dataset_new();
    data_variants(ds);
    ds->workload_count = 2;
    for (int block = 0; block < 10; block++) {
        double late = 1 + 0.001 * block; /* the machine's, the same for all of a block */
        data_add(ds, DATA_A, 0, MODE_TIME, block, names, (const double[]){4 * late, 4096});
        data_add(ds, DATA_A, 1, MODE_TIME, block, names, (const double[]){9 * late, 9216});
        data_add(ds, DATA_B, 0, MODE_TIME, block, names, (const double[]){2 * late, 2048});
        data_add(ds, DATA_B, 1, MODE_TIME, block, names, (const double[]){8 * late, 8192});
        data_add(ds, DATA_GLIBC, 0, MODE_TIME, block, names, (const double[]){3 * late, 8192});
    }
}

START_TEST(test_geometric_means)
{
    means_make();
    check_gate("geomean(rss_peak(A)) <= 6.01 MiB", GATE_HELD, "6 MiB; bound: at most 6.01 MiB");
    check_gate("geomean(rss_peak(B)) < 3.9 MiB", GATE_FAILED, "4 MiB; bound: below 3.9 MiB");
    check_gate("geomean( seconds(B) ) < geomean(seconds(A))", GATE_HELD, "0.667 [0.667, 0.667] x; bound: below 1, 10 pairs, p 3e-111 (3e-111 after Holm)");
    check_gate("geomean(seconds(A)) <= 1.4 * geomean(seconds(B))", GATE_FAILED, NULL);
    check_gate("geomean(seconds(A)) <= 3.1 * seconds(B) on random_mixed-seed", GATE_HELD, NULL);
    check_gate("geomean(seconds(glibc)) < geomean(seconds(A))", GATE_NOT_MEASURED,
               "no value of seconds for glibc (mode time)");
}
END_TEST

/* Too few pairs: no ratio that is no number stands beside the two values. */
START_TEST(test_no_ratio)
{
    ds = dataset_new();
    data_variants(ds);
    ds->workload_count = 1;
    for (int block = 0; block < 2; block++)
        for (int v = DATA_A; v <= DATA_B; v++)
            data_add(ds, v, 0, MODE_TIME, block, (const char *[]){"ops", NULL}, (const double[]){1000});
    check_gate("ops(B) == ops(A) on random_mixed-seed", GATE_UNDECIDED,
               "1000; bound: exactly 1000; 2 pairs: too few pairs for an interval");
}
END_TEST

START_TEST(test_not_measured)
{
    check_gate("ops_s(B) > ops_s(tcmalloc) on larson-1", GATE_NOT_MEASURED, "tcmalloc is not installed");
    check_gate("ops_s(B) > ops_s(nobody) on larson-1", GATE_NOT_MEASURED, "not in this run");
    check_gate("ops_s(B) > ops_s(A) on elsewhere", GATE_NOT_MEASURED, "not in this run");
    check_gate("instructions(glibc) > 0 on larson-1", GATE_NOT_MEASURED,
               "no value of instructions for glibc (mode instructions)");
    ck_assert(isnan(judge("ops_s(B) > ops_s(nobody) on larson-1").slack));
}
END_TEST

/* A variant that could not do the work has not kept its promise. */
START_TEST(test_failed_samples)
{
    struct ds_sample s = {.variant = DATA_B, .workload = DATA_IDLE, .mode = MODE_TIME, .failed = true, .why = "signal 11"};
    ds = data_make();
    dataset_add_sample(ds, &s);
    check_gate("ops(B) > 0 on burst_idle", GATE_FAILED, "B: signal 11");
}
END_TEST

START_TEST(test_too_few)
{
    ds = dataset_new();
    data_variants(ds);
    data_add(ds, DATA_A, DATA_SEED, MODE_TIME, 0, (const char *[]){"ops_s", NULL}, (const double[]){1e6});
    data_add(ds, DATA_B, DATA_SEED, MODE_TIME, 0, (const char *[]){"ops_s", NULL}, (const double[]){2e6});
    check_gate("ops_s(B) >= 1.5 * ops_s(A) on random_mixed-seed", GATE_UNDECIDED, NULL);
}
END_TEST

START_TEST(test_syntax)
{
    static const char *const bad[] = {
        "",      "ops_s",         "ops_s(",         "ops_s()",        "ops_s(A)",      "ops_s(A) >=",   "ops_s(A) >= 1 for x",
        "1 < 2", "(ops_s(A) > 1", "ops_s(A) > * 2", "ops_s(A) + > 2", "ops_s(A) => 2", "ops_s(A) > 2 x",
        "geomean(ops_s(A) > 1", "geomean(A) > 1", "geomean(geomean(ops_s(A))) > 1"};
    struct expect_line line;
    char why[512];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        why[0] = 0;
        ck_assert_msg(!expect_parse(bad[i], &line, why, sizeof why), "%s", bad[i]);
        ck_assert_msg(strncmp(why, "expect '", 8) == 0 && !strchr(why, '\n'), "%s: %s", bad[i], why);
    }
    ck_assert(expect_parse("  2*( a.b_c( p12-front )+1 )<3 on  random_mixed 1 2 ", &line, why, sizeof why));
    ck_assert_str_eq(line.term[0].metric, "a.b_c");
    ck_assert_str_eq(line.term[0].label, "p12-front");
    ck_assert_str_eq(line.workload, "random_mixed 1 2");
    ck_assert_double_eq(expect_value(&line, line.left, (double[]){4}), 10);
    ck_assert_uint_eq(expect_modes("mincore(A) + ops_s(A) > 0", NULL), 1u << MODE_COUNT | 1u << MODE_TIME);
}
END_TEST

TEST_MAIN("hakbench_expect: every outcome of a gate", test_counts, test_arithmetic, test_times, test_best_rival,
          test_geometric_means, test_no_ratio, test_not_measured, test_failed_samples, test_too_few, test_syntax)
