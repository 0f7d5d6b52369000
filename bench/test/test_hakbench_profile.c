/* SPDX-License-Identifier: MIT */
/* test_hakbench_profile.c - a profile of two callgrind files made by hand: one tree, the functions that differ most, the table,
 * the flame graph.
 */
#include "bench/data/profile.h"
#include "bench/judge/profile_rank.h"
#include "bench/show/flame.h"
#include "bench/show/why_table.h"
#include "core/test/test.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* main costs 100 of its own; malloc 50, called from main; slow 7 in a clone, called from malloc, and 3 in a recursion. */
static const char before[] =
    "version: 1\npositions: line\nevents: Ir\nob=(1) /work\n"
    "fn=(1) main'(below main)'0x12\n5 60\n+2 40\ncfn=(2) malloc'main'(below main)'0x12\ncalls=2 0\n* 60\n"
    "fn=(2)\n9 50\ncfn=(3) slow.part.0'malloc'main'(below main)\ncalls=1 0\n* 10\n"
    "fn=(3)\n9 7\nfn=(4) slow'2'slow.part.0'malloc'main'(below main)\n9 3\ntotals: 160\n";
/* main as before; malloc costs 20; another function 5, whose name XML wants escaped; one without a name. */
static const char after[] =
    "events: Ir\nfn=(1) main\n5 100\nfn=(2) malloc@@LIB_1'main\n9 20\nfn=(3) list<a&b>'malloc'main\n9 5\n"
    "fn=(4) 0x0000000000001840'(below main)\n1 1\ntotals: 126\n";

static struct profile *made(void)
{
    struct profile *p = profile_new();
    const char *text[] = {before, after};
    for (int side = 0; side < 2; side++) {
        int fd = memfd_create("callgrind", 0);
        ck_assert(write(fd, text[side], strlen(text[side])) == (ssize_t)strlen(text[side]));
        ck_assert(profile_read(p, side, fd));
        close(fd);
        p->ops[side] = 10;
    }
    return p;
}

static const struct profile_frame *frame(const struct profile *p, const char *caller, const char *name)
{
    for (size_t i = 1; i < p->frame_count; i++)
        if (strcmp(p->frames[i].name, name) == 0 && strcmp(p->frames[p->frames[i].parent].name, caller) == 0)
            return &p->frames[i];
    ck_abort_msg("no %s called by %s", name, caller);
    return NULL;
}

START_TEST(both_sides_are_one_tree)
{
    struct profile *p = made();
    ck_assert_double_eq(p->frames[0].total[0], 160);
    ck_assert_double_eq(p->frames[0].total[1], 126);
    ck_assert_double_eq(frame(p, "all", "main")->self[0], 100);
    ck_assert_double_eq(frame(p, "all", "main")->total[1], 125);
    ck_assert_double_eq(frame(p, "main", "malloc")->self[0], 50);
    ck_assert_double_eq(frame(p, "main", "malloc")->total[0], 60);
    ck_assert_double_eq(frame(p, "main", "malloc")->total[1], 25);
    ck_assert_double_eq(frame(p, "malloc", "slow")->self[0], 7);
    ck_assert_double_eq(frame(p, "slow", "slow")->self[0], 3);
    ck_assert_double_eq(frame(p, "malloc", "list<a&b>")->self[0], 0);
    ck_assert_double_eq(frame(p, "(below main)", "(no name)")->self[1], 1);
    profile_free(p);
}
END_TEST

START_TEST(functions_that_differ_most_come_first)
{
    struct profile *p = made();
    struct profile_row *rows;
    ck_assert_uint_eq(profile_rank(p, &rows), 6);
    ck_assert_str_eq(rows[0].name, "malloc");
    ck_assert_double_eq(rows[0].per_op[0], 5);
    ck_assert_double_eq(rows[0].per_op[1], 2);
    ck_assert_str_eq(rows[1].name, "slow");
    ck_assert_double_eq(rows[1].per_op[0], 1);
    ck_assert_str_eq(rows[2].name, "list<a&b>");
    free(rows);
    profile_free(p);
}
END_TEST

START_TEST(a_file_that_ends_early_is_refused)
{
    struct profile *p = profile_new();
    int fd = memfd_create("callgrind", 0);
    ck_assert(write(fd, before, 100) == 100);
    ck_assert(!profile_read(p, 0, fd));
    close(fd);
    profile_free(p);
}
END_TEST

static void wants(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no '%s' in:\n%s", part, text);
}

START_TEST(the_table_shows_calls_that_differ_and_faults)
{
    struct profile *p = made();
    char *text = NULL;
    size_t size = 0;
    for (int side = 0; side < 2; side++) {
        profile_count_set(p, side, "strace.mmap", 5, 10);
        profile_count_set(p, side, "strace.write", 1, 10);
        profile_count_set(p, side, "syscalls_all", side ? 9 : 6, 10);
        profile_count_set(p, side, "faults", side ? 80 : 100, 10);
    }
    profile_count_set(p, 1, "strace.brk", 3, 10);
    FILE *out = open_memstream(&text, &size);
    why_table_print(out, p);
    fclose(out);
    wants(text, "  malloc                                           5.00         2.00        -3.00\n");
    wants(text, "  all                                             16.00        12.60        -3.40\n");
    wants(text, "  system calls: mmap                                  5            5           +0\n");
    wants(text, "  system calls: brk                                   0            3           +3\n");
    wants(text, "  page faults: minor                                100           80          -20\n");
    ck_assert(!strstr(text, "write"));
    free(text);
    profile_free(p);
}
END_TEST

START_TEST(counts_of_runs_of_another_length_are_per_operation)
{
    struct profile *p = made();
    char *text = NULL;
    size_t size = 0;
    profile_count_set(p, 0, "faults", 50, 1000);
    profile_count_set(p, 1, "faults", 100, 2000);
    FILE *out = open_memstream(&text, &size);
    why_table_print(out, p);
    fclose(out);
    wants(text, "  per million operations ");
    wants(text, "  page faults: minor                            50000.0      50000.0         +0.0\n");
    free(text);
    profile_free(p);
}
END_TEST

START_TEST(the_flame_graph_draws_both_sides_and_escapes_names)
{
    static const char *const label[] = {"p11", "p12 <&\" \x01\xff"};
    struct profile *p = made();
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    flame_write(out, p, "a & b", label);
    fclose(out);
    wants(text, "prefers-color-scheme:dark");
    wants(text, ">before, A, p11: 16.00 instructions per operation<");
    wants(text, ">after, B, p12 &lt;&amp;&quot; ??: 12.60 instructions per operation<");
    wants(text, "<title>malloc: A 6.00, B 2.50 instructions per operation; of its own A 5.00, B 2.00</title><rect class"
                "=\"less3\"");
    wants(text, "<title>list&lt;a&amp;b&gt;: A 0.00, B 0.50");
    ck_assert(!strstr(text, "<script"));
    free(text);
    profile_free(p);
}
END_TEST

TEST_MAIN("profiles", both_sides_are_one_tree, functions_that_differ_most_come_first, a_file_that_ends_early_is_refused,
          the_table_shows_calls_that_differ_and_faults,
          counts_of_runs_of_another_length_are_per_operation, the_flame_graph_draws_both_sides_and_escapes_names)
