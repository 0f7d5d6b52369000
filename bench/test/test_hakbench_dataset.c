/* SPDX-License-Identifier: MIT */
/* test_hakbench_dataset.c - what is asked of a dataset: values and derived ones, cells, pairs, medians; and the list of
 * metrics.
 */
#include "run_made.h"

START_TEST(builders_copy_and_find)
{
    struct dataset *ds = run_made();
    ck_assert_int_eq(dataset_variant(ds, "B twin"), MADE_TWIN);
    ck_assert_int_eq(dataset_variant(ds, "C"), -1);
    ck_assert_int_eq(dataset_workload(ds, "larson-seed"), 1);
    ck_assert_int_eq(dataset_workload(ds, ""), -1);
    ck_assert_str_eq(dataset_context(ds, "dash"), "-");
    ck_assert_str_eq(dataset_context(ds, "nothing"), "");
    dataset_set_context(ds, "dash", "changed");
    ck_assert_str_eq(dataset_context(ds, "dash"), "changed");
    ck_assert_uint_eq(ds->context_count, 4);
    dataset_free(ds);
    dataset_free(NULL);
}
END_TEST

/* A metric that appears late is NAN in all samples before it, and in those after it that have none. */
START_TEST(values_not_measured_are_nan)
{
    struct dataset *ds = run_made_frame();
    int first = run_made_sample(ds, (struct ds_sample){0}, "ops", 1.0, NULL);
    int second = run_made_sample(ds, (struct ds_sample){0}, "faults", 2.0, NULL);
    int third = run_made_sample(ds, (struct ds_sample){0}, NULL);
    ck_assert_double_eq(dataset_value(ds, &ds->samples[first], "ops"), 1);
    ck_assert_double_nan(dataset_value(ds, &ds->samples[first], "faults"));
    ck_assert_double_nan(dataset_value(ds, &ds->samples[second], "ops"));
    ck_assert_double_nan(dataset_value(ds, &ds->samples[third], "faults"));
    ck_assert_double_nan(dataset_value(ds, &ds->samples[third], "no such metric"));
    dataset_set(ds, third, "wall_s", NAN);
    ck_assert_uint_eq(ds->metric_count, 2);
    dataset_free(ds);
}
END_TEST

START_TEST(derived_from_one_sample)
{
    struct dataset *ds = run_made_frame();
    int i =
        run_made_sample(ds, (struct ds_sample){0}, "ops", 100.0, "faults", 50.0, "syscalls", 25.0, "instructions", 2800.0,
                        "instructions_allocator", 1400.0, "stat.front.hits", 90.0, "stat.front.misses", 10.0, "rss_settled", 30.0, "live_kb", 20.0,
                        NULL);
    int zero = run_made_sample(ds, (struct ds_sample){0}, "ops", 0.0, "faults", 1.0, NULL);
    ck_assert_double_eq(dataset_value(ds, &ds->samples[i], "faults_per_op"), 0.5);
    ck_assert_double_eq(dataset_value(ds, &ds->samples[i], "syscalls_per_op"), 0.25);
    ck_assert_double_eq(dataset_value(ds, &ds->samples[i], "instructions_per_op"), 14);
    ck_assert_double_eq(dataset_value(ds, &ds->samples[i], "instructions_all_per_op"), 28);
    ck_assert_double_eq(dataset_value(ds, &ds->samples[i], "instructions_share"), 0.5);
    ck_assert_double_eq(dataset_value(ds, &ds->samples[i], "front_hit_rate"), 0.9);
    ck_assert_double_eq(dataset_value(ds, &ds->samples[i], "rss_per_live"), 1.5);
    ck_assert_double_nan(dataset_value(ds, &ds->samples[zero], "faults_per_op"));
    ck_assert_double_nan(dataset_value(ds, &ds->samples[zero], "front_hit_rate"));
    for (const struct metric *m = metrics; m->name; m++)
        ck_assert_msg(!m->derived || !isnan(dataset_value(ds, &ds->samples[i], m->name)), "%s is not computed", m->name);
    dataset_free(ds);
}
END_TEST

/* The throughput that strace slowed down, and what failed, are in no cell. */
START_TEST(cells_have_their_mode_only)
{
    struct dataset *ds = run_made();
    double x[64];
    ck_assert_uint_eq(dataset_cell(ds, MADE_B, 0, "ops_s", x, 64), 4);
    for (int i = 0; i < 4; i++)
        ck_assert_double_ge(x[i], 2e6);
    ck_assert_uint_eq(dataset_cell(ds, MADE_B, 0, "ops_s", x, 3), 3);
    ck_assert_uint_eq(dataset_cell(ds, MADE_B, 1, "ops_s", x, 64), 0);
    ck_assert_uint_eq(dataset_cell(ds, MADE_TWIN, 1, "wall_s", x, 64), 0);
    ck_assert_uint_eq(dataset_cell(ds, MADE_B, 0, "strace.mmap", x, 64), 1);
    ck_assert_double_eq(x[0], 41);
    dataset_free(ds);
}
END_TEST

