/* SPDX-License-Identifier: MIT */
/* test_work_broken.c - an allocator that hands out a live block a second time is caught by the workloads, with one line and
 * exit 1; so is one that has no memory.
 *
 * Needs broken_malloc.so beside the workloads.
 */
#include "work_run.h"

START_TEST(overlap_is_caught)
{
    char library[512];
    run_path(library, sizeof library, "broken_malloc.so");
    ck_assert_msg(access(library, R_OK) == 0, "%s is missing", library);
    for (size_t i = 0; i < SMALL; i++) {
        if (!strcmp(small[i].name, "startup") || !strcmp(small[i].name, "cache_scratch")) /* one block at a time */
            continue;
        struct run run = run_work(small[i].name, small[i].arguments, library);
        ck_assert_msg(run.status == 1, "%s: exit %d: %s%s", small[i].name, run.status, run.out, run.err);
        ck_assert_msg(one_line(run.err) && strstr(run.err, "corrupted"), "%s: said %s", small[i].name, run.err);
        ck_assert_msg(!*run.out, "%s: still a result: %s", small[i].name, run.out);
    }
}
END_TEST

START_TEST(out_of_memory)
{
    static const struct small large[] = {
        {"random_mixed", "1000 16 1 1073741824 1073741824"},
        {"fixed_size", "1000 1073741824 64"},
        {"tiny_hot", "1073741824 64 1"},
        {"realloc_grow", "68719476736 1 1"},
        {"startup", "2 1073741824"},
        {"large_churn", "1000 20 67108864 67108864"},
    };
    run_memory = (rlim_t)1 << 29;
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        struct run run = run_work(large[i].name, large[i].arguments, NULL);
        ck_assert_msg(run.status == 1, "%s: exit %d: %s%s", large[i].name, run.status, run.out, run.err);
        ck_assert_msg(one_line(run.err) && strstr(run.err, "out of memory"), "%s: said %s", large[i].name, run.err);
    }
}
END_TEST

TEST_MAIN("the workloads under a bad allocator", overlap_is_caught, out_of_memory)
