/* SPDX-License-Identifier: MIT */
/* test_hakbench_disturbed.c - a machine that was not to itself is named, and two runs are compared only beyond what the
 * machine moved.
 */
#include "bench/judge/disturbance.h"
#include "bench/judge/unpaired.h"
#include "samples_made.h"
#include <string.h>

static const char *named(const char *key, const char *value)
{
    static char text[512];
    struct dataset *ds = dataset_new();
    made_variant(ds, "A", -1);
    made_workload(ds, "work", "work 1", 1);
    dataset_set_context(ds, "cores", "2");
    dataset_set_context(ds, "loadavg", "0.30 0.20 0.10 1/100 7");
    dataset_set_context(ds, "governor", "not shown here");
    dataset_set_context(ds, "thp", "always [madvise] never");
    dataset_set_context(ds, DS_DURING "0", "others 1.0 %, steal 0.1 %, swapped 0 pages, 9.0 s");
    if (key)
        dataset_set_context(ds, key, value);
    disturbance_text(ds, text, sizeof text);
    dataset_free(ds);
    return text;
}

START_TEST(what_is_named)
{
    ck_assert_str_eq(named(NULL, NULL), "");
    ck_assert_str_eq(named("loadavg", "7.10 1.00 1.00 1/100 7"), "load 7.1 at the start on 2 processors");
    ck_assert_str_eq(named("governor", "powersave"), "the frequency governor is powersave");
    ck_assert_str_eq(named("governor", "performance"), "");
    ck_assert_str_eq(named("thp", "[always] madvise never"), "transparent huge pages are always on");
    ck_assert_str_eq(named("other measurements", "yes"), "another hakbench was measuring");
    ck_assert_str_eq(named(DS_DURING "40", "others 45.2 %, steal 2.0 %, swapped 12 pages, 9.0 s"),
                     "others took 45 % of the processors; the host took 2.0 % (steal); 12 pages were swapped");
}
END_TEST

START_TEST(forced_switches)
{
    char text[512];
    struct dataset *ds = dataset_new();
    made_variant(ds, "A", -1);
    made_workload(ds, "work", "work 1", 1);
    for (int i = 0; i < 4; i++) {
        int s = made_cell(ds, 0, 0, "wall_s", 1, 0.5, 0);
        dataset_set(ds, s, "switches_forced", 100);
    }
    ck_assert_str_eq(disturbance_text(ds, text, sizeof text), "workloads of one thread were switched out 200 times a second");
    dataset_free(ds);
}
END_TEST

/* A run of glibc, the same file in all, and ours. */
static struct dataset *run(double glibc, double ours, const char *sha256)
{
    struct dataset *ds = dataset_new();
    struct ds_variant v = {.label = "glibc", .sha256 = "g", .twin_of = -1};
    dataset_add_variant(ds, &v);
    v = (struct ds_variant){.label = "ours", .twin_of = -1};
    snprintf(v.sha256, sizeof v.sha256, "%s", sha256);
    dataset_add_variant(ds, &v);
    made_workload(ds, "work", "work 1", 1);
    made_cell(ds, 0, 0, "ops_s", 20, glibc, 0.003);
    made_cell(ds, 1, 0, "ops_s", 20, ours, 0.003);
    return ds;
}

static enum verdict compared(double glibc, double ours, double *drift)
{
    struct dataset *a = run(5e7, 5e7, "one"), *b = run(glibc, ours, "two");
    struct unpaired u[4];
    ck_assert_uint_eq(unpaired_judge(a, b, "ops_s", 0.01, u, 4, drift), 2);
    ck_assert(u[0].same_file && !u[1].same_file && u[1].na == 20 && u[1].nb == 20);
    dataset_free(a);
    dataset_free(b);
    return u[1].verdict;
}

START_TEST(beyond_the_drift)
{
    double drift;
    ck_assert_int_eq(compared(5e7, 5.5e7, &drift), VERDICT_GO);
    ck_assert(drift < 1.005);
    ck_assert_int_eq(compared(5e7, 4.5e7, &drift), VERDICT_NO_GO);
    ck_assert_int_eq(compared(5e7, 5e7, &drift), VERDICT_EQUIVALENT);
    ck_assert_int_eq(compared(5.6e7, 5.5e7, &drift), VERDICT_UNDECIDED); /* glibc moved by 12 %, so 10 % say nothing */
    ck_assert_double_eq_tol(drift, 1.12, 0.01);
    ck_assert_int_eq(compared(4.4e7, 5e7, &drift), VERDICT_UNDECIDED); /* nor does nothing */
}
END_TEST

TEST_MAIN("disturbed machines", what_is_named, forced_switches, beyond_the_drift)