START_TEST(medians)
{
    struct dataset *ds = run_made();
    ck_assert_double_eq(dataset_median(ds, MADE_A, 0, "faults"), 101.5);
    ck_assert_double_nan(dataset_median(ds, MADE_A, 1, "faults"));
    ck_assert_double_nan(dataset_median(ds, MADE_MISSING, 0, "ops_s"));
    ck_assert_double_eq(dataset_median(ds, MADE_B, 0, "superslabs_peak"), 8);
    ck_assert_double_eq(dataset_median(ds, MADE_B, 0, "front_hit_rate"), 0.99);
    ck_assert_double_eq(dataset_median(ds, MADE_B, 0, "syscalls_per_op"), 0.05); /* its own 1000 ops, not the 200000 timed */
    dataset_free(ds);
}
END_TEST

START_TEST(median_of_parts_that_no_sample_has_together)
{
    struct dataset *ds = run_made_frame();
    run_made_sample(ds, (struct ds_sample){.mode = MODE_TIME}, "ops", 1000.0, NULL);
    run_made_sample(ds, (struct ds_sample){.mode = MODE_STRACE}, "syscalls", 20.0, NULL);
    ck_assert_double_eq(dataset_median(ds, MADE_A, 0, "syscalls_per_op"), 0.02);
    ck_assert_double_nan(dataset_median(ds, MADE_A, 0, "faults_per_op"));
    dataset_free(ds);
}
END_TEST

START_TEST(pairs_stay_within_their_block)
{
    struct dataset *ds = run_made_frame();
    static const struct {
        int variant, block;
        double value;
        bool failed;
    } rows[] = {{0, 0, 1, 0},  {1, 0, 10, 0}, {1, 0, 20, 1}, {0, 0, 2, 0},  /* A B B A, the second B failed */
                {1, 1, 30, 0}, {0, 1, 3, 0},  {0, 1, 4, 0},  {1, 1, 40, 0}, /* B A A B */
                {0, 2, 5, 0}};                                              /* interrupted */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ds_sample s = {.variant = rows[i].variant, .block = rows[i].block, .failed = rows[i].failed};
        run_made_sample(ds, s, "wall_s", rows[i].value, NULL);
    }
    double a[8], b[8];
    ck_assert_uint_eq(dataset_pairs(ds, 0, 1, 0, "wall_s", a, b, 8), 3);
    ck_assert_double_eq(a[0], 1);
    ck_assert_double_eq(a[1], 3);
    ck_assert_double_eq(a[2], 4);
    for (int i = 0; i < 3; i++)
        ck_assert_double_eq(b[i], 10 * a[i]);
    ck_assert_uint_eq(dataset_pairs(ds, 0, 1, 0, "wall_s", a, b, 2), 2);
    ck_assert_uint_eq(dataset_pairs(ds, 0, 2, 0, "wall_s", a, b, 8), 0);
    ck_assert_uint_eq(dataset_pairs(ds, 0, 1, 0, "ops_s", a, b, 8), 0);
    dataset_free(ds);
}
END_TEST

START_TEST(metrics_by_name)
{
    ck_assert_int_eq(metric_find("ops_s")->better, 1);
    ck_assert_int_eq(metric_find("rss_settled")->mode, MODE_MEMORY);
    const struct metric *hits = metric_find("stat.front.hits"), *calls = metric_find("strace.mmap");
    ck_assert_int_eq(hits->mode, MODE_COUNT);
    ck_assert_int_eq(calls->mode, MODE_STRACE);
    ck_assert_str_eq(hits->name, "stat.front.hits"); /* not overwritten by the next one */
    ck_assert_ptr_eq(metric_find("stat.front.hits"), hits);
    ck_assert_ptr_null(metric_find("stat."));
    ck_assert_ptr_null(metric_find("ops_per_s"));
    ck_assert_ptr_null(metric_find(""));
    char longer[100] = "stat.";
    memset(longer + 5, 'x', 80);
    ck_assert_ptr_null(metric_find(longer));
    for (const struct metric *m = metrics; m->name; m++) {
        ck_assert_ptr_eq(metric_find(m->name), m);
        ck_assert_ptr_nonnull(strstr(metric_names(), m->name));
    }
}
END_TEST

TEST_MAIN("a run in memory", builders_copy_and_find, values_not_measured_are_nan, derived_from_one_sample,
          cells_have_their_mode_only, medians, median_of_parts_that_no_sample_has_together, pairs_stay_within_their_block,
          metrics_by_name)
