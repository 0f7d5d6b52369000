/* SPDX-License-Identifier: MIT */
/* cmd_profile.c - `hakbench profile`: what a program asks of malloc, and which workload is nearest to it.
 *
 * The program runs with the recorder of bench/trace preloaded; each process that it starts writes a trace of its own into a
 * folder that is gone afterwards. Ctrl-C ends the program, not the profile of what it did until then.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/data/asked_text.h"
#include "bench/low/output.h"
#include "bench/low/tree.h"
#include "bench/low/xalloc.h"
#include "bench/show/asked_show.h"
#include "bench/show/plot.h"
#include "bench/take/preload.h"
#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, FILES_MAX = 1000, NOT_RUN = 127 };
#define KNOWN    "bench/trace/profiles/*.profile"
#define RECORDER "out/bench/trace_record.so"

static struct {
    const char *name, *write, *folder, *files[FILES_MAX];
    char **program;
    bool table;
    size_t count;
} given;

static const struct argp_option options[] = {
    {"name", 'n', "NAME", 0, "what it is called in the report (the program's, or the first file's, name)", 0},
    {"write", 'w', "FILE", 0, "write the profile there, as text: for --table and hakbench synth", 0},
    {"out", 'o', "FOLDER", 0, "write NAME.md, NAME.profile, NAME.svg and NAME.png there", 0},
    {"table", 't', NULL, 0, "the files are profiles: a row for each, with the workload nearest to it", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    switch (key) {
    case 'n':
        given.name = text;
        return 0;
    case 'w':
        given.write = text;
        return 0;
    case 'o':
        given.folder = text;
        return 0;
    case 't':
        given.table = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->quoted && state->next > state->quoted && !given.count) {
            given.program = state->argv + state->next - 1;
            state->next = state->argc;
            return 0;
        }
        if (given.count == FILES_MAX)
            command_bad("'%s': at most %d files", text, FILES_MAX);
        given.files[given.count++] = text;
        return 0;
    case ARGP_KEY_END:
        if (!given.program && !given.count)
            command_bad("want -- and a program with its arguments, or trace files");
        if (given.table && (given.program || given.write || given.folder || given.name))
            command_bad("--table wants profiles alone: files that --write wrote");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- Recording ------------------------------------------------------------------------------------------------------------ */

static void child_run(const char *folder, const char *library)
{
    char file[PATH_ROOM];
    const char *before = getenv("LD_PRELOAD");
    snprintf(file, sizeof file, "%.4000s/%%p.trace", folder);
    setenv("HAKTRACE_FILE", file, 1);
    snprintf(file, sizeof file, "%s%s%s", library, before && *before ? ":" : "", before ? before : "");
    setenv("LD_PRELOAD", file, 1);
    signal(SIGINT, SIG_DFL);
    execvp(*given.program, given.program);
    fprintf(stderr, "hakbench profile: '%s' cannot be run: %s\n", *given.program, strerror(errno));
    _exit(NOT_RUN);
}

/* Runs the program to its end, whatever that is, and says what it was unless it is 0. false: it could not be run, and said so.
 */
static bool program_run(const char *folder)
{
    char recorder[PATH_ROOM], whole[PATH_ROOM], why[512];
    struct preload preload;
    int status;
    if (!realpath(tree_path(RECORDER, whole, sizeof whole), recorder))
        command_bad("%s: %s; want: make %s", whole, strerror(errno), RECORDER);
    if (!preload_open(&preload, recorder, why, sizeof why))
        command_bad("%s", why);
    signal(SIGINT, SIG_IGN);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        child_run(folder, preload.name);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    signal(SIGINT, SIG_DFL);
    preload_close(&preload);
    if (pid < 0)
        command_bad("no process for '%s': %s", *given.program, strerror(errno));
    if (WIFSIGNALED(status))
        fprintf(stderr, "hakbench profile: %s ended by signal %d; what it did until then is shown\n", *given.program,
                WTERMSIG(status));
    else if (WEXITSTATUS(status) && WEXITSTATUS(status) != NOT_RUN)
        fprintf(stderr, "hakbench profile: %s ended with exit status %d\n", *given.program, WEXITSTATUS(status));
    return WIFSIGNALED(status) || WEXITSTATUS(status) != NOT_RUN;
}

/* Is it the trace of what a process became by exec: <id>-<number>.trace? Then the one before it has ended in order. */
static bool is_successor(const char *path)
{
    const char *dash = strrchr(path, '-');
    return dash && dash[1] >= '0' && dash[1] <= '9' && strcmp(dash + 1 + strspn(dash + 1, "0123456789"), ".trace") == 0;
}

/* Adds every trace of a folder, and removes both. A process that was killed before it wrote a page has none. */
static void folder_read(struct asked *a, const char *folder)
{
    char pattern[PATH_ROOM], why[512];
    glob_t found = {0};
    double successors = 0;
    snprintf(pattern, sizeof pattern, "%.4000s/*.trace", folder);
    glob(pattern, 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        if (!asked_read_trace(a, found.gl_pathv[i], why, sizeof why))
            fprintf(stderr, "hakbench profile: %s; left out\n", why);
        successors += is_successor(found.gl_pathv[i]);
        unlink(found.gl_pathv[i]);
    }
    a->cut = a->cut > successors ? a->cut - successors : 0;
    globfree(&found);
    rmdir(folder);
}

