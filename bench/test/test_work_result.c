/* SPDX-License-Identifier: MIT */
/* test_work_result.c - every workload ends with one well-formed result line, and its checksum is that of its arguments only. */
#include "work_run.h"

static struct run good(const char *name, const char *arguments)
{
    struct run run = run_work(name, arguments, NULL);
    ck_assert_msg(run.status == 0, "%s %s: exit %d: %s%s", name, arguments, run.status, run.out, run.err);
    ck_assert_msg(one_line(run.out), "%s: not one line: %s", name, run.out);
    ck_assert_msg(!*run.err, "%s: said %s", name, run.err);
    return run;
}

static double number(const struct run *run, const char *key)
{
    char value[64], *end;
    ck_assert_msg(run_key(run->out, key, value), "no %s in %s", key, run->out);
    double number = strtod(value, &end);
    ck_assert_msg(*value && !*end, "%s is not a number in %s", key, run->out);
    return number;
}

/* Words of the form key=value, one space between them, the common keys first and in order. */
static void check_form(const char *name, const char *line)
{
    static const char *const common[] = {"workload", "ops", "seconds", "ops_per_s", "checksum"};
    size_t words = 0;
    for (const char *word = line; *word; words++) {
        size_t length = strcspn(word, " \n"), key = strcspn(word, "= \n");
        ck_assert_msg(key && key + 1 < length, "%s: a word is not key=value: %s", name, line);
        if (words < sizeof common / sizeof *common)
            ck_assert_msg(key == strlen(common[words]) && !strncmp(word, common[words], key), "%s: no %s in: %s", name,
                          common[words], line);
        word += length + 1;
    }
    ck_assert_uint_gt(words, sizeof common / sizeof *common);
}

static void check_values(const struct run *run, const char *name)
{
    char value[64];
    ck_assert(run_key(run->out, "workload", value));
    ck_assert_str_eq(value, name);
    ck_assert_double_gt(number(run, "ops"), 0);
    ck_assert_double_gt(number(run, "seconds"), 0);
    ck_assert_double_gt(number(run, "ops_per_s"), 0);
    ck_assert(run_key(run->out, "checksum", value));
    ck_assert_uint_eq(strlen(value), 16);
    ck_assert_uint_eq(strspn(value, "0123456789abcdef"), 16);
}

START_TEST(result_line)
{
    for (size_t i = 0; i < SMALL; i++) {
        struct run run = good(small[i].name, small[i].arguments);
        check_form(small[i].name, run.out);
        check_values(&run, small[i].name);
    }
}
END_TEST

START_TEST(checksum_repeats)
{
    for (size_t i = 0; i < SMALL; i++) {
        char first[64], second[64];
        struct run run = good(small[i].name, small[i].arguments);
        ck_assert(run_key(run.out, "checksum", first));
        run = good(small[i].name, small[i].arguments);
        ck_assert(run_key(run.out, "checksum", second));
        ck_assert_msg(!strcmp(first, second), "%s: %s, then %s", small[i].name, first, second);
    }
}
END_TEST

START_TEST(checksum_follows_seed)
{
    static const struct small pair[][2] = {
        {{"random_mixed", "20000 256 1"}, {"random_mixed", "20000 256 2"}},
        {{"fixed_size", "20000 48 64 1"}, {"fixed_size", "20000 48 64 2"}},
        {{"mid_large_mt", "2 2000 64 1"}, {"mid_large_mt", "2 2000 64 2"}},
        {{"producer_consumer", "1 20000 1"}, {"producer_consumer", "1 20000 2"}},
        {{"exchange", "2 10000 64 1"}, {"exchange", "2 10000 64 2"}},
        {{"thread_churn", "40 4 64 1"}, {"thread_churn", "40 4 64 2"}},
        {{"realloc_grow", "65536 4 8 100 1"}, {"realloc_grow", "65536 4 8 100 2"}},
        {{"burst_idle", "2000000 0 1 1"}, {"burst_idle", "2000000 0 1 2"}},
        {{"fragmentation", "1 1000000 7 1"}, {"fragmentation", "1 1000000 7 2"}},
        {{"lifo_burst", "2 200 50 8 64 1"}, {"lifo_burst", "2 200 50 8 64 2"}},
        {{"large_churn", "400 20 4096 65536 1"}, {"large_churn", "400 20 4096 65536 2"}},
        {{"remote_only", "2 200000 4 0 1"}, {"remote_only", "2 200000 4 0 2"}},
        {{"idle_threads", "8 20000 0 1"}, {"idle_threads", "8 20000 0 2"}},
        {{"xmalloc", "2 2 20 20000 1"}, {"xmalloc", "2 2 20 20000 2"}},
        {{"stress", "2 500 3 1"}, {"stress", "2 500 3 2"}},
        {{"bignum", "40 500 1"}, {"bignum", "40 500 2"}},
        {{"pattern", "tree 2 1"}, {"pattern", "tree 2 2"}},
        {{"contents", "300 50 1"}, {"contents", "300 50 2"}},
    };
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        char first[64], second[64];
        struct run run = good(pair[i][0].name, pair[i][0].arguments);
        ck_assert(run_key(run.out, "checksum", first));
        run = good(pair[i][1].name, pair[i][1].arguments);
        ck_assert(run_key(run.out, "checksum", second));
        ck_assert_msg(strcmp(first, second), "%s: the seed does not matter", pair[i][0].name);
    }
}
END_TEST

