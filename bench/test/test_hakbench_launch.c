/* SPDX-License-Identifier: MIT */
/* test_hakbench_launch.c - the launcher: what it sees is the child's alone, and whatever the child does comes to an end.
 *
 * Needs out/bench/hakbench and out/work; writes scripts below $HAK_OUT/test.
 */
#include "bench/take/launch.h"
#include "core/test/test.h"
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct launch_result result;
static const char *run_library; /* of run_script */

/* Runs a script of these lines in a fresh process. */
static bool run_script(const char *lines, enum mode mode, int cpu, double timeout, const char *const *environment)
{
    char path[256], command[512];
    const char *out = getenv("HAK_OUT");
    snprintf(path, sizeof path, "%s/test/launch.%d.sh", out ? out : "/tmp", getpid());
    FILE *file = fopen(path, "w");
    ck_assert_msg(file && fputs(lines, file) >= 0 && fclose(file) == 0, "cannot write %s", path);
    snprintf(command, sizeof command, "/bin/sh %s", path);
    launch_program = "out/bench/hakbench";
    struct launch_order order = {.command = command, .mode = mode, .cpu = cpu, .timeout = timeout, .plain = true,
                                 .environment = environment, .library = run_library};
    bool good = launch_take(&order, &result);
    unlink(path);
    return good;
}

static bool run_work(const char *command, const char *library, enum mode mode)
{
    launch_program = "out/bench/hakbench";
    struct launch_order order = {.command = command, .library = library, .mode = mode, .cpu = -1};
    return launch_take(&order, &result);
}

