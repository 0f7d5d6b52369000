/* SPDX-License-Identifier: MIT */
/* test_work_arguments.c - every workload explains itself on --help, and names what is wrong with an argument in one line. */
#include "work_run.h"

/* The first argument of each workload, NULL when it is a file or a name, and as many arguments as it takes. */
static const struct {
    const char *name, *first, *most;
} lines[SMALL] = {
    {"random_mixed", "cycles", "1000 16 1 16 32"},
    {"fixed_size", "iterations", "1000 16 16 1"},
    {"tiny_hot", "size", "16 16 16 0"},
    {"mid_large_mt", "threads", "1 100 16 1"},
    {"larson", "sleep", "1 8 16 10 1 1 1"},
    {"producer_consumer", "pairs", "1 100 1"},
    {"exchange", "threads", "1 100 16 1"},
    {"thread_churn", "threads", "4 1 8 1"},
    {"realloc_grow", "max", "64 1 1 100 1"},
    {"burst_idle", "bytes", "1000 0 1 1"},
    {"fragmentation", "turns", "1 65536 1 1"},
    {"startup", "runs", "1 64"},
    {"lifo_burst", "threads", "1 1 1 8 64 1"},
    {"large_churn", "ops", "1 1 16 16 1"},
    {"remote_only", "owners", "1 65536 1 0 1"},
    {"idle_threads", "threads", "1 1 0 1"},
    {"xmalloc", "makers", "1 1 1 1 1"},
    {"cache_scratch", "threads", "1 1 8 1 1"},
    {"stress", "threads", "1 2 1 1"},
    {"bignum", "digits", "5 1 1"},
    {"trace_replay", NULL, "bench/trace/sqlite.trace 1 1 1000"},
    {"pattern", NULL, "tree 1 1"},
    {"contents", NULL, "1 1 1 1"},
};

/* Exit 2, nothing on standard output, and one line that has all of the given words. */
static void bad(const char *name, const char *arguments, const char *argument, const char *value, const char *range)
{
    struct run run = run_work(name, arguments, NULL);
    ck_assert_msg(run.status == 2, "%s %s: exit %d: %s%s", name, arguments, run.status, run.out, run.err);
    ck_assert_msg(one_line(run.err), "%s %s: not one line: %s", name, arguments, run.err);
    ck_assert_msg(!*run.out, "%s %s: wrote %s", name, arguments, run.out);
    ck_assert_msg(!strncmp(run.err, name, strlen(name)), "%s: does not say who speaks: %s", name, run.err);
    ck_assert_msg(strstr(run.err, argument) && strstr(run.err, value) && strstr(run.err, range), "%s %s: unclear: %s", name,
                  arguments, run.err);
}

START_TEST(help)
{
    for (size_t i = 0; i < SMALL; i++) {
        struct run run = run_work(small[i].name, "--help", NULL);
        ck_assert_msg(run.status == 0 && !*run.err, "%s --help: exit %d: %s", small[i].name, run.status, run.err);
        ck_assert_msg(!strncmp(run.out, "usage: ", 7) && strstr(run.out, small[i].name), "%s: %s", small[i].name, run.out);
        ck_assert_msg(strstr(run.out, "(default "), "%s: no defaults in: %s", small[i].name, run.out);
    }
}
END_TEST

/* The first argument of each workload, wrong in every way. */
START_TEST(bad_first_argument)
{
    static const char *const wrong[] = {"abc", "-5", "1.5", "12x", "+3", "99999999999999999999999", "1e6"};
    for (size_t i = 0; i < SMALL; i++)
        for (size_t j = 0; lines[i].first && j < sizeof wrong / sizeof *wrong; j++)
            bad(lines[i].name, wrong[j], lines[i].first, wrong[j], " to ");
}
END_TEST

START_TEST(bad_later_argument)
{
    bad("random_mixed", "0", "cycles", "'0'", "from 1 to ");
    bad("random_mixed", "1000 0", "ws", "'0'", "from 1 to 268435456");
    bad("random_mixed", "1000 16 0", "seed", "'0'", "from 1 to 4294967295");
    bad("random_mixed", "1000 16 4294967296", "seed", "'4294967296'", "from 1 to 4294967295");
    bad("random_mixed", "1000 16 1 200 100", "max", "100", "200 to ");
    bad("larson", "1 5 x", "max", "'x'", "from 1 to ");
    bad("larson", "1 5 1 1000 100 10000 0", "threads", "'0'", "from 1 to 4096");
    bad("larson", "1 5 1 16777216 100 1 4096", "chunks_per_thread", "16777216", "at most ");
    bad("producer_consumer", "1 -2", "ops", "'-2'", "from 1 to ");
    bad("burst_idle", "1000 1 101", "keep", "'101'", "from 0 to 100");
    bad("startup", "1 15", "size", "'15'", "from 16 to ");
    bad("lifo_burst", "1 1 1 64 8", "max", "8", "64 to ");
    bad("large_churn", "1 0", "live", "'0'", "from 1 to ");
    bad("large_churn", "1 1 4096 64", "max", "64", "4096 to ");
    bad("remote_only", "1025", "owners", "'1025'", "from 0 to 1024");
    bad("idle_threads", "0", "threads", "'0'", "from 1 to 4096");
    bad("xmalloc", "1 0", "takers", "'0'", "from 1 to 2048");
    bad("trace_replay", "bench/trace/sqlite.trace x", "repeats", "'x'", "from 1 to ");
    bad("trace_replay", "bench/trace/sqlite.trace 1 2", "touch", "'2'", "from 0 to 1");
    bad("trace_replay", "no/such.trace", "FILE", "no/such.trace", "cannot open");
    bad("trace_replay", "", "FILE", "no FILE", "bench/trace");
    bad("pattern", "tree 0", "rounds", "'0'", "from 1 to ");
    bad("pattern", "nope", "no pattern", "'nope'", "patterns: pair-24 ");
    bad("cache_scratch", "2 10 65", "size", "'65'", "from 1 to 64");
}
END_TEST

START_TEST(too_many_arguments)
{
    for (size_t i = 0; i < SMALL; i++) {
        char arguments[128];
        snprintf(arguments, sizeof arguments, "%s 777", lines[i].most);
        bad(lines[i].name, arguments, "extra argument", "'777'", "at most");
    }
}
END_TEST

START_TEST(unknown_option)
{
    for (size_t i = 0; i < SMALL; i++)
        bad(small[i].name, "--verbose", "unknown option", "'--verbose'", "--help");
}
END_TEST

TEST_MAIN("the arguments of the workloads", help, bad_first_argument, bad_later_argument, too_many_arguments, unknown_option)
