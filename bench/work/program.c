/* SPDX-License-Identifier: MIT */
/* program.c - runs a real program: a script of bench/program, which makes the inputs once and then becomes the program.
 *
 * Timed: fork to reaped. The checksum is of what the program prints, which must not depend on the allocator; this process
 * reads it only afterwards, from memory. Peak memory is not its business: whoever waits for it gets the largest of the whole
 * tree from the kernel (ru_maxrss).
 */
#define _GNU_SOURCE
#include "work.h"

#include <sys/mman.h>
#include <sys/wait.h>

enum { NOT_HERE = 77 }; /* status of a script whose program is not installed */

/* Runs a script with one verb, its output going to a file; without what is preloaded unless the verb is run. size: small, NULL. */
static void script_run(char *script, const char *verb, char *size, int output)
{
    char *const argv[] = {script, (char *)verb, size, NULL};
    pid_t pid = fork();
    if (pid < 0)
        work_fail("cannot fork: %s", strerror(errno));
    if (!pid) {
        if (strcmp(verb, "run"))
            unsetenv("LD_PRELOAD");
        if (dup2(output, STDOUT_FILENO) < 0)
            work_fail("cannot redirect its output: %s", strerror(errno));
        execv(script, argv);
        work_usage("cannot run %s: %s", script, strerror(errno));
    }
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            work_fail("cannot wait for a process: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_HERE)
        _exit(NOT_HERE); /* it has said what is missing */
    if (WIFSIGNALED(status))
        work_fail("%s %s: %s", script, verb, strsignal(WTERMSIG(status)));
    if (status)
        work_fail("%s %s: exit status %d", script, verb, WEXITSTATUS(status));
}

/* FNV-1a (Fowler, Noll, Vo) of a file from its beginning; its length in bytes. */
static uint64_t output_sum(int output, uint64_t *bytes)
{
    unsigned char part[4096];
    uint64_t sum = 0xCBF29CE484222325u;
    ssize_t got;
    *bytes = 0;
    for (lseek(output, 0, SEEK_SET); (got = read(output, part, sizeof part)) > 0; *bytes += (uint64_t)got)
        for (ssize_t i = 0; i < got; i++)
            sum = (sum ^ part[i]) * 0x100000001B3u;
    return sum;
}

int main(int argc, char **argv)
{
    char script[128];
    work_name = "program";
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        puts("usage: program NAME [small]\nRuns bench/program/NAME.sh in the root of the tree, or a small part of its work. An operation is "
             "one run.\n\n"
             "Prints one line of key=value pairs. Exit status: 0, 1 on a failure, 2 on a bad argument, 77 when it is not installed.");
        return fflush(stdout) ? 1 : 0;
    }
    if (argc < 2 || argc > 3 || strchr(argv[1], '/') || strlen(argv[1]) > 64)
        work_usage("want one NAME, that of a script of bench/program without .sh");
    if (argc == 3 && strcmp(argv[2], "small"))
        work_usage("%s: want small, or nothing, after NAME", argv[2]);
    snprintf(script, sizeof script, "bench/program/%s.sh", argv[1]);
    if (access(script, X_OK) != 0)
        work_usage("%s: no such script in bench/program of this folder", argv[1]);
    int output = memfd_create("output", MFD_CLOEXEC);
    if (output < 0)
        work_fail("cannot keep its output: %s", strerror(errno));
    script_run(script, "check", argv[2], STDERR_FILENO);
    script_run(script, "prepare", argv[2], STDERR_FILENO);
    double start = work_now();
    script_run(script, "run", argv[2], output);
    double seconds = work_now() - start;
    uint64_t bytes, sum = output_sum(output, &bytes);
    work_result(1, seconds, sum, "program=%s output=%llu", argv[1], (unsigned long long)bytes);
    _exit(0); /* without counters of its own: those of the program are the last that were said */
}