static void said(const char *words)
{
    ck_assert_msg(strstr(result.why, words) && !strchr(result.why, '\n'), "it said: %s", result.why);
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A child starts with its parent's peak: a parent of 300 MiB must not show. */
START_TEST(a_fat_parent_does_not_show)
{
    size_t size = (size_t)300 << 20;
    char *fat = malloc(size);
    memset(fat, 1, size);
    ck_assert_msg(run_work("out/work/random_mixed 1000 16 1", NULL, MODE_TIME), "%s", result.why);
    ck_assert_double_gt(launch_value(&result, "rss_peak"), 500);
    ck_assert_double_lt(launch_value(&result, "rss_peak"), 8000);
    ck_assert_double_lt(launch_value(&result, "rss_own"), 8000);
    ck_assert_double_lt(launch_value(&result, "faults"), 2000);
    launch_free(&result);
    free(fat);
}
END_TEST

/* Pages that the kernel has counted on a processor, but not added up when the process ends, are part of the peak. */
START_TEST(a_peak_is_whole)
{
    for (int i = 0; i < 5; i++) {
        ck_assert_msg(run_work("out/work/random_mixed 20000 16384 1 512 2048", NULL, MODE_TIME), "%s", result.why);
        ck_assert_double_ge(launch_value(&result, "rss_peak"), launch_value(&result, "rss_own"));
        launch_free(&result);
    }
}
END_TEST

START_TEST(what_a_timing_run_yields)
{
    static const char *const names[] = {"ops",      "seconds", "ops_s",        "wall_s",   "user_s",         "sys_s",
                                        "rss_peak", "faults",  "major_faults", "switches", "switches_forced"};
    ck_assert_msg(run_work("out/work/random_mixed 1000 16 1", NULL, MODE_TIME), "%s", result.why);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ck_assert_msg(!isnan(launch_value(&result, names[i])), "no %s", names[i]);
    ck_assert_double_eq(launch_value(&result, "ops"), 1000);
    ck_assert_uint_eq(strlen(result.checksum), 16);
    launch_free(&result);
}
END_TEST

START_TEST(memory_over_time)
{
    ck_assert_msg(run_work("out/work/burst_idle 20000000 1 50 42", NULL, MODE_MEMORY), "%s", result.why);
    ck_assert_uint_gt(result.series_count, 5);
    ck_assert_double_gt(launch_value(&result, "rss_max"), 18000);
    ck_assert_double_gt(launch_value(&result, "rss_settled"), 8000);
    ck_assert_double_gt(launch_value(&result, "live_kb"), 8000);
    for (size_t i = 1; i < result.series_count; i++)
        ck_assert_double_gt(result.series[i].seconds, result.series[i - 1].seconds);
    launch_free(&result);
}
END_TEST

START_TEST(a_hanging_child_is_ended)
{
    double start = seconds_now();
    ck_assert(!run_script("echo still here\nwhile :; do sleep 1; done\n", MODE_TIME, -1, 0.3, NULL));
    said("no end within 0.3 s");
    said("still here");
    ck_assert_double_lt(seconds_now() - start, 10);
    ck_assert(!run_script("trap '' TERM\nwhile :; do sleep 1; done\n", MODE_TIME, -1, 0.3, NULL));
    said("no end within");
    ck_assert_double_lt(seconds_now() - start, 15);
}
END_TEST

/* What a child has started ends with it, also when the child itself ended well. */
START_TEST(nothing_is_left_behind)
{
    int pid = 0;
    ck_assert(run_script("sleep 77 >/dev/null 2>&1 &\necho left $!\n", MODE_TIME, -1, 5, NULL));
    ck_assert_int_eq(sscanf(strstr(result.text, "left"), "left %d", &pid), 1);
    ck_assert_int_ne(kill(pid, 0), 0);
    ck_assert(!run_script("sleep 78 &\necho left $!\nwait\n", MODE_TIME, -1, 0.3, NULL));
    ck_assert_int_eq(sscanf(strstr(result.text, "left"), "left %d", &pid), 1);
    ck_assert_int_ne(kill(pid, 0), 0);
}
END_TEST

/* One with a session of its own keeps standard output open: neither the timeout nor the end waits for it. */
START_TEST(a_session_of_its_own)
{
    int pid = 0;
    double start = seconds_now();
    ck_assert(!run_script("setsid sleep 76 &\necho left $!\nsleep 75\n", MODE_TIME, -1, 0.5, NULL));
    said("no end within 0.5 s");
    ck_assert_int_eq(sscanf(strstr(result.text, "left"), "left %d", &pid), 1);
    ck_assert_int_ne(kill(pid, 0), 0);
    ck_assert_msg(run_script("setsid sleep 74 &\nsleep 0.3\n", MODE_TIME, -1, 5, NULL), "%s", result.why);
    ck_assert_double_lt(seconds_now() - start, 10);
}
END_TEST

START_TEST(nothing_starts_after_a_stop)
{
    double start = seconds_now();
    launch_stop(SIGINT);
    ck_assert(!run_script("sleep 30\n", MODE_TIME, -1, 60, NULL));
    launch_stopped = 0;
    ck_assert_double_lt(seconds_now() - start, 10);
    ck_assert_msg(run_script("true\n", MODE_TIME, -1, 5, NULL), "%s", result.why);
}
END_TEST

START_TEST(how_it_ended)
{
    ck_assert(!run_script("echo bad thing >&2\nexit 3\n", MODE_TIME, -1, 5, NULL));
    said("exit status 3");
    said("bad thing");
    ck_assert(!run_script("echo last words\nkill -SEGV $$\n", MODE_TIME, -1, 5, NULL));
    said("Segmentation fault");
    said("last words");
    ck_assert(!isnan(launch_value(&result, "wall_s")));
    ck_assert(!run_work("out/work/no_such_program 1", NULL, MODE_TIME));
    said("No such file");
    ck_assert(!run_work("/bin/true", NULL, MODE_TIME));
    said("no ops=");
}
END_TEST

START_TEST(a_library_that_cannot_be_preloaded)
{
    ck_assert(!run_work("out/work/random_mixed 1000 16 1", "/no/such/library.so", MODE_TIME));
    said("cannot be preloaded");
}
END_TEST

/* LD_PRELOAD ends names at blanks and colons. */
START_TEST(a_library_in_a_folder_with_blanks)
{
    char path[256], target[4096];
    const char *out = getenv("HAK_OUT"), *library = getenv("HAK_LIB");
    snprintf(path, sizeof path, "%s/test/a b:c'd.%d.so", out ? out : "/tmp", getpid());
    ck_assert(library && realpath(library, target) && symlink(target, path) == 0);
    run_library = path;
    bool good = run_script("grep -m 1 -o 'libhakmem[.]so' /proc/self/maps\n", MODE_TIME, -1, 5, NULL);
    run_library = NULL;
    unlink(path);
    ck_assert_msg(good, "%s", result.why);
    ck_assert_str_eq(result.text, "libhakmem.so\n");
}
END_TEST

START_TEST(a_clean_environment)
{
    static const char *const environment[] = {"HAKMEM_X=1", NULL};
    setenv("HAKMEM_STRAY", "1", 1);
    setenv("MALLOC_ARENA_MAX", "1", 1);
    ck_assert(run_script("env | sort\n", MODE_TIME, -1, 5, environment));
    ck_assert_msg(!strstr(result.text, "STRAY") && !strstr(result.text, "MALLOC_ARENA_MAX"), "%s", result.text);
    ck_assert_msg(strstr(result.text, "HAKMEM_X=1\n") && strstr(result.text, "LANG=C\n"), "%s", result.text);
    ck_assert(run_script("wc -c; env\n", MODE_COUNT, -1, 5, NULL));
    ck_assert_msg(strncmp(result.text, "0\n", 2) == 0, "standard input is not empty: %s", result.text);
    ck_assert(strstr(result.text, "HAKMEM_STATS=json\n"));
}
END_TEST

/* Bytes and number of the environment's words shift the stack: the same with a library and settings, and without. */
START_TEST(an_environment_of_one_size)
{
    static const char *const environment[] = {"HAKMEM_SS_LRU_MB=8", "HAKMEM_FC_CAP=64", NULL};
    static const char script[] = "wc -c </proc/$$/environ\ntr -dc '\\000' </proc/$$/environ | wc -c\n";
    char plain[sizeof result.text];
    ck_assert_msg(run_script(script, MODE_TIME, -1, 5, NULL), "%s", result.why);
    strcpy(plain, result.text);
    ck_assert_int_gt(atoi(plain), 1000);
    ck_assert_msg(run_script(script, MODE_TIME, -1, 5, environment), "%s", result.why);
    ck_assert_str_eq(result.text, plain);
    run_library = getenv("HAK_LIB");
    ck_assert_msg(run_script(script, MODE_TIME, -1, 5, NULL), "%s", result.why);
    run_library = NULL;
    ck_assert_str_eq(result.text, plain);
}
END_TEST

START_TEST(pinned_when_asked)
{
    char want[32];
    int cpu = 0;
    for (int i = 0; i < 64; i++) {
        snprintf(want, sizeof want, "Cpus_allowed_list:\t%d\n", i);
        if (run_script("grep Cpus_allowed_list /proc/self/status\n", MODE_TIME, i, 5, NULL) && strstr(result.text, want))
            cpu++;
        else
            break;
    }
    ck_assert_int_ge(cpu, 1);
    ck_assert(run_script("grep Cpus_allowed_list /proc/self/status\n", MODE_TIME, -1, 5, NULL));
    ck_assert_msg(sysconf(_SC_NPROCESSORS_ONLN) == 1 || !strstr(result.text, "Cpus_allowed_list:\t0\n"), "%s", result.text);
}
END_TEST

/* A workload that talks without end keeps its last words, and does not stop the launcher. */
START_TEST(much_text)
{
    ck_assert(run_script("i=0\nwhile [ $i -lt 3000 ]; do echo line $i of a long story; i=$((i + 1)); done\n", MODE_TIME, -1, 20,
                         NULL));
    ck_assert(strstr(result.text, "line 2999 of a long story\n"));
}
END_TEST

TEST_MAIN("the launcher", a_fat_parent_does_not_show, a_peak_is_whole, what_a_timing_run_yields, memory_over_time,
          a_hanging_child_is_ended, nothing_is_left_behind, how_it_ended, a_library_that_cannot_be_preloaded,
          a_library_in_a_folder_with_blanks, a_clean_environment, pinned_when_asked,
          much_text, a_session_of_its_own, nothing_starts_after_a_stop, an_environment_of_one_size)
