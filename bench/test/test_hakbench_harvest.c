/* SPDX-License-Identifier: MIT */
/* test_hakbench_harvest.c - what tools and workloads say becomes values: result line, own counters, strace's table, callgrind's
 * file, RSS over time.
 */
#include "bench/take/launch.h"
#include "core/test/test.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct launch_result r;

static void says(const char *text)
{
    launch_free(&r);
    memset(&r, 0, sizeof r);
    snprintf(r.text, sizeof r.text, "%s", text);
}

static void is(const char *name, double value)
{
    ck_assert_msg(launch_value(&r, name) == value, "%s is %g, want %g", name, launch_value(&r, name), value);
}

static void is_none(const char *name)
{
    ck_assert_msg(isnan(launch_value(&r, name)), "%s is %g, want none", name, launch_value(&r, name));
}

static const char line[] = "warming up\nworkload=burst_idle ops=2000 seconds=0.500000 ops_per_s=4000 checksum=00ff00ff00ff00ff "
                           "bytes=10 name=abc live_kb=2 rss_kb=77\n";

START_TEST(the_result_line)
{
    says(line);
    harvest_result_line(&r, MODE_TIME);
    is("ops", 2000);
    is("seconds", 0.5);
    is("ops_s", 4000);
    is("live_kb", 2);
    is_none("work.rss_kb");
    ck_assert_str_eq(r.checksum, "00ff00ff00ff00ff");
    says("workload=x ops=1 seconds=1 ops_per_s=1\nworkload=x ops=2 seconds=1 ops_per_s=2\n");
    harvest_result_line(&r, MODE_TIME);
    is("ops", 2); /* the last one: a workload's children may have printed theirs before */
    says("no line of that kind, ops=3\n");
    harvest_result_line(&r, MODE_TIME);
    is_none("ops");
}
END_TEST

/* A throughput under strace or with counters on is none. */
START_TEST(no_speed_outside_of_timing)
{
    for (int mode = MODE_COUNT; mode < MODES; mode++) {
        says(line);
        harvest_result_line(&r, (enum mode)mode);
        is("ops", 2000);
        is_none("ops_s");
        is_none("seconds");
    }
    is("work.rss_kb", 77); /* MODE_MEMORY is the last */
    is_none("work.name");
}
END_TEST

START_TEST(own_counters)
{
    says("workload=x ops=1 seconds=1 ops_per_s=1\n{\"variant\":\"p9\",\"syscalls\":1}\n"
         "{\"variant\":\"p12\",\"superslabs_peak\":7,\"syscalls\":40,\"os.mmap.superslab\":3,\"os.mmap.meta\":2,"
         "\"os.munmap.mid\":1,\"os.madvise.mid\":0,\"os.mincore.owner\":9,\"os.other.meta\":4,\"front.hits\":100}\nsomething after it\n");
    harvest_own_counters(&r);
    ck_assert_str_eq(r.variant, "p12");
    is("superslabs_peak", 7);
    is("syscalls_own", 40);
    is("mmap", 5);
    is("munmap", 1);
    is("madvise", 0);
    is("mincore", 9);
    is("stat.front.hits", 100);
    is("stat.os.mmap.meta", 2);
    is("stat.syscalls", 40);
    says("{\"other\":1}\n");
    harvest_own_counters(&r);
    ck_assert_str_eq(r.variant, "");
    ck_assert_uint_eq(r.value_count, 0);
}
END_TEST

START_TEST(the_table_of_strace)
{
    says("workload=x ops=1\n"
         "% time     seconds  usecs/call     calls    errors syscall\n"
         "------ ----------- ----------- --------- --------- ------------------\n"
         " 60.00    0.000600           6       100           mmap\n"
         " 30.00    0.000300         300         1         1 access\n"
         "  5.00    0.000050           5        10           munmap\n"
         "  5.00    0.000050          10         5         2 mincore\n"
         "  0.00    0.000000           0         4           read\n"
         "------ ----------- ----------- --------- --------- ------------------\n"
         "100.00    0.001000           8       120         3 total\n");
    harvest_strace(&r);
    is("strace.mmap", 100);
    is("strace_s.mmap", 0.0006);
    is("strace.access", 1);
    is("strace.mincore", 5);
    is("syscalls", 115);
    is("syscalls_all", 120);
    is_none("strace.total");
    says("strace: cannot run\n");
    harvest_strace(&r);
    is_none("syscalls");
}
END_TEST