/* The sequence of the original program: so many of the 200,000 operations are allocations. */
START_TEST(random_mixed_sequence)
{
    struct run run = good("random_mixed", "200000 4096 1234567");
    ck_assert_double_eq(number(&run, "ops"), 200000);
    ck_assert_double_eq(number(&run, "mallocs"), 101003);
    ck_assert_double_eq(number(&run, "drained"), 2006);
    run = good("random_mixed", "1000 16 1 300 300");
    ck_assert_double_eq(number(&run, "min"), 300);
    ck_assert_double_eq(number(&run, "max"), 300);
}
END_TEST

START_TEST(larson_seed_arguments)
{
    struct run run = good("larson", "1 5 1 1000 100 10000 42");
    ck_assert_double_eq(number(&run, "min"), 1);
    ck_assert_double_eq(number(&run, "max"), 5);
    ck_assert_double_eq(number(&run, "swapped"), 1);
    ck_assert_double_eq(number(&run, "threads"), 42);
    ck_assert_double_ge(number(&run, "seconds"), 1);
    ck_assert_double_lt(number(&run, "seconds"), 10);
}
END_TEST

START_TEST(larson_hands_on)
{
    struct run run = good("larson", "1 8 64 10 10 1 2");
    ck_assert_double_eq(number(&run, "swapped"), 0);
    ck_assert_double_gt(number(&run, "threads_run"), 2);
    ck_assert_double_le(number(&run, "ops"), 100 * number(&run, "threads_run"));
}
END_TEST

START_TEST(operations_are_counted)
{
    struct run run = good("tiny_hot", "32 10 7");
    ck_assert_double_eq(number(&run, "ops"), 140);
    run = good("mid_large_mt", "3 100 16 1");
    ck_assert_double_eq(number(&run, "ops"), 300);
    run = good("producer_consumer", "2 1000 1");
    ck_assert_double_eq(number(&run, "ops"), 2000);
    run = good("thread_churn", "8 4 16 1");
    ck_assert_double_eq(number(&run, "ops"), 128);
    run = good("realloc_grow", "128 2 3 100 1");
    ck_assert_double_eq(number(&run, "ops"), 24);
    run = good("lifo_burst", "2 10 7");
    ck_assert_double_eq(number(&run, "ops"), 280);
    run = good("large_churn", "100 20 4096 8192");
    ck_assert_double_eq(number(&run, "ops"), 100);
    run = good("cache_scratch", "2 10 8 100");
    ck_assert_double_eq(number(&run, "ops"), 2000);
}
END_TEST

START_TEST(memory_is_reported)
{
    struct run run = good("burst_idle", "20000000 0 1 42");
    ck_assert_double_gt(number(&run, "rss_full_kb") * 1024, 20000000 * 0.9);
    ck_assert_double_gt(number(&run, "rss_before_kb"), 0);
    ck_assert_double_gt(number(&run, "rss_kb"), 0);
    ck_assert_double_gt(number(&run, "live_kb"), 0);
    run = good("fragmentation", "1 10000000 7 42");
    ck_assert_double_gt(number(&run, "rss_per_live"), 0.9);
    ck_assert_double_ge(number(&run, "worst"), number(&run, "rss_per_live"));
}
END_TEST

/* Who the owners are does not matter to what is allocated, so that the memory of the variants can be compared. */
START_TEST(remote_owners)
{
    static const char *const arguments[] = {"0 4000000 8", "1 4000000 8", "3 4000000 8"};
    char checksum[3][64];
    for (int i = 0; i < 3; i++) {
        struct run run = good("remote_only", arguments[i]);
        ck_assert(run_key(run.out, "checksum", checksum[i]));
        ck_assert_double_ge(number(&run, "live_kb"), 3906);
        ck_assert_double_lt(number(&run, "live_kb"), 3909);
        ck_assert_double_gt(number(&run, "rss_kb"), number(&run, "live_kb"));
        ck_assert_double_gt(number(&run, "rss_end_kb"), 0);
    }
    ck_assert_str_eq(checksum[0], checksum[1]);
    ck_assert_str_eq(checksum[0], checksum[2]);
}
END_TEST

START_TEST(memory_of_idle_threads)
{
    struct run run = good("idle_threads", "20 200000 0");
    ck_assert_double_gt(number(&run, "live_kb"), 20 * 195);
    ck_assert_double_gt(number(&run, "rss_per_thread_kb"), 0);
    ck_assert_double_gt(number(&run, "rss_kb"), number(&run, "rss_before_kb"));
}
END_TEST

TEST_MAIN("the result lines of the workloads", result_line, checksum_repeats, checksum_follows_seed, random_mixed_sequence,
          larson_seed_arguments, larson_hands_on, operations_are_counted, memory_is_reported, remote_owners,
          memory_of_idle_threads)
