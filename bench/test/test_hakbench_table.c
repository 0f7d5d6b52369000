/* SPDX-License-Identifier: MIT */
/* test_hakbench_table.c - the terminal table of a made-up run, whole, and that it stays within 130 columns.
 *
 * Runs in the root of the tree: golden/table.txt and the published baselines are read.
 */
#include "bench/show/table.h"
#include "samples_made.h"
#include <stdlib.h>
#include <string.h>

static char *printed(const struct dataset *ds, int reference)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    table_print(out, ds, reference);
    fclose(out);
    return text;
}

/* Line by line, so that a difference shows. */
static void check_text(const char *text, const char *expected)
{
    for (int line = 1; *expected || *text; line++) {
        int n = (int)strcspn(text, "\n"), m = (int)strcspn(expected, "\n");
        ck_assert_msg(n == m && strncmp(text, expected, (size_t)n) == 0, "line %d:\n%.*s\nexpected:\n%.*s\n", line, n, text, m,
                      expected);
        text += n + (text[n] != 0);
        expected += m + (expected[m] != 0);
    }
}

static void counted(struct dataset *ds, int variant, int workload, double strace, double own, double superslabs)
{
    if (!isnan(strace))
        made_cell(ds, variant, workload, "syscalls", 1, strace, 0);
    if (!isnan(own)) {
        int s = made_cell(ds, variant, workload, "syscalls_own", 1, own, 0);
        dataset_set(ds, s, "superslabs_peak", superslabs);
    }
}

/* 12 samples that repeat every 4, so that every figure can be checked by eye. */
static void timed(struct dataset *ds, int variant, int workload, double mops, double faults, double peak_mib)
{
    static const double factor[] = {1, 1.001, 0.999, 1};
    int last = made_cell(ds, variant, workload, "ops_s", 12, mops * 1e6, 0);
    for (int i = 0; i < 12; i++) {
        dataset_set(ds, last - i, "ops_s", mops * 1e6 * factor[i % 4]);
        dataset_set(ds, last - i, "faults", faults);
        dataset_set(ds, last - i, "rss_peak", peak_mib * 1024);
    }
}

enum { GLIBC, P12, P11, BROKEN, MISSING, TWIN };

static struct dataset *run_of_two_workloads(void)
{
    struct dataset *ds = dataset_new();
    ds->run = 7;
    ds->seed = 1;
    ds->finished = true;
    made_variant(ds, "glibc", -1);
    made_variant(ds, "p12", -1);
    made_variant(ds, "p11.mincore-trust", -1);
    made_variant(ds, "broken", -1);
    made_variant(ds, "tcmalloc", -1);
    ds->variants[MISSING].missing = 1;
    made_variant(ds, "p12 A/A", P12);
    int cold = made_workload(ds, "random_mixed-seed256", "random_mixed 100000 256 42", 1);
    int steady = made_workload(ds, "random_mixed-steady", "random_mixed 10000000 256 42", 1);
    timed(ds, GLIBC, cold, 49, 300, 3.6);
    timed(ds, P12, cold, 72.5, 120, 2.25);
    timed(ds, P11, cold, 9.4, 250, 2.5);
    timed(ds, TWIN, cold, 72.5, 120, 2.25);
    timed(ds, GLIBC, steady, 120.3, 300, 3.6);
    timed(ds, P12, steady, 120.4, 120, 2.25);
    counted(ds, GLIBC, cold, 97, NAN, NAN);
    counted(ds, P12, cold, 35, 12, 2);
    counted(ds, P12, steady, NAN, 13, 1);
    int s = made_cell(ds, BROKEN, cold, "ops_s", 1, 1e6, 0);
    ds->samples[s].failed = true;
    strcpy(ds->samples[s].why, "exit status 1: corrupted block");
    s = made_cell(ds, P11, cold, "syscalls", 1, 5, 0);
    ds->samples[s].failed = true;
    strcpy(ds->samples[s].why, "strace: no permission");
    dataset_set(ds, made_cell(ds, P12, steady, "instructions_allocator", 1, 1.4e7, 0), "ops", 1e6);
    return ds;
}

START_TEST(whole_table)
{
    struct dataset *ds = run_of_two_workloads();
    char *text = printed(ds, GLIBC), golden[8192];
    FILE *file = fopen("bench/test/golden/table.txt", "r");
    ck_assert_ptr_nonnull(file);
    golden[fread(golden, 1, sizeof golden - 1, file)] = 0;
    fclose(file);
    check_text(text, golden);
    free(text);
    dataset_free(ds);
}
END_TEST

START_TEST(width)
{
    struct dataset *ds = run_of_two_workloads();
    char long_label[64];
    memset(long_label, 'v', sizeof long_label - 1);
    long_label[63] = 0;
    int v = made_variant(ds, long_label, -1);
    made_cell(ds, v, 0, "ops_s", 12, 131.25e6, 0.3);
    char *text = printed(ds, v);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        if (strncmp(line, "random_mixed-", 13) != 0)
            ck_assert_msg(strcspn(line, "\n") <= 130, "%zu columns: %.*s", strcspn(line, "\n"), 140, line);
    free(text);
    dataset_free(ds);
}
END_TEST

START_TEST(interrupted_and_empty)
{
    struct dataset *ds = dataset_new();
    char *text = printed(ds, -1);
    ck_assert_str_eq(text, "run 0 holds no samples\n");
    free(text);
    dataset_free(ds);
    ds = run_of_two_workloads();
    ds->finished = false;
    text = printed(ds, -1);
    ck_assert_ptr_nonnull(strstr(text, "run 7 was interrupted; what is there is whole; go on with: hakbench run --resume 7\n"));
    free(text);
    dataset_free(ds);
}
END_TEST

/* Verdicts that miss the same thing share a line, in which each stands once. */
START_TEST(open_together)
{
    struct dataset *ds = dataset_new();
    int work = made_workload(ds, "random_mixed-steady", "random_mixed 10000000 256 42", 1);
    for (int v = 0; v < 4; v++)
        made_variant(ds, (const char *[]){"glibc", "one", "two", "far"}[v], -1);
    for (int v = 0; v < 4; v++) {
        int count = v == 3 ? 8 : 12, last = made_cell(ds, v, work, "ops_s", count, 1e6, 0);
        for (int i = 0; i < count; i++)
            dataset_set(ds, last - i, "ops_s", v ? 1e6 * (0.8 + 0.05 * i) : 1e6 + i);
    }
    char *text = printed(ds, 0);
    ck_assert_msg(strstr(text, "  open: one, two: ") && strstr(text, " 12 pairs\n"), "%s", text);
    ck_assert_msg(!strstr(text, "open: two") && strstr(text, "  open: far: "), "%s", text);
    free(text);
    dataset_free(ds);
}
END_TEST

TEST_MAIN("table", whole_table, width, interrupted_and_empty, open_together)