/* A file in the format of callgrind: inclusive costs of the workload's own calls, by whatever name the library's code has. */
START_TEST(the_file_of_callgrind)
{
    static const char text[] = "events: Ir\n"
                               "ob=(1) /tree/out/work/random_mixed\nfl=(1) a.c\nfn=(1) main\n10 50\n"
                               "cob=(2) /tree/out/p12/libhakmem.so\ncfn=(2) malloc\ncalls=10 5\n10 200\n"
                               "cob=(2)\ncfn=(3) free_slow\ncalls=1 5\n11 30\n"
                               "cob=(4) ???\ncfn=(9) free\ncalls=1 5\n11 1000\n"
                               "cob=(3) /lib/libc.so.6\ncfn=(4) printf\ncalls=1 0\n12 500\n"
                               "cfn=(1)\ncalls=1 9\n13 7000\n\n"
                               "ob=(2)\nfl=(2)\nfn=(2)\n5 200\ncfn=(5) malloc_slow\ncalls=1 6\n6 90000\n\n"
                               "ob=(3)\nfn=(4)\n1 400\ncob=(2)\ncfn=(2)\ncalls=1 5\n2 100000\n"
                               "totals: 880\n";
    int fd = memfd_create("callgrind", 0);
    ck_assert_int_eq(write(fd, text, sizeof text - 1), (int)sizeof text - 1);
    says("");
    ck_assert(harvest_callgrind(&r, fd, "/tree/out/work/random_mixed", "/tree/out/p12/libhakmem.so"));
    is("instructions", 880);
    is("instructions_allocator", 200 + 30 + 1000);
    says("");
    ck_assert(harvest_callgrind(&r, fd, "/tree/out/work/random_mixed", NULL));
    is("instructions_allocator", 200 + 1000);
    ck_assert_int_eq(ftruncate(fd, 40), 0);
    says("");
    ck_assert(!harvest_callgrind(&r, fd, "/tree/out/work/random_mixed", NULL));
    close(fd);
}
END_TEST

START_TEST(memory_over_time)
{
    static struct ds_point points[] = {{0, 100, 0}, {1, 900, 100}, {2, 500, 0}, {3, 500, 0}, {4, 500, 0},
                                       {5, 500, 0}, {6, 500, 0},   {7, 500, 0}, {8, 450, 50}, {9, 430, 30}};
    says("");
    r.series = points;
    r.series_count = 10;
    harvest_memory(&r);
    is("rss_max", 800);
    is("rss_settled", 400);
    r.series_count = 1;
    r.value_count = 0;
    harvest_memory(&r);
    is("rss_settled", 100);
    r.series_count = r.value_count = 0;
    harvest_memory(&r);
    is_none("rss_settled");
    r.series = NULL;
}
END_TEST

/* The same number twice, for the allocator and for the whole process, whatever the time is that the workload prints. */
START_TEST(instructions_repeat)
{
    double first[2] = {0, 0};
    if (!launch_can(MODE_INSTRUCTIONS))
        return;
    launch_program = "out/bench/hakbench";
    for (int i = 0; i < 2; i++) {
        struct launch_order order = {.command = "out/work/random_mixed 1000 16 1", .library = getenv("HAK_LIB"),
                                     .mode = MODE_INSTRUCTIONS, .cpu = -1};
        ck_assert_msg(launch_take(&order, &r), "%s", r.why);
        is("ops", 1000);
        if (i) {
            is("instructions", first[0]);
            is("instructions_allocator", first[1]);
        }
        first[0] = launch_value(&r, "instructions");
        first[1] = launch_value(&r, "instructions_allocator");
        ck_assert_double_gt(first[1], 1000 * 5);
        ck_assert_double_gt(first[0], first[1]);
        launch_free(&r);
    }
}
END_TEST

/* Twice the rounds cost twice as much: starting and warming up are not counted, of no thread. */
START_TEST(instructions_from_work_begin)
{
    static const char *const commands[2][2] = {{"out/work/pattern fifo-300 20", "out/work/pattern fifo-300 40"},
                                               {"out/work/pattern remote-1000 20", "out/work/pattern remote-1000 40"}};
    if (!launch_can(MODE_INSTRUCTIONS))
        return;
    launch_program = "out/bench/hakbench";
    for (int i = 0; i < 2; i++) {
        double count[2];
        for (int k = 0; k < 2; k++) {
            struct launch_order order = {.command = commands[i][k], .library = getenv("HAK_LIB"), .mode = MODE_INSTRUCTIONS,
                                         .cpu = -1};
            ck_assert_msg(launch_take(&order, &r), "%s", r.why);
            count[k] = launch_value(&r, "instructions");
            launch_free(&r);
        }
        ck_assert_msg(count[1] > 1.95 * count[0] && count[1] < 2.05 * count[0], "%s: %.0f, then %.0f", commands[i][0], count[0],
                      count[1]);
    }
}
END_TEST

START_TEST(calls_by_strace_and_by_itself)
{
    if (!launch_can(MODE_STRACE))
        return;
    launch_program = "out/bench/hakbench";
    struct launch_order order = {.command = "out/work/random_mixed 20000 4096 1", .library = getenv("HAK_LIB"), .cpu = -1};
    order.mode = MODE_COUNT;
    ck_assert_msg(launch_take(&order, &r), "%s", r.why);
    ck_assert_str_eq(r.variant, getenv("HAK_VARIANT"));
    double own = launch_value(&r, "mmap"), none;
    launch_free(&r);
    order.mode = MODE_STRACE;
    ck_assert_msg(launch_take(&order, &r), "%s", r.why);
    double seen = launch_value(&r, "strace.mmap");
    launch_free(&r);
    order.library = NULL;
    ck_assert_msg(launch_take(&order, &r), "%s", r.why);
    none = launch_value(&r, "strace.mmap");
    launch_free(&r);
    ck_assert_double_gt(own, 0);
    ck_assert_msg(seen >= own && seen <= own + none + 8, "%g mmap by strace, %g by itself, %g without it", seen, own, none);
}
END_TEST

TEST_MAIN("what is read from texts", the_result_line, no_speed_outside_of_timing, own_counters, the_table_of_strace,
          the_file_of_callgrind, memory_over_time, instructions_repeat, instructions_from_work_begin,
          calls_by_strace_and_by_itself)
