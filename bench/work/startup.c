/* SPDX-License-Identifier: MIT */
/* startup.c - starts itself again and again, one process at a time; each makes its first malloc, checks it and ends.
 *
 * Measures what a process pays before main and for the first block. Timed: fork to reaped, for each process.
 */
#include "work.h"

#include <sys/wait.h>

enum { RUNS, SIZE, ARGS };

static const struct work_arg args[ARGS] = {
    [RUNS] = {"runs", "processes to start", 200, 1, 1u << 24},
    [SIZE] = {"size", "bytes of the first block", 64, 16, WORK_MAX_SIZE},
};

/* The process that is measured: its second argument is the size. */
static int first_malloc(const char *text)
{
    work_name = "startup";
    uint32_t size = (uint32_t)strtoull(text, NULL, 10);
    void *p = work_make(size, size);
    work_drop(p, size, size);
    return 0;
}

static void start_one(char *const child[])
{
    pid_t pid = fork();
    if (pid < 0)
        work_fail("cannot fork: %s", strerror(errno));
    if (!pid) {
        execv("/proc/self/exe", child);
        work_fail("cannot start itself again: %s", strerror(errno));
    }
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            work_fail("cannot wait for a process: %s", strerror(errno));
    if (WIFSIGNALED(status))
        work_fail("a started process ended by signal %d", WTERMSIG(status));
    if (status)
        _exit(1); /* that process has said why */
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "--first-malloc"))
        return first_malloc(argv[2]);
    uint64_t value[ARGS], checksum = 0;
    work_args("startup", "Starts itself `runs` times; each process makes one malloc. An operation is one process.", args, ARGS,
              argc, argv, value);
    char size[24], name[] = "startup", option[] = "--first-malloc";
    snprintf(size, sizeof size, "%llu", (unsigned long long)value[SIZE]);
    char *const child[] = {name, option, size, NULL};
    double total = 0, least = 0;
    for (uint64_t i = 0; i < value[RUNS]; i++) {
        double start = work_now();
        start_one(child);
        double taken = work_now() - start;
        total += taken;
        least = !i || taken < least ? taken : least;
        checksum = work_mix(checksum + work_head((uint32_t)value[SIZE], (uint32_t)i));
    }
    work_result(value[RUNS], total, checksum, "size=%llu mean_us=%.1f min_us=%.1f", (unsigned long long)value[SIZE],
                total / (double)value[RUNS] * 1e6, least * 1e6);
    return 0;
}
