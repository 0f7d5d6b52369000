/* SPDX-License-Identifier: MIT */
/* test_core_env.c - environment variables: values that parse, values that do not, names that nobody knows, the help table. */
#include "core/heap/env.h"
#include "core/test/test_core.h"
#include <sys/wait.h>

static char said[16384];

/* What env_read says about these entries in a fresh process, which then exits with check()'s answer. */
static int read_env(char **environment, int (*check)(void))
{
    int ends[2], status;
    size_t length = 0;
    ssize_t got;
    must(pipe(ends) == 0);
    pid_t child = fork();
    must(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        env_read(environment);
        _exit(check());
    }
    close(ends[1]);
    while ((got = read(ends[0], said + length, sizeof said - 1 - length)) > 0)
        length += (size_t)got;
    said[length] = 0;
    close(ends[0]);
    must(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int stats_value(void)
{
    return (int)env_stats;
}

static int no_value(void)
{
    return env_stats || env_help || env_crash_log || *env_stats_file;
}

static int all_values(void)
{
    return env_stats == ENV_STATS_JSON && env_help == 1 && env_crash_log == 1;
}

static int help(void)
{
    env_print_help();
    return 0;
}

START_TEST(test_good_values)
{
    const struct {
        char *entry;
        int value;
    } rows[] = {{"HAKMEM_STATS=0", 0},
                {"HAKMEM_STATS=1", 1},
                {"HAKMEM_STATS=2", 2},
                {"HAKMEM_STATS=json", 2},
                {"HAKMEM_STATS=0002", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *environment[] = {"PATH=/bin", rows[i].entry, "LANG=C", NULL};
        ck_assert_int_eq(read_env(environment, stats_value), rows[i].value);
        ck_assert_str_eq(said, "");
    }
    char *many[] = {"HAKMEM_HELP=1", "HAKMEM_CRASH_LOG=1", "HAKMEM_STATS=json", NULL}, *none[] = {NULL};
    must(read_env(many, all_values) == 1 && !*said);
    must(read_env(none, no_value) == 0 && read_env(NULL, no_value) == 0 && !*said);
}
END_TEST

START_TEST(test_bad_values)
{
    const char *values[] = {
        "", "3", "-1", "+1", " 1", "1 ", "1x", "0x1", "1.0", "yes", "JSON", "jsonx", "18446744073709551616",
        "99999999999999999999999999999999"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char entry[100], line[200];
        snprintf(entry, sizeof entry, "HAKMEM_STATS=%s", values[i]);
        snprintf(line, sizeof line, "hakmem: %s: not a number from 0 to 2: ignored, 0 stays\n", entry);
        char *environment[] = {entry, NULL};
        ck_assert_int_eq(read_env(environment, no_value), 0);
        ck_assert_str_eq(said, line);
    }
}
END_TEST

START_TEST(test_json_is_for_stats_only)
{
    char *environment[] = {"HAKMEM_HELP=json", NULL};
    must(read_env(environment, no_value) == 0);
    ck_assert_str_eq(said, "hakmem: HAKMEM_HELP=json: not a number from 0 to 2: ignored, 0 stays\n");
}
END_TEST

START_TEST(test_unknown_names)
{
    const char *near[][2] = {
        {"HAKMEM_STAT=1", "STATS"},  {"HAKMEM_STATSX=1", "STATS"},           {"HAKMEM_stats=1", "STATS"},
        {"HAKMEM_SATTS=0", "STATS"}, {"HAKMEM_STATS_FILES=x", "STATS_FILE"}, {"HAKMEM_CRASHLOG=1", "CRASH_LOG"},
        {"HAKMEM_HLP=1", "HELP"},    {"HAKMEM_CRASH_LOGGING=", "CRASH_LOG"}};
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        char line[300], entry[100], *environment[] = {entry, NULL};
        strcpy(entry, near[i][0]);
        snprintf(line, sizeof line,
                 "hakmem: %s: variant %s has no such variable: ignored (HAKMEM_%s is one, HAKMEM_HELP=1 lists them)\n", entry,
                 hak_variant(), near[i][1]);
        must(read_env(environment, no_value) == 0);
        ck_assert_str_eq(said, line);
    }
    char *others[] = {"HAKMEM=1", "hakmem_STATS=1", "XHAKMEM_STATS=1", "HAKMEM_STATS", "", "=", NULL};
    must(read_env(others, no_value) == 0);
    ck_assert_str_eq(said, "");
}
END_TEST

/* Somebody else's: no word, unless the table is asked for. */
START_TEST(test_names_of_others)
{
    char *names[] = {"HAKMEM_SOURCE_DIR=/x", "HAKMEM_=1", "HAKMEM_X=1", "HAKMEM_VERSION=3", "HAKMEM_BACKEND_LOCATION=y", "HAKMEM_==",
                     "HAKMEM_A_NAME_THAT_IS_MUCH_LONGER_THAN_ANY_THAT_IS_KNOWN_HERE=1", NULL};
    must(read_env(names, no_value) == 0);
    ck_assert_str_eq(said, "");
    char *asked[] = {"HAKMEM_SOURCE_DIR=/x", "HAKMEM_HELP=1", NULL}, line[300];
    must(read_env(asked, no_value) != 0);
    snprintf(line, sizeof line, "hakmem: HAKMEM_SOURCE_DIR=/x: variant %s has no such variable: ignored\n", hak_variant());
    ck_assert_str_eq(said, line);
}
END_TEST

static int file_given(void)
{
    return strcmp(env_stats_file, "/a b/%p.json") == 0;
}

START_TEST(test_path)
{
    char *environment[] = {"HAKMEM_STATS_FILE=/a b/%p.json", NULL}, *none[] = {"HAKMEM_STATS_FILE=-", NULL};
    must(read_env(environment, file_given) == 1 && !*said);
    must(read_env(none, no_value) == 0 && !*said);
    static char entry[ENV_PATH_MAX + 100] = "HAKMEM_STATS_FILE=";
    memset(entry + strlen(entry), 'x', ENV_PATH_MAX);
    char *too_long[] = {entry, NULL};
    must(read_env(too_long, no_value) == 0);
    ck_assert_str_eq(said, "hakmem: HAKMEM_STATS_FILE: the path is too long: ignored\n");
}
END_TEST

START_TEST(test_last_one_counts)
{
    char *environment[] = {"HAKMEM_STATS=2", "HAKMEM_STATS=1", "HAKMEM_STATS=7", NULL};
    must(read_env(environment, stats_value) == 1);
    must(strstr(said, "STATS=7: not a number"));
}
END_TEST

/* Every line of the table names a variable, a default that the table itself takes, and the limits. */
START_TEST(test_help)
{
    char *none[] = {NULL}, table[sizeof said], *rest = table;
    must(read_env(none, help) == 0);
    char head[200];
    snprintf(head, sizeof head, "hakmem %s reads these environment variables at start:\n", hak_variant());
    must(strncmp(said, head, strlen(head)) == 0);
    must(strstr(said, "\n  HAKMEM_STATS=0  ") && strstr(said, "\n  HAKMEM_HELP=0  ") &&
         strstr(said, "\n  HAKMEM_CRASH_LOG=0  "));
    strcpy(table, said + strlen(head));
    for (char *line; (line = strtok_r(rest, "\n", &rest));) {
        char entry[200];
        uint64_t low, high;
        must(sscanf(line, "  %199s", entry) == 1 && strncmp(entry, "HAKMEM_", 7) == 0 && strchr(entry, '=')[1]);
        char *limits = strrchr(line, '(');
        must(strcmp(entry, "HAKMEM_STATS_FILE=-") != 0 || (limits && strcmp(limits, "(a path)") == 0));
        if (strcmp(entry, "HAKMEM_STATS_FILE=-") == 0)
            continue;
        must(limits && sscanf(limits, "(%lu..%lu)", &low, &high) == 2 && low <= high && limits - line > 20);
        char *environment[] = {entry, NULL};
        must(read_env(environment, no_value) == 0);
        ck_assert_str_eq(said, "");
    }
}
END_TEST

TEST_MAIN("environment", test_good_values, test_bad_values, test_json_is_for_stats_only, test_unknown_names,
          test_names_of_others, test_path, test_last_one_counts, test_help)
