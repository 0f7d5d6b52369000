/* SPDX-License-Identifier: MIT */
/* test_work_contents.c - the workload `contents` finds each way in which an allocator can lose what a program has written, says
 * which, and passes an allocator that loses nothing.
 *
 * Needs broken_contents.so beside the workloads.
 */
#include "work_run.h"

static struct run run_fault(const char *fault)
{
    char library[512];
    run_path(library, sizeof library, "broken_contents.so");
    ck_assert_msg(access(library, R_OK) == 0, "%s is missing", library);
    setenv("FAULT", fault, 1);
    struct run run = run_work("contents", "600 50 42 2", library);
    unsetenv("FAULT");
    return run;
}

static void caught(const char *fault, const char *says)
{
    struct run run = run_fault(fault);
    ck_assert_msg(run.status == 1 && !*run.out, "%s: exit %d: %s%s", fault, run.status, run.out, run.err);
    ck_assert_msg(one_line(run.err) && strstr(run.err, says), "%s: said %s", fault, run.err);
}

START_TEST(a_sound_allocator_passes)
{
    struct run run = run_fault("none");
    ck_assert_msg(run.status == 0 && one_line(run.out) && !*run.err, "exit %d: %s%s", run.status, run.out, run.err);
}
END_TEST

/* By the block itself, or by calloc's answer, which a block before it reaches into. */
START_TEST(short_blocks_are_caught)
{
    caught("short", " of a block of ");
}
END_TEST

START_TEST(memory_that_calloc_left_is_caught)
{
    caught("calloc", "calloc did not clear: byte 0 of");
}
END_TEST

START_TEST(bytes_that_realloc_lost_are_caught)
{
    caught("realloc", "corrupted after realloc: byte");
}
END_TEST

START_TEST(lost_alignment_is_caught)
{
    caught("align", "is not aligned");
}
END_TEST

TEST_MAIN("the workload contents", a_sound_allocator_passes, short_blocks_are_caught, memory_that_calloc_left_is_caught,
          bytes_that_realloc_lost_are_caught, lost_alignment_is_caught)
