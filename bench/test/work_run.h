/* SPDX-License-Identifier: MIT */
/* work_run.h - runs a workload program and keeps what it said, for the tests of bench/work.
 *
 * The programs are looked for in the folder named by HAK_WORK_DIR, or in out/work.
 */
#ifndef HAK_WORK_RUN_H
#define HAK_WORK_RUN_H

#include "core/test/test.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Exit status (or 128 + signal), and what was written to standard output and standard error. */
struct run {
    int status;
    char out[4096], err[4096];
};

/* A workload with arguments that end within a moment. */
struct small {
    const char *name, *arguments;
};

static const struct small small[] = {
    {"random_mixed", "20000 256 42"},
    {"fixed_size", "20000 48 64"},
    {"tiny_hot", "64 50 200"},
    {"mid_large_mt", "2 2000 64 42"},
    {"larson", "1 8 200 50 20 7 3"},
    {"producer_consumer", "2 20000 42"},
    {"exchange", "2 10000 64 42"},
    {"thread_churn", "40 4 64 42"},
    {"realloc_grow", "65536 4 8 100 42"},
    {"burst_idle", "2000000 0 1 42"},
    {"fragmentation", "1 1000000 7 42"},
    {"startup", "3"},
    {"lifo_burst", "2 200 50"},
    {"large_churn", "400 20 4096 65536 42"},
    {"remote_only", "2 200000 4"},
    {"idle_threads", "8 20000 0"},
    {"xmalloc", "2 2 20 20000"},
    {"cache_scratch", "2 10 8 100"},
    {"stress", "2 500 20"}, /* of its calls few are of malloc and realloc */
    {"bignum", "40 500"},
    {"trace_replay", "bench/trace/sqlite.trace"},
    {"pattern", "shuffled-4000 3"},
    {"contents", "300 50"},
};

enum { SMALL = sizeof small / sizeof *small };

static inline void run_path(char *path, size_t room, const char *file)
{
    const char *folder = getenv("HAK_WORK_DIR");
    snprintf(path, room, "%s/%s", folder ? folder : "out/work", file);
}

static inline void run_read(FILE *file, char *text, size_t room)
{
    rewind(file);
    text[fread(text, 1, room - 1, file)] = 0;
    fclose(file);
}

/* When not 0: the address space, in bytes, of the programs run. */
__attribute__((unused)) static rlim_t run_memory;

/* Runs a workload with arguments separated by single spaces, under a library to preload or NULL. */
__attribute__((unused)) static struct run run_work(const char *name, const char *arguments, const char *preload)
{
    char path[512], words[512], *argv[32] = {path};
    run_path(path, sizeof path, name);
    snprintf(words, sizeof words, "%s", arguments);
    size_t count = 1;
    for (char *word = strtok(words, " "); word && count < 31; word = strtok(NULL, " "))
        argv[count++] = word;
    FILE *out = tmpfile(), *err = tmpfile();
    ck_assert_msg(out && err, "cannot make temporary files");
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (!pid) {
        dup2(fileno(out), STDOUT_FILENO);
        dup2(fileno(err), STDERR_FILENO);
        if (run_memory)
            setrlimit(RLIMIT_AS, &(struct rlimit){.rlim_cur = run_memory, .rlim_max = run_memory});
        if (preload)
            setenv("LD_PRELOAD", preload, 1);
        execv(path, argv);
        dprintf(STDERR_FILENO, "cannot run %s", path);
        _exit(127);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    struct run run = {.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
    run_read(out, run.out, sizeof run.out);
    run_read(err, run.err, sizeof run.err);
    return run;
}

static inline bool one_line(const char *text)
{
    const char *end = strchr(text, '\n');
    return end && end > text && !end[1];
}

/* The value of a key in a result line, up to the next space, in `value`; false when the key is missing. */
__attribute__((unused)) static bool run_key(const char *line, const char *key, char value[64])
{
    char start[64];
    int length = snprintf(start, sizeof start, " %s=", key);
    const char *found = strncmp(line, start + 1, (size_t)length - 1) ? strstr(line, start) : line - 1;
    if (!found)
        return false;
    snprintf(value, 64, "%.*s", (int)strcspn(found + length, " \n"), found + length);
    return true;
}

#endif