static void program_profile(struct asked *a)
{
    const char *tmp = getenv("TMPDIR");
    char folder[PATH_ROOM];
    snprintf(folder, sizeof folder, "%.4000s/hakbench-profile-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
    if (!mkdtemp(folder))
        command_bad("%s: no folder for traces: %s", folder, strerror(errno));
    if (geteuid() == 0)
        chmod(folder, 01733); // what root starts may go on as another user, as servers do
    bool ran = program_run(folder);
    folder_read(a, folder);
    if (!ran && a->calls < 1)
        exit(EXIT_BAD_INPUT);
}

/* --- What is known, and what is written ----------------------------------------------------------------------------------- */

static bool is_workload(const struct asked *a)
{
    return strncmp(a->name, "program-", strlen("program-")) != 0;
}

/* The profiles of workloads that the tree has. */
static struct asked *known_read(size_t *count)
{
    char whole[PATH_ROOM], why[512];
    glob_t found = {0};
    glob(tree_path(KNOWN, whole, sizeof whole), 0, NULL, &found);
    struct asked *known = xalloc_zeroed(found.gl_pathc, sizeof *known);
    *count = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        if (!asked_read(&known[*count], found.gl_pathv[i], why, sizeof why))
            command_bad("%s", why);
        *count += is_workload(&known[*count]);
    }
    globfree(&found);
    return known;
}

static FILE *file_open(const char *path)
{
    FILE *file = output_open(path);
    if (!file)
        command_bad("'%s': cannot be written: %s", path, strerror(errno));
    return file;
}

static void file_close(FILE *file, const char *path)
{
    if (!output_close(file, path))
        command_bad("'%s': cannot be written: %s", path, strerror(errno));
}

static void profile_write(const struct asked *a, const char *path)
{
    FILE *file = file_open(path);
    asked_write(a, file);
    file_close(file, path);
}

static void folder_write(const struct asked *a, const struct asked *known, size_t count)
{
    char path[PATH_ROOM], why[512];
    mkdir(given.folder, 0777);
    snprintf(path, sizeof path, "%.3900s/%s.md", given.folder, a->name);
    FILE *file = file_open(path);
    asked_show(file, a, known, count);
    fprintf(file, "\n![sizes, lives, frees in a row and live bytes of %s](%s.svg)\n", a->name, a->name);
    file_close(file, path);
    snprintf(path, sizeof path, "%.3900s/%s.profile", given.folder, a->name);
    profile_write(a, path);
    if (!plot_asked(a, given.folder, why, sizeof why))
        fprintf(stderr, "hakbench profile: %s\n", why);
}

/* The name that was given, else the last part of the program's, or of the first file's without .trace; blanks become dashes. */
static void name_set(struct asked *a)
{
    const char *from = given.name ? given.name : given.program ? *given.program : given.files[0];
    from = strrchr(from, '/') ? strrchr(from, '/') + 1 : from;
    snprintf(a->name, sizeof a->name, "%s", *from ? from : "program");
    char *end = given.name || given.program ? NULL : strstr(a->name, ".trace");
    if (end && end > a->name)
        *end = 0;
    for (char *at = a->name; *at; at++)
        if (strchr(" \t\n'\"/", *at))
            *at = '-';
}

static int table_show(const struct asked *known, size_t count)
{
    char why[512];
    struct asked *rows = xalloc_zeroed(given.count, sizeof *rows);
    for (size_t i = 0; i < given.count; i++)
        if (!asked_read(&rows[i], given.files[i], why, sizeof why))
            command_bad("%s", why);
    asked_table(stdout, rows, given.count, known, count);
    free(rows);
    return command_end();
}

int cmd_profile(int argc, char **argv)
{
    static const struct argp argp = {
        options,
        parse,
        "-- PROGRAM [ARGUMENT...]\nTRACE...\n--table PROFILE...",
        "What a program asks of malloc: sizes, lives, live bytes, runs of blocks made and freed, growth, threads; and which "
        "workload of bench/trace/profiles is nearest to it. TRACE: files that make trace wrote, those of one program.\v"
        "Processes that it starts are recorded too, also children of fork without exec, from their first call on.",
        NULL,
        NULL,
        NULL};
    static struct asked a;
    char why[512];
    size_t count;
    command_parse(&argp, argc, argv, NULL);
    struct asked *known = known_read(&count);
    if (given.table)
        return table_show(known, count);
    if (given.write && !output_possible(given.write))
        command_bad("--write %s: cannot be written: %s", given.write, strerror(errno));
    if (given.program)
        program_profile(&a);
    for (size_t i = 0; i < given.count; i++)
        if (!asked_read_trace(&a, given.files[i], why, sizeof why))
            command_bad("%s", why);
    if (a.calls < 1)
        command_bad("no call was recorded: is it linked statically, or has it an allocator of its own?");
    name_set(&a);
    asked_show(stdout, &a, known, count);
    if (given.write)
        profile_write(&a, given.write);
    if (given.folder)
        folder_write(&a, known, count);
    free(known);
    return command_end();
}
