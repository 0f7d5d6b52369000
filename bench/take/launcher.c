/* SPDX-License-Identifier: MIT */
/* launcher.c - the launcher process: starts one program, pinned and limited, watches it, ends its whole group, reports.
 *
 * It is this program executed anew, since a child starts with its parent's peak RSS. It allocates
 * nothing. The child has a process group of its own, so that everything it started can be ended with it.
 */
#include "bench/take/launcher.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_S = 2, ENVIRONMENT_MAX = 24 };
static struct ds_point points[POINTS_MAX];
static double sampling_s = 0.02, started_s; /* distance of points; when the child was let go */
static_assert(sizeof(struct ending) + sizeof points < 65536, "the outcome fits into a pipe");

/* What launch.c says on the command line. */
struct job {
    int fd, cpu, parent, environment_count;
    enum mode mode;
    double timeout;
    char *environment[ENVIRONMENT_MAX];
    char **argv;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- Hardware counters -------------------------------------------------------------------------------------------------- */

const char *const counter_names[COUNTERS] = {
    "perf.instructions", "perf.cycles", "perf.branches", "perf.branch_misses", "perf.cache_references", "perf.cache_misses",
    "perf.dtlb_misses"};

void counters_open(int pid, int fds[COUNTERS])
{
    static const struct {
        uint32_t type;
        uint64_t config;
    } events[COUNTERS] = {
        {PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
        {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
        {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
        {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
        {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES},
        {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
        {PERF_TYPE_HW_CACHE,
         PERF_COUNT_HW_CACHE_DTLB | PERF_COUNT_HW_CACHE_OP_READ << 8 | PERF_COUNT_HW_CACHE_RESULT_MISS << 16},
    };
    for (int i = 0; i < COUNTERS; i++) {
        struct perf_event_attr event = {.type = events[i].type, .size = sizeof event, .config = events[i].config, .disabled = 1,
                                        .inherit = 1, .exclude_kernel = 1, .exclude_hv = 1, .enable_on_exec = 1};
        event.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
        fds[i] = (int)syscall(SYS_perf_event_open, &event, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
    }
}

/* Where the machine has fewer counters than are open, each ran for a part of the time: scaled up. */
void counters_read(const int fds[COUNTERS], double values[COUNTERS])
{
    for (int i = 0; i < COUNTERS; i++) {
        uint64_t got[3];
        bool good = fds[i] >= 0 && read(fds[i], got, sizeof got) == sizeof got && got[2] > 0;
        values[i] = good ? (double)got[0] * ((double)got[1] / (double)got[2]) : (double)NAN;
        if (fds[i] >= 0)
            close(fds[i]);
    }
}

/* --- The child ------------------------------------------------------------------------------------------------------------ */

static _Noreturn void child_exec(const struct job *job, int go)
{
    char byte;
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (job->cpu >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(job->cpu, &set);
        if (sched_setaffinity(0, sizeof set, &set) != 0)
            fprintf(stderr, "cannot be pinned to CPU %d: %s\n", job->cpu, strerror(errno));
    }
    if (job->mode == MODE_INSTRUCTIONS)
        personality(ADDR_NO_RANDOMIZE);
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    close(null);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (read(go, &byte, 1) != 1)
        _exit(127);
    close(go);
    execvpe(job->argv[0], job->argv, job->environment);
    fprintf(stderr, "cannot run %s: %s\n", job->argv[0], strerror(errno));
    _exit(127);
}

/* --- Watching ------------------------------------------------------------------------------------------------------------- */

/* The numbers after keys in a file of /proc/<pid>; NAN where there is none. */
static void proc_numbers(pid_t pid, const char *name, const char *const keys[], double *values, int count)
{
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = 0;
    for (int i = 0; i < count; i++) {
        const char *at = strstr(text, keys[i]);
        values[i] = at ? strtod(at + strlen(keys[i]), NULL) : (double)NAN;
    }
}

/* RSS and LazyFree now. When the room is used up every other point goes and the distance doubles. */
static void point_take(pid_t pid, struct ending *out)
{
    static const char *const keys[] = {"\nRss:", "\nLazyFree:"};
    double kb[2];
    proc_numbers(pid, "smaps_rollup", keys, kb, 2);
    if (isnan(kb[0]))
        return;
    if (out->points == POINTS_MAX) {
        for (size_t i = 0; i < POINTS_MAX / 2; i++)
            points[i] = points[2 * i];
        out->points = POINTS_MAX / 2;
        sampling_s *= 2;
    }
    points[out->points++] = (struct ds_point){now_s() - started_s, kb[0], isnan(kb[1]) ? 0 : kb[1]};
}

/* A traced child has stopped: at its end its peak is read and the last point taken, signals are passed on, job control is left
 * alone. */
static void stop_handle(const struct job *job, pid_t child, int status, struct ending *out)
{
    static const char *const keys[] = {"\nVmHWM:"};
    int event = status >> 16, signal_number = WSTOPSIG(status);
    if (event == PTRACE_EVENT_EXIT)
        proc_numbers(child, "status", keys, &out->hwm_kb, 1);
    if (event == PTRACE_EVENT_EXIT && job->mode == MODE_MEMORY)
        point_take(child, out);
    if (event == PTRACE_EVENT_STOP && (signal_number == SIGSTOP || signal_number == SIGTSTP))
        ptrace(PTRACE_LISTEN, child, 0, 0);
    else
        ptrace(PTRACE_CONT, child, 0, event ? 0 : signal_number);
}

/* Takes what is to be known of the child. True: it has ended; its whole group is ended before its number is given up. */
static bool child_ended(const struct job *job, pid_t child, struct ending *out)
{
    for (;;) {
        siginfo_t info = {0};
        int status;
        if (waitid(P_PID, (id_t)child, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL) != 0 || info.si_pid == 0)
            return false;
        bool ended = info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;
        if (ended)
            kill(-child, SIGKILL);
        struct rusage usage;
        if (wait4(child, &status, __WALL | (ended ? 0 : WNOHANG), &usage) != child)
            continue;
        if (WIFSTOPPED(status)) {
            stop_handle(job, child, status, out);
            continue;
        }
        out->status = status;
        out->usage = usage;
        while (waitpid(-child, NULL, __WALL) > 0)
            continue;
        return true;
    }
}

/* Until the child has ended: samples its memory, ends it when its time is over or when this process is asked to end. */
static void watch(const struct job *job, pid_t child, const sigset_t *signals, struct ending *out)
{
    double deadline = started_s + job->timeout, next = started_s + sampling_s / 2;
    while (!child_ended(job, child, out)) {
        double now = now_s(), until = deadline;
        if (now >= deadline) {
            kill(-child, out->timed_out ? SIGKILL : SIGTERM);
            out->timed_out = true;
            deadline = until = now + GRACE_S;
        }
        if (job->mode == MODE_MEMORY) {
            if (now >= next) {
                point_take(child, out);
                next = now + sampling_s;
            }
            until = next < until ? next : until;
        }
        double left = until > now ? until - now : 0;
        struct timespec wait = {(time_t)left, (long)((left - (double)(time_t)left) * 1e9)};
        if (sigtimedwait(signals, NULL, &wait) == SIGTERM)
            kill(-child, SIGKILL);
    }
    out->wall_s = now_s() - started_s;
}

/* Ends what left the child's group (setsid): its parent has ended, so that it is a child of this process. */
static void strays_end(void)
{
    char text[4096];
    for (;;) {
        int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
        ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
        if (fd >= 0)
            close(fd);
        if (got <= 0)
            return;
        text[got] = 0;
        kill(atoi(text), SIGKILL);
        waitpid(atoi(text), NULL, __WALL);
    }
}

/* FD MODE CPU TIMEOUT PARENT N NAME=VALUE... PROGRAM ARGUMENT... */
static bool job_read(int argc, char **argv, struct job *job)
{
    if (argc < 7)
        return false;
    job->fd = atoi(argv[0]);
    job->mode = (enum mode)atoi(argv[1]);
    job->cpu = atoi(argv[2]);
    job->timeout = strtod(argv[3], NULL);
    job->parent = atoi(argv[4]);
    job->environment_count = atoi(argv[5]);
    if (job->environment_count < 0 || job->environment_count >= ENVIRONMENT_MAX || argc < 7 + job->environment_count)
        return false;
    for (int i = 0; i < job->environment_count; i++)
        job->environment[i] = argv[6 + i];
    job->argv = argv + 6 + job->environment_count;
    return true;
}

int launcher_main(int argc, char **argv)
{
    static struct job job;
    int go[2], fds[COUNTERS];
    sigset_t blocked, awaited;
    if (!job_read(argc, argv, &job) || fcntl(job.fd, F_SETFD, FD_CLOEXEC) != 0 || pipe2(go, O_CLOEXEC) != 0) {
        fprintf(stderr, "hakbench: --launch is for hakbench itself\n");
        return 2;
    }
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    blocked = awaited; /* what a terminal sends is for hakbench, which then sends SIGTERM */
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGHUP);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != job.parent)
        return 1;
    pid_t child = fork();
    if (child == 0)
        child_exec(&job, go[0]);
    if (child < 0) {
        fprintf(stderr, "hakbench: cannot fork: %s\n", strerror(errno));
        return 1;
    }
    setpgid(child, child);
    struct ending outcome = {.hwm_kb = (double)NAN};
    ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_TRACEEXIT);
    for (int i = 0; i < COUNTERS; i++)
        fds[i] = -1;
    if (job.mode == MODE_TIME)
        counters_open(child, fds);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    started_s = now_s();
    bool started = write(go[1], "", 1) == 1;
    watch(&job, child, &awaited, &outcome);
    strays_end();
    counters_read(fds, outcome.counters);
    size_t bytes = outcome.points * sizeof *points;
    bool told = write(job.fd, &outcome, sizeof outcome) == sizeof outcome && write(job.fd, points, bytes) == (ssize_t)bytes;
    return started && told ? 0 : 1;
}
