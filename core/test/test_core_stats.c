/* SPDX-License-Identifier: MIT */
/* test_core_stats.c - what the allocator says at exit: in one write, as valid JSON, with the process's number and name, and to the
 * file that HAKMEM_STATS_FILE names. */
#define _GNU_SOURCE
#include "core/heap/env.h"
#include "core/low/report.h"
#include "core/heap/stats.h"
#include "core/test/test_core.h"
#include "core/test/test_said.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

/* The number of writes with which body() says what it says, and ends well. */
static int writes_of(void (*body)(void))
{
    int status, writes = said_by(body, &status);
    must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return writes;
}

static void say_json(void)
{
    env_stats = ENV_STATS_JSON;
    os_first_word = program_invocation_short_name = "a\"b\\c\td\xff"; /* with musl the library asks the second */
    stats_print_at_exit();
}

static void say_text(void)
{
    env_stats = ENV_STATS_TEXT;
    stats_print_at_exit();
}

/* The value behind "key": in said, or UINT64_MAX. */
static uint64_t number_of(const char *key)
{
    char pattern[80];
    snprintf(pattern, sizeof pattern, "\"%s\":", key);
    const char *at = strstr(said, pattern);
    return at ? strtoull(at + strlen(pattern), NULL, 10) : UINT64_MAX;
}

START_TEST(test_json_is_one_write)
{
    must(writes_of(say_json) == 1);
    must(strncmp(said, "{\"variant\":\"", 12) == 0 && strchr(said, '\n') == said + strlen(said) - 1);
    must(strcmp(said + strlen(said) - 2, "}\n") == 0 && !strchr(said + 1, '{'));
    must(number_of("pid") > 1 && number_of("live_blocks") != UINT64_MAX);
    ck_assert_ptr_nonnull(strstr(said, ",\"program\":\"a\\u0022b\\u005cc\\u0009d\\u00ff\","));
    must(strlen(said) < 4096); /* what a pipe takes in one piece, whoever else writes */
}
END_TEST

START_TEST(test_text_is_one_write)
{
    must(writes_of(say_text) == 1);
    must(strncmp(said, "variant ", 8) == 0 && strstr(said, "\npid ") && strstr(said, "\nlive_blocks "));
    must(strstr(said, "\nprogram test_core_stats\n"));
    must(writes_of(stats_print_text) == 1 && strncmp(said, "variant ", 8) == 0);
}
END_TEST

static void count_one(void *count, const char *name, uint64_t value)
{
    (void)name, (void)value;
    ++*(size_t *)count;
}

START_TEST(test_help_says_what_each_counter_counts)
{
    size_t counters = 0, lines = 0;
    must(writes_of(stats_print_help) > 1);
    for (char *line = strchr(said, '\n') + 1; *line; line = strchr(line, '\n') + 1, lines++) {
        char name[64], words[8];
        must(sscanf(line, "  %63[a-z0-9_.]  %7[^\n]", name, words) == 2);
    }
    hak_stats_each(count_one, &counters);
    ck_assert_uint_eq(lines, counters);
}
END_TEST

static void say_nothing(void)
{
    stats_print_at_exit();
}

START_TEST(test_silent_unless_asked)
{
    must(writes_of(say_nothing) == 0);
}
END_TEST

/* A report longer than its mapping goes out whole. */
static void say_much(void)
{
    struct report r;
    errno = 4711;
    report_open(&r, NULL);
    for (uint64_t i = 0; i < REPORT_BYTES / 4; i++)
        report_add(&r, "%u", 1000000 + i % 1000000);
    report_close(&r);
    must(errno == 4711);
}

START_TEST(test_long_reports_are_whole)
{
    must(writes_of(say_much) == 2);
    must(strlen(said) == REPORT_BYTES / 4 * 7);
    for (size_t i = 0; i < REPORT_BYTES / 4; i++)
        must(said[i * 7] == '1' && (size_t)atoi((char[8]){said[i * 7 + 1], said[i * 7 + 2], said[i * 7 + 3], said[i * 7 + 4],
                                                          said[i * 7 + 5], said[i * 7 + 6]}) == i % 1000000);
}
END_TEST

static void say_json_without_memory(void)
{
    struct rlimit limit = {1 << 20, 1 << 20};
    must(setrlimit(RLIMIT_AS, &limit) == 0);
    say_json();
}

/* Without memory for a mapping: in pieces, but all of it. */
START_TEST(test_no_memory_no_loss)
{
    if (test_shadowed())
        return;
    must(writes_of(say_json_without_memory) > 1);
    must(strncmp(said, "{\"variant\":\"", 12) == 0 && strcmp(said + strlen(said) - 2, "}\n") == 0);
    must(number_of("pid") > 1 && number_of("syscalls") != UINT64_MAX);
}
END_TEST

static char folder[64];

static void to_file(const char *name)
{
    snprintf(env_stats_file, sizeof env_stats_file, "%s/%s", folder, name);
    stats_print_at_exit();
}

static void say_to_file(void)
{
    env_stats = ENV_STATS_JSON;
    to_file("a b.json");
    to_file("a b.json");
    to_file("%p-%%-%q-%p");
    env_stats = ENV_STATS_OFF; /* the file alone asks for text */
    to_file("text");
}

/* What the file holds; NULL: there is none. */
static char *contents(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return NULL;
    ssize_t got = read(fd, said, sizeof said - 1);
    must(got >= 0);
    said[got] = 0;
    close(fd);
    must(unlink(path) == 0);
    return said;
}

START_TEST(test_file)
{
    strcpy(folder, "/tmp/hakmem-stats-XXXXXX");
    must(mkdtemp(folder));
    must(writes_of(say_to_file) == 0);
    char *text = contents("a b.json"), *second, name[60];
    must(text && (second = strchr(text, '\n')) && strncmp(second + 1, "{\"variant\":\"", 12) == 0);
    unsigned long long pid = number_of("pid");
    must(second[1 + strcspn(second + 1, "\n") + 1] == 0);
    snprintf(name, sizeof name, "%llu-%%-%%q-%llu", pid, pid);
    must(contents(name) && number_of("pid") == pid);
    must((text = contents("text")) && strncmp(text, "variant ", 8) == 0);
    must(rmdir(folder) == 0);
}
END_TEST

static void say_to_no_file(void)
{
    env_stats = ENV_STATS_JSON;
    strcpy(env_stats_file, "/no/such/folder/file");
    stats_print_at_exit();
    memset(env_stats_file, 'x', sizeof env_stats_file - 2);
    memcpy(env_stats_file + 10, "%p%p%p%p", 8);
    stats_print_at_exit();
}

START_TEST(test_no_file_no_loss)
{
    must(writes_of(say_to_no_file) == 2 && number_of("pid") > 1);
}
END_TEST

TEST_MAIN("reports", test_json_is_one_write, test_text_is_one_write, test_help_says_what_each_counter_counts,
          test_silent_unless_asked, test_long_reports_are_whole, test_no_memory_no_loss, test_file, test_no_file_no_loss)
