/* SPDX-License-Identifier: MIT */
/* test_hakbench_workload.c - the table of workloads: names are found and explained, and every row's arguments are what its
 * program takes.
 *
 * Needs out/bench/hakbench and out/work.
 */
#include "bench/take/launch.h"
#include "bench/plan/workload.h"
#include "core/test/test.h"
#include <stdio.h>
#include <string.h>

static char why[2048];

/* Each starts; it need not end: a program refuses its arguments at once. Real programs are asked below. */
static void starts(const char *command)
{
    struct launch_result result;
    char line[512];
    snprintf(line, sizeof line, "out/work/%s", command);
    launch_program = "out/bench/hakbench";
    struct launch_order order = {.command = line, .mode = MODE_TIME, .cpu = -1, .timeout = 0.05};
    bool good = launch_take(&order, &result);
    ck_assert_msg(good || strstr(result.why, "no end within"), "%s", result.why);
    launch_free(&result);
}

START_TEST(every_row_starts)
{
    for (size_t i = 0; i < workload_count; i++) {
        if (dataset_is_program(workloads[i].command))
            continue;
        starts(workloads[i].command);
        if (workloads[i].counts)
            starts(workloads[i].counts);
    }
}
END_TEST

START_TEST(rows_are_whole)
{
    for (size_t i = 0; i < workload_count; i++) {
        const struct workload *w = &workloads[i];
        ck_assert_ptr_eq(workload_find(w->name, why, sizeof why), w);
        ck_assert_msg(w->threads >= 1 && w->seconds > 0 && *w->what && !strchr(w->name, ' '), "%s", w->name);
        ck_assert_msg(strlen(w->name) < 64 && strlen(w->command) < 256 && strlen(w->what) < 128, "%s is too long", w->name);
        for (size_t j = 0; j < i; j++)
            ck_assert_msg(strcmp(workloads[j].name, w->name) != 0, "%s stands twice", w->name);
    }
}
END_TEST

/* What two people published stands in the table as they ran it, and under names of its own. */
START_TEST(cold_is_not_steady)
{
    ck_assert_str_eq(workload_find("random_mixed-seed", why, sizeof why)->command, "random_mixed 200000 4096 1234567");
    ck_assert_str_eq(workload_find("random_mixed-seed256", why, sizeof why)->command, "random_mixed 100000 256 42");
    ck_assert_str_eq(workload_find("random_mixed-steady", why, sizeof why)->command, "random_mixed 10000000 256 42");
    ck_assert_str_eq(workload_find("larson-seed", why, sizeof why)->command, "larson 1 5 1 1000 100 10000 42");
}
END_TEST

START_TEST(made_on_the_spot)
{
    const struct workload *w = workload_find("random_mixed 1000 16 1", why, sizeof why);
    ck_assert_msg(w, "%s", why);
    ck_assert_str_eq(w->name, "random_mixed 1000 16 1");
    ck_assert_str_eq(w->command, "random_mixed 1000 16 1");
    ck_assert_int_eq(w->threads, 1);
    ck_assert_ptr_eq(workload_find("random_mixed 1000 16 1", why, sizeof why), w);
    w = workload_find("larson 1 8 16", why, sizeof why);
    ck_assert_msg(w && w->threads > 1, "larson has threads");
    ck_assert_int_eq(workload_find("larson 1 8 1000 5000 100 4141 1", why, sizeof why)->threads, 1);
    ck_assert_int_eq(workload_find("larson 1 8 1000 5000 100 4141 16", why, sizeof why)->threads, 16);
    ck_assert_int_eq(workload_find("lifo_burst 1 100", why, sizeof why)->threads, 1);
    ck_assert_int_gt(workload_find("trace_replay bench/trace/redis.trace 5", why, sizeof why)->threads, 1);
    ck_assert_int_eq(workload_find("realloc_grow 16777216 1 4 100 42", why, sizeof why)->threads, 1);
    ck_assert_str_eq(workload_find("startup", why, sizeof why)->command, "startup 200 64");
}
END_TEST

/* What is written by hand has the threads of the row with that command, where its arguments say how many. */
START_TEST(threads_as_in_the_table)
{
    static const char *const programs[] = {"larson ", "exchange ", "lifo_burst ", "mid_large_mt ", "cache_scratch ", "stress "};
    int seen = 0;
    for (size_t i = 0; i < workload_count; i++)
        for (size_t p = 0; p < sizeof programs / sizeof *programs; p++)
            if (strncmp(workloads[i].command, programs[p], strlen(programs[p])) == 0) {
                const struct workload *w = workload_find(workloads[i].command, why, sizeof why);
                ck_assert_msg(w && w->threads == workloads[i].threads, "%s", workloads[i].name);
                seen++;
            }
    ck_assert_int_gt(seen, 10);
}
END_TEST

/* Whatever is installed: each script that a row names is there, and a program of nobody is missing, in one line. */
START_TEST(real_programs)
{
    struct workload nobody = {"program-nobody", "program nobody", "", 1, 1, NULL};
    size_t programs = 0;
    for (size_t i = 0; i < workload_count; i++)
        if (dataset_is_program(workloads[i].command)) {
            programs++;
            ck_assert_msg(workload_here(&workloads[i], why, sizeof why) || strstr(why, "is not installed"), "%s", why);
        } else
            ck_assert_msg(workload_here(&workloads[i], why, sizeof why), "%s: %s", workloads[i].name, why);
    ck_assert_int_ge(programs, 20);
    ck_assert(!workload_here(&nobody, why, sizeof why));
    ck_assert_msg(strncmp(why, "program-nobody: ", 16) == 0 && !strchr(why, '\n'), "%s", why);
    ck_assert(!dataset_is_program("programx y"));
}
END_TEST

START_TEST(unknown)
{
    static const char *const names[] = {"nope", "", "random_mixed-", "../work/larson", "random_mixedx 1", " larson 1", "work"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ck_assert_msg(!workload_find(names[i], why, sizeof why), "'%s' was taken", names[i]);
        ck_assert_msg(strstr(why, "no workload") && strstr(why, "random_mixed-seed") && !strchr(why, '\n'), "%s", why);
    }
    ck_assert(!workload_find("random_mixed 1000000000000000000000000000000000000000000000000000 16 1", why, sizeof why));
    ck_assert_msg(strstr(why, "too long"), "%s", why);
}
END_TEST

TEST_MAIN("the table of workloads", every_row_starts, rows_are_whole, cold_is_not_steady, made_on_the_spot,
          threads_as_in_the_table, real_programs, unknown)
