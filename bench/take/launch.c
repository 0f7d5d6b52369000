/* SPDX-License-Identifier: MIT */
/* launch.c - takes one sample: starts the launcher, keeps what the workload says, judges how it ended.
 */
#include "bench/take/launch.h"
#include "bench/low/program.h"
#include "bench/take/launcher.h"
#include "bench/take/preload.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 64, ROOM = 4096, ENVIRONMENT_WORDS = 16, ENVIRONMENT_BYTES = 3072 };
#define TIMEOUT_S 120.0

volatile sig_atomic_t launch_stopped;
static volatile pid_t running; /* the launcher; 0: none. On SIGTERM, and when its parent dies, it ends the workload's group */
const char *launch_program = "/proc/self/exe";

void launch_stop(int signal_number)
{
    launch_stopped = signal_number;
    if (running > 0)
        kill(running, SIGTERM);
}

/* The child's environment and command line, as the launcher wants them. */
struct command {
    char *argv[WORDS_MAX + 32];
    int count;
    char text[16][ROOM]; /* what had to be put together */
    int texts;
};

static void word_add(struct command *c, const char *word)
{
    if (c->count < (int)(sizeof c->argv / sizeof *c->argv) - 1)
        c->argv[c->count++] = (char *)word;
}

static __attribute__((format(printf, 2, 3))) void word_make(struct command *c, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(c->text[c->texts], ROOM, format, list);
    va_end(list);
    word_add(c, c->text[c->texts++]);
}

static bool tool_is_here(const char *name)
{
    char path[ROOM], why[256];
    return program_find(name, path, sizeof path, why, sizeof why);
}

bool launch_can(enum mode mode)
{
    return mode == MODE_STRACE ? tool_is_here("strace") : mode == MODE_INSTRUCTIONS ? tool_is_here("valgrind") : true;
}

bool launch_has_counters(void)
{
    int fds[COUNTERS];
    double values[COUNTERS];
    counters_open(0, fds);
    bool any = false;
    for (int i = 0; i < COUNTERS; i++)
        any |= fds[i] >= 0;
    counters_read(fds, values);
    return any;
}

/* As many variables and bytes for every variant: the environment lies above the stack, and its size shifts the stack (Mytkowicz
 * et al., "Producing wrong data without doing anything obviously wrong!", 2009). */
static void environment_pad(struct command *c, int first)
{
    int bytes = 0;
    while (c->count < first + ENVIRONMENT_WORDS - 1)
        word_add(c, "HAKBENCH_PAD=");
    for (int i = first; i < c->count; i++)
        bytes += (int)strlen(c->argv[i]) + 1;
    word_make(c, "HAKBENCH_PAD=%*s", bytes < ENVIRONMENT_BYTES ? ENVIRONMENT_BYTES - bytes : 0, "");
}

/* Is it a real program? Its script starts callgrind for that program alone (bench/program/common.sh). */
static bool is_whole_program(const struct launch_order *order)
{
    const char *name = strrchr(order->command, '/');
    return !order->words && dataset_is_program(name ? name + 1 : order->command);
}

/* The same for every sample of a mode, whatever the user's own environment is; settings of the variant come on top. Under
 * strace the library is named to the traced program only. */
static void environment_put(struct command *c, const struct launch_order *order, const char *library, int file)
{
    int at = c->count, first = at + 1;
    word_add(c, "0");
    word_add(c, "PATH=/usr/local/bin:/usr/bin:/bin");
    word_add(c, "LANG=C");
    if (library && order->mode != MODE_STRACE)
        word_make(c, "LD_PRELOAD=%s", library);
    if (order->mode == MODE_COUNT)
        word_add(c, "HAKMEM_STATS=json");
    if (order->mode == MODE_INSTRUCTIONS && is_whole_program(order))
        word_make(c, "PROGRAM_UNDER=valgrind -q --tool=callgrind --callgrind-out-file=/proc/%d/fd/%d", getpid(), file);
    for (int i = 0; order->environment && order->environment[i] && i < 10; i++)
        word_add(c, order->environment[i]);
    environment_pad(c, first);
    word_make(c, "%d", c->count - first);
    c->argv[at] = c->argv[--c->count];
}

