/* SPDX-License-Identifier: MIT */
/* test_work_pattern.c - each pattern of the workload `pattern` runs, counts its operations and checks its blocks; a wrong name
 * gives one line that lists all of them.
 *
 * Needs broken_malloc.so beside the workloads.
 */
#include "work_run.h"

/* Operations of a round. alone: no two blocks of it are live at the same time, so it cannot see that two overlap. */
static const struct {
    const char *name;
    unsigned ops;
    bool alone;
} patterns[] = {
    {"pair-24", 10000, true},         {"pair-2000", 10000, true},    {"pair-20000", 10000, true},
    {"pair-300000", 1000, true},      {"lifo-100", 100, false},      {"fifo-300", 300, false},
    {"fifo-4000", 4000, false},       {"lifo-4000", 4000, false},    {"shuffled-4000", 4000, false},
    {"fifo-20000", 20000, false},     {"fifo-1000-512", 1000, false}, {"fifo-500-4000", 500, false},
    {"bulk", 100000, false},          {"mixed-400", 10000, false},   {"mixed-8192", 10000, false},
    {"mixed-64-mid", 10000, false},   {"phases", 197126, false},     {"sparse", 246163, false},
    {"remote-1000", 1000, false},     {"remote-100-mid", 100, false}, {"xmalloc-64", 16400, false},
    {"workers", 2000, false},         {"tree", 10922, false},        {"append", 64, true},
    {"double", 20, true},             {"calloc-100", 10000, true},   {"aligned-64", 10000, true},
    {"thread", 20, true},             {"thread-100", 20, false},     {"process", 1, true},
};

enum { PATTERNS = sizeof patterns / sizeof *patterns };

static struct run run_rounds(const char *name, int rounds, const char *preload)
{
    char arguments[64];
    snprintf(arguments, sizeof arguments, "%s %d", name, rounds);
    return run_work("pattern", arguments, preload);
}

START_TEST(operations_of_a_round)
{
    char value[64];
    for (size_t i = 0; i < PATTERNS; i++)
        for (int rounds = 1; rounds <= 2; rounds++) {
            struct run run = run_rounds(patterns[i].name, rounds, NULL);
            ck_assert_msg(run.status == 0 && !*run.err, "%s: exit %d: %s", patterns[i].name, run.status, run.err);
            ck_assert_msg(one_line(run.out) && run_key(run.out, "ops", value), "%s: %s", patterns[i].name, run.out);
            ck_assert_msg(strtoull(value, NULL, 10) == (unsigned long long)patterns[i].ops * (unsigned)rounds, "%s, %d: %s",
                          patterns[i].name, rounds, run.out);
            ck_assert(run_key(run.out, "pattern", value));
            ck_assert_str_eq(value, patterns[i].name);
        }
}
END_TEST

START_TEST(overlap_is_caught)
{
    char library[512];
    run_path(library, sizeof library, "broken_malloc.so");
    for (size_t i = 0; i < PATTERNS; i++) {
        if (patterns[i].alone)
            continue;
        struct run run = run_rounds(patterns[i].name, 5, library);
        ck_assert_msg(run.status == 1 && !*run.out, "%s: exit %d: %s%s", patterns[i].name, run.status, run.out, run.err);
        ck_assert_msg(one_line(run.err) && strstr(run.err, "corrupted"), "%s: said %s", patterns[i].name, run.err);
    }
}
END_TEST

/* The line has each name of the table and no other. */
START_TEST(wrong_name)
{
    static const char *const wrong[] = {"nope", "", "tree2", "a-name-that-is-much-longer-than-any-pattern-has"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct run run = run_work("pattern", wrong[i], NULL);
        ck_assert_msg(run.status == 2 && !*run.out && one_line(run.err), "%s: exit %d: %s", wrong[i], run.status, run.err);
        ck_assert_msg(strstr(run.err, "patterns: pair-24 "), "%s", run.err);
        size_t names = 0;
        run.err[strlen(run.err) - 1] = 0;
        char *save, *name = strtok_r(strstr(run.err, "patterns: ") + strlen("patterns: "), " ", &save);
        for (; name; name = strtok_r(NULL, " ", &save)) {
            ck_assert_str_eq(name, names < PATTERNS ? patterns[names].name : "");
            names++;
        }
        ck_assert_uint_eq(names, PATTERNS);
    }
}
END_TEST

TEST_MAIN("the patterns", operations_of_a_round, overlap_is_caught, wrong_name)