/* Callgrind counts everything but work_result: how many instructions it takes to print a time depends on the digits. Where a
 * workload calls work_begin, the count begins there. */
static void tool_put(struct command *c, const struct launch_order *order, const char *library, int file)
{
    if (order->mode == MODE_STRACE) {
        word_add(c, "strace");
        word_add(c, "-f");
        word_add(c, "-c");
        if (library) {
            word_add(c, "-E");
            word_make(c, "LD_PRELOAD=%s", library);
        }
    } else if (order->mode == MODE_INSTRUCTIONS && !is_whole_program(order)) {
        word_add(c, "valgrind");
        word_add(c, "-q");
        word_add(c, "--tool=callgrind");
        word_make(c, "--callgrind-out-file=/proc/%d/fd/%d", getpid(), file);
        word_add(c, "--toggle-collect=work_result*");
        word_add(c, "--zero-before=work_begin*");
        word_add(c, "--collect-atstart=yes");
        if (order->profile)
            word_make(c, "--separate-callers=%d", PROFILE_DEPTH);
    }
}

static double timeout_of(const struct launch_order *order)
{
    bool slow = order->mode == MODE_STRACE || order->mode == MODE_INSTRUCTIONS;
    return order->timeout > 0 ? order->timeout : slow ? 10 * TIMEOUT_S : TIMEOUT_S;
}

static bool command_make(struct command *c, const struct launch_order *order, const char *library, int outcome, int file,
                         char *words)
{
    memset(c, 0, sizeof *c);
    word_add(c, "hakbench");
    word_add(c, "--launch");
    word_make(c, "%d", outcome);
    word_make(c, "%d", (int)order->mode);
    word_make(c, "%d", order->cpu);
    word_make(c, "%.3f", timeout_of(order));
    word_make(c, "%d", getpid());
    environment_put(c, order, library, file);
    tool_put(c, order, library, file);
    int limit = c->count + WORDS_MAX;
    for (int i = 0; order->words && order->words[i]; i++) {
        if (c->count == limit)
            return false;
        word_add(c, order->words[i]);
    }
    for (char *save, *word = order->words ? NULL : strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        if (c->count == limit)
            return false;
        word_add(c, word);
    }
    return true;
}

/* Reads until the end, or until all is read once there is an outcome: what the workload left behind may hold fd open. Keeps the
 * tail when there is too much, since that is where the result stands. */
static void read_all(int fd, int outcome, char *text, size_t size)
{
    size_t used = 0;
    struct pollfd ends[] = {{.fd = fd, .events = POLLIN}, {.fd = outcome, .events = POLLIN}};
    for (;;) {
        if (poll(ends, 2, -1) < 0)
            continue;
        if (!ends[0].revents)
            break;
        ssize_t n = read(fd, text + used, size - 1 - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        used += (size_t)n;
        if (used == size - 1) {
            memmove(text, text + used / 2, used - used / 2);
            used -= used / 2;
        }
    }
    text[used] = 0;
}

static bool read_whole(int fd, void *out, size_t size)
{
    for (size_t used = 0; used < size;) {
        ssize_t n = read(fd, (char *)out + used, size - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        used += (size_t)n;
    }
    return true;
}

/* The last line of text that is not blank and no table of strace. */
static void last_line(const char *text, char *out, size_t size)
{
    const char *end = strstr(text, "% time");
    end = end ? end : text + strlen(text);
    while (end > text && (end[-1] == '\n' || end[-1] == ' '))
        end--;
    const char *start = end;
    while (start > text && start[-1] != '\n')
        start--;
    snprintf(out, size, "%.*s", (int)(end - start), start);
}

static void timing_add(struct launch_result *r, const struct ending *o)
{
    const struct rusage *u = &o->usage;
    harvest_add(r, "wall_s", o->wall_s);
    harvest_add(r, "user_s", (double)u->ru_utime.tv_sec + (double)u->ru_utime.tv_usec * 1e-6);
    harvest_add(r, "sys_s", (double)u->ru_stime.tv_sec + (double)u->ru_stime.tv_usec * 1e-6);
    /* The kernel takes ru_maxrss from counts that miss up to 32 pages, or more, of each processor. For VmHWM a newer kernel (6.18
     * does) adds them up, so that a peak that lasts until the end is exact. ru_maxrss knows processes that were waited for, too. */
    harvest_add(r, "rss_peak", fmax((double)u->ru_maxrss, o->hwm_kb));
    harvest_add(r, "rss_own", o->hwm_kb);
    harvest_add(r, "faults", (double)u->ru_minflt);
    harvest_add(r, "major_faults", (double)u->ru_majflt);
    harvest_add(r, "switches", (double)(u->ru_nvcsw + u->ru_nivcsw));
    harvest_add(r, "switches_forced", (double)u->ru_nivcsw);
    for (int i = 0; i < COUNTERS; i++)
        harvest_add(r, counter_names[i], o->counters[i]);
}

/* From how it ended to failed and why. */
static void judge(const struct launch_order *order, const struct ending *o, struct launch_result *r)
{
    char line[160], end[80] = "";
    last_line(r->text, line, sizeof line);
    const char *preload = strstr(r->text, "cannot be preloaded");
    if (o->timed_out)
        snprintf(end, sizeof end, "no end within %g s", timeout_of(order));
    else if (WIFSIGNALED(o->status))
        snprintf(end, sizeof end, "%s", strsignal(WTERMSIG(o->status)));
    else if (WEXITSTATUS(o->status) != 0)
        snprintf(end, sizeof end, "exit status %d", WEXITSTATUS(o->status));
    else if (preload)
        snprintf(end, sizeof end, "the library cannot be preloaded");
    else if (!order->plain && isnan(launch_value(r, "ops")))
        snprintf(end, sizeof end, "no ops= and ops_per_s= in its output");
    r->failed = *end;
    if (r->failed)
        snprintf(r->why, sizeof r->why, "%.60s: %s%s%.100s", order->command, end, *line ? "; it said: " : "", line);
}

/* A run of any program is one operation, unless it prints a result line as workloads do. */
static void one_operation(const struct launch_order *order, const struct ending *o, struct launch_result *r)
{
    if (!isnan(launch_value(r, "ops")))
        return;
    harvest_add(r, "ops", 1);
    if (order->mode == MODE_TIME) {
        harvest_add(r, "seconds", o->wall_s);
        harvest_add(r, "ops_s", 1 / o->wall_s);
    }
}

/* The file of the program, without links; NULL: not found. free() it. */
static char *program_of(const struct launch_order *order)
{
    char path[2 * ROOM], why[256];
    const char *folder = order->folder ? order->folder : ".";
    if (!order->words)
        snprintf(path, sizeof path, "%s/%.*s", *order->command == '/' ? "" : folder, (int)strcspn(order->command, " "),
                 order->command);
    else if (!program_find(order->words[0], path, sizeof path, why, sizeof why))
        return NULL;
    return realpath(path, NULL);
}

/* Callgrind's file, into a profile or as two figures. */
static bool harvest_instructions(const struct launch_order *order, const char *library, int file, struct launch_result *r)
{
    if (order->profile)
        return profile_read(order->profile, order->side, file);
    char *true_program = program_of(order), *true_library = library ? realpath(library, NULL) : NULL;
    bool good = true_program && harvest_callgrind(r, file, is_whole_program(order) ? NULL : true_program, true_library);
    free(true_program);
    free(true_library);
    return good;
}

static void harvest(const struct launch_order *order, const char *library, int file, const struct ending *o,
                    struct launch_result *r)
{
    if (!order->plain)
        harvest_result_line(r, order->mode);
    if (order->words)
        one_operation(order, o, r);
    if (order->mode == MODE_TIME)
        timing_add(r, o);
    else if (order->mode == MODE_COUNT)
        harvest_own_counters(r);
    else if (order->mode == MODE_STRACE)
        harvest_strace(r);
    else if (order->mode == MODE_MEMORY)
        harvest_memory(r);
    judge(order, o, r);
    if (order->mode != MODE_INSTRUCTIONS || r->failed)
        return;
    r->failed = !harvest_instructions(order, library, file, r);
    if (r->failed)
        snprintf(r->why, sizeof r->why, "%.60s: callgrind left nothing that can be read", order->command);
}

static void fail(struct launch_result *r, const char *what, const char *detail)
{
    r->failed = true;
    snprintf(r->why, sizeof r->why, "%s: %s", what, detail);
}

/* Forks the launcher, unless there was a signal to stop; one that comes meanwhile waits until it is known whom to end. The
 * launcher blocks these anyway. */
static pid_t launcher_fork(void)
{
    sigset_t stops, old;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGHUP);
    sigprocmask(SIG_BLOCK, &stops, &old);
    pid_t child = launch_stopped ? -1 : fork();
    if (child == 0)
        return 0;
    running = child > 0 ? child : 0;
    sigprocmask(SIG_SETMASK, &old, NULL);
    return child;
}

/* Starts the launcher with both pipes in place and waits until all of it is over. False: it gave no outcome. */
static bool launcher_run(struct command *c, const char *folder, int text[2], int back[2], struct launch_result *r,
                         struct ending *o)
{
    pid_t child = launcher_fork();
    if (child == 0) {
        fcntl(back[1], F_SETFD, 0);
        dup2(text[1], STDOUT_FILENO);
        dup2(text[1], STDERR_FILENO);
        bool there = !folder || chdir(folder) == 0;
        if (there)
            execv(launch_program, c->argv);
        fprintf(stderr, "cannot run %s: %s\n", there ? launch_program : folder, strerror(errno));
        _exit(127);
    }
    close(text[1]);
    close(back[1]);
    read_all(text[0], back[0], r->text, sizeof r->text);
    bool good = read_whole(back[0], o, sizeof *o) && o->points <= POINTS_MAX;
    if (good && o->points) {
        r->series = calloc(o->points, sizeof *r->series);
        r->series_count = r->series && read_whole(back[0], r->series, o->points * sizeof *r->series) ? o->points : 0;
    }
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    running = 0;
    close(text[0]);
    close(back[0]);
    return good;
}

bool launch_take(const struct launch_order *order, struct launch_result *out)
{
    static struct command command;
    const char *library = order->library && *order->library ? order->library : NULL;
    char words[ROOM];
    int text[2], back[2], file = -1;
    struct ending outcome;
    struct preload preload;
    memset(out, 0, sizeof *out);
    if (strlen(order->command) >= sizeof words || !launch_can(order->mode)) {
        fail(out, order->command, launch_can(order->mode) ? "the command is too long" : order->mode == MODE_STRACE
             ? "strace is not installed (make deps)" : "valgrind is not installed (make deps)");
        return false;
    }
    strcpy(words, order->command);
    out->failed = !preload_open(&preload, library, out->why, sizeof out->why);
    if (out->failed)
        return false;
    if (order->mode == MODE_INSTRUCTIONS)
        file = memfd_create("callgrind", MFD_CLOEXEC);
    if (pipe2(text, O_CLOEXEC) != 0 || pipe2(back, O_CLOEXEC) != 0)
        fail(out, "pipe", strerror(errno));
    else if (!command_make(&command, order, preload.name, back[1], file, words))
        fail(out, order->command, "too many arguments");
    else if (!launcher_run(&command, order->folder, text, back, out, &outcome))
        fail(out, order->command, *out->text ? out->text : "the launcher ended before it gave a result");
    else
        harvest(order, library, file, &outcome, out);
    if (file >= 0)
        close(file);
    preload_close(&preload);
    return !out->failed;
}

void launch_free(struct launch_result *r)
{
    free(r->values);
    free(r->series);
    r->values = NULL;
    r->series = NULL;
    r->value_count = r->series_count = 0;
}
