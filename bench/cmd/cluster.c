/* SPDX-License-Identifier: MIT */
/* cluster.c - the options, the folder, the array from its submission to its last block. See cluster.h.
 */
#include "bench/cmd/cluster.h"
#include "bench/cmd/cluster_script.h"
#include "bench/cmd/collect.h"
#include "bench/cmd/command.h"
#include "bench/cmd/measure.h"
#include "bench/low/program.h"
#include "bench/low/shell.h"
#include "bench/low/text.h"
#include "bench/low/tree.h"
#include "bench/plan/staged.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_ROOM = 2048, FOLDER_ROOM = 4096, COMMAND_ROOM = 8192, SAID = 1 << 14, RUNS_MAX = 1000 };
enum { POLL_US = 1000000, NODES_UNLESS_GIVEN = 4 };
enum { KEY_SLURM = 512, KEY_COLLECT, KEY_DRY, KEY_PARTITION, KEY_NODES, KEY_CONSTRAINT, KEY_TIME, KEY_SHARED, KEY_HOSTS };
#define SHARED "out/cluster"

/* --- Options -------------------------------------------------------------------------------------------------------------- */

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct cluster *c = state->input;
    switch (key) {
    case KEY_SLURM:
        c->slurm = true;
        return 0;
    case KEY_COLLECT:
        c->collect = true;
        return 0;
    case KEY_DRY:
        c->dry_run = true;
        return 0;
    case KEY_PARTITION:
        c->partition = arg;
        return 0;
    case KEY_NODES:
        c->nodes = (int)measure_number("--nodes", arg, 1, CLUSTER_TASKS_MAX);
        return 0;
    case KEY_CONSTRAINT:
        c->constraint = arg;
        return 0;
    case KEY_TIME:
        c->time = arg;
        return 0;
    case KEY_SHARED:
        c->shared = arg;
        return 0;
    case KEY_HOSTS:
        c->hosts = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {"slurm", KEY_SLURM, NULL, 0, "measure on a cluster: an array job of Slurm, each task one block on one node", 0},
    {"collect", KEY_COLLECT, NULL, 0, "take what an array has measured so far into the store; again is no harm", 0},
    {"dry-run", KEY_DRY, NULL, 0, "print the script of the job, and do nothing", 0},
    {"partition", KEY_PARTITION, "P", 0, "as sbatch takes it", 0},
    {"nodes", KEY_NODES, "N", 0, "nodes at once (4); each gets about as many samples as the file says", 0},
    {"constraint", KEY_CONSTRAINT, "C", 0, "as sbatch takes it", 0},
    {"time", KEY_TIME, "T", 0, "the limit of a task, as sbatch takes it", 0},
    {"shared", KEY_SHARED, "FOLDER", 0, "a folder that every node sees (" SHARED ")", 0},
    {"hosts", KEY_HOSTS, "A,B,...", 0, "measure on these machines by ssh, without Slurm", 0},
    {0}};

const struct argp cluster_argp = {.options = options, .parser = parse};

/* What goes into a script or a command line. */
static void plain(const char *option, const char *text, const char *more)
{
    char letters[128];
    snprintf(letters, sizeof letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.,-%s", more);
    if (text && (!*text || *text == '-' || text[strspn(text, letters)]))
        command_bad("%s %s: want letters, digits and _.,-%s", option, text, more);
}

bool cluster_asked(const struct cluster *c)
{
    char path[PATH_ROOM], why[256];
    bool any = c->slurm || c->collect || c->hosts;
    plain("--partition", c->partition, "");
    plain("--constraint", c->constraint, "&|*[]()");
    plain("--time", c->time, ":");
    plain("--hosts", c->hosts, "@");
    if (c->hosts && (*c->hosts == ',' || strstr(c->hosts, ",,") || c->hosts[strlen(c->hosts) - 1] == ','))
        command_bad("--hosts %s: want names of machines with one comma between them: a,b", c->hosts);
    if (c->slurm + c->collect + (c->hosts != NULL) > 1)
        command_bad("--slurm, --hosts and --collect: one of them at a time");
    if (!c->slurm && (c->partition || c->constraint || c->time || c->nodes || c->dry_run))
        command_bad("--%s is for --slurm: give --slurm with it", c->partition    ? "partition"
                                                                 : c->constraint ? "constraint"
                                                                 : c->time       ? "time"
                                                                 : c->nodes      ? "nodes"
                                                                                 : "dry-run");
    if (!any && c->shared)
        command_bad("--shared is for --slurm, --hosts and --collect: give one of them with it");
    if (c->slurm && !c->dry_run && !program_find("sbatch", path, sizeof path, why, sizeof why))
        command_bad("--slurm: no sbatch here: want a machine from which one submits to Slurm, or --hosts A,B");
    if (c->hosts && !program_find("ssh", path, sizeof path, why, sizeof why))
        command_bad("--hosts: no ssh here");
    return any;
}

static int tasks_of(const struct cluster *c, int repeat, int *at_once)
{
    int hosts = 1;
    for (const char *p = c->hosts; p && *p; p++)
        hosts += *p == ',';
    *at_once = c->hosts ? hosts : c->nodes ? c->nodes : NODES_UNLESS_GIVEN;
    int tasks = *at_once * ((repeat + 1) / 2);
    if (tasks > CLUSTER_TASKS_MAX)
        command_bad("%d nodes with %d samples of each cell: %d blocks, at most %d", *at_once, repeat, tasks, CLUSTER_TASKS_MAX);
    return tasks;
}

/* The shared folder, whole; made only where it is ours. */
static void shared_folder(const struct cluster *c, char out[PATH_ROOM])
{
    char path[PATH_ROOM], why[64] = "";
    snprintf(path, sizeof path, "%s", c->shared ?: tree_kept(SHARED, out, PATH_ROOM));
    if (!c->shared && mkdir(path, 0777) != 0 && errno != EEXIST)
        snprintf(why, sizeof why, "%s", strerror(errno));
    char *real = realpath(path, NULL);
    if (!real || access(real, W_OK) != 0)
        command_bad("--shared %s: %s; want a folder that every node sees and can write to", path, *why ? why : strerror(errno));
    if (strlen(real) + 128 > PATH_ROOM / 2 || strpbrk(real, "\"'\\%$`\n"))
        command_bad("--shared %s: want a shorter path, without quotes, \\, %%, $", real);
    snprintf(out, PATH_ROOM, "%s", real);
    free(real);
}

/* --- Submission ----------------------------------------------------------------------------------------------------------- */

static struct script script_of(const struct cluster *c, const char *folder, const char *name, int repeat)
{
    struct script s = {.folder = folder, .name = name, .partition = c->partition, .constraint = c->constraint, .time = c->time};
    s.tasks = tasks_of(c, repeat, &s.at_once);
    return s;
}

void cluster_script_print(const struct cluster *c, const struct experiment *e, int repeat)
{
    char shared[PATH_ROOM], folder[FOLDER_ROOM];
    shared_folder(c, shared);
    snprintf(folder, sizeof folder, "%s/%s.XXXXXX", shared, e->name);
    struct script s = script_of(c, folder, e->name, repeat);
    script_write(stdout, &s);
}

/* sbatch with more words; its answer, or one line. */
static bool sbatch(const char *option, const char *folder, char *said, size_t room, char *why, size_t size)
{
    char command[COMMAND_ROOM];
    snprintf(command, sizeof command, "sbatch %s '%s/job.sh' 2>&1 </dev/null", option, folder);
    if (shell_run(command, said, room) == 0)
        return true;
    if (strstr(said, "configuration source"))
        return text_fail(why, size, "sbatch finds no configuration of Slurm (slurm.conf): want a machine from which one submits");
    for (char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n"))
        if (strstr(line, "rror: "))
            return text_fail(why, size, "Slurm refuses the job: %s", strstr(line, "rror: ") + strlen("rror: "));
    return text_fail(why, size, "Slurm refuses the job, and says nothing");
}

static bool folder_make(const char *shared, const char *name, char *out, size_t room, char *why, size_t size)
{
    static const char *const inside[] = {"result", "state", "log", STAGED_TREE};
    char path[COMMAND_ROOM];
    if (strpbrk(name, "\"'\\%$`\n "))
        return text_fail(why, size, "%s: a job cannot have this name: want no blanks, quotes, \\, %%, $", name);
    snprintf(out, room, "%s/%s.XXXXXX", shared, name);
    bool good = mkdtemp(out) && chmod(out, 0755) == 0;
    for (size_t i = 0; good && i < sizeof inside / sizeof *inside; i++) {
        snprintf(path, sizeof path, "%s/%s", out, inside[i]);
        good = mkdir(path, 0777) == 0;
    }
    return good || text_fail(why, size, "%s: %s; want a shared folder with room", out, strerror(errno));
}

static bool script_put(const struct script *s, char *why, size_t size)
{
    char path[COMMAND_ROOM];
    snprintf(path, sizeof path, "%s/job.sh", s->folder);
    FILE *out = fopen(path, "w");
    if (out)
        script_write(out, s);
    bool good = out && !ferror(out);
    return ((!out || fclose(out) == 0) && good) || text_fail(why, size, "%s: %s", path, strerror(errno));
}

static void folder_remove(const char *folder)
{
    char command[COMMAND_ROOM], said[8];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    shell_run(command, said, sizeof said);
}

/* Begins the run, and copies what it runs. */
static int64_t run_stage(struct store *st, const struct plan *plan, const struct script *s, char *why, size_t size)
{
    char tasks[16];
    int64_t run = engine_begin(st, plan, why, size);
    if (run < 0)
        return -1;
    snprintf(tasks, sizeof tasks, "%d", s->tasks);
    struct dataset *ds = store_load(st, run);
    bool good = ds && store_context_add(st, run, PLAN_FOLDER, strrchr(s->folder, '/') + 1) &&
                store_context_add(st, run, CLUSTER_TASKS, tasks);
    if (!good)
        text_fail(why, size, "%s", store_error());
    good = good && staged_write(s->folder, plan, ds, why, size);
    dataset_free(ds);
    return good ? run : -1;
}

/* The array's id. */
static bool job_submit(struct store *st, int64_t run, const char *folder, char *job, size_t room, char *why, size_t size)
{
    char said[SAID];
    if (!sbatch("--parsable", folder, said, sizeof said, why, size))
        return false;
    char *line = shell_last_line(said);
    snprintf(job, room, "%.*s", (int)strspn(line, "0123456789"), line);
    if (!*job)
        return text_fail(why, size, "sbatch says '%s', want the id of a job", line);
    return store_context_add(st, run, CLUSTER_JOB, job) || text_fail(why, size, "%s", store_error());
}

/* --- Until the last block ------------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static void progress(const struct collected *now, int *shown)
{
    if (now->whole != *shown)
        fprintf(stderr, "hakbench: %d of %d blocks are here\n", now->whole, now->tasks);
    *shown = now->whole;
}

/* Merges until no more will come; hosts: the process that drives them, 0: there is none. */
static bool wait_for(struct store *st, int64_t run, const char *folder, pid_t hosts, char *why, size_t size)
{
    struct collected now = {0};
    int shown = 0;
    bool ended = hosts == 0, good = true;
    struct sigaction action = {.sa_handler = stop}, old[2];
    stopped = 0;
    sigaction(SIGINT, &action, &old[0]);
    sigaction(SIGTERM, &action, &old[1]);
    for (;;) {
        ended = ended || waitpid(hosts, NULL, WNOHANG) == hosts;
        if (ended && !stopped) {
            good = collect(st, run, folder, &now, why, size);
            progress(&now, &shown);
        }
        if (!good || stopped || (ended && now.ended))
            break;
        usleep(POLL_US);
    }
    if (hosts && !ended) {
        kill(-hosts, SIGTERM);
        waitpid(hosts, NULL, 0);
    }
    sigaction(SIGINT, &old[0], NULL);
    sigaction(SIGTERM, &old[1], NULL);
    return good && !stopped;
}

/* Each host measures its share of the blocks, one after the other. */
static pid_t hosts_begin(const struct cluster *c, const struct script *s)
{
    char command[SAID] = "", hosts[SAID];
    int number = 0;
    snprintf(hosts, sizeof hosts, "%s", c->hosts);
    for (char *save, *host = strtok_r(hosts, ",", &save); host; host = strtok_r(NULL, ",", &save), number++)
        text_add(command, sizeof command,
                 "for k in $(seq %d %d %d); do ssh '%s' \"HAKBENCH_NODE='%s' sh '%s/job.sh' $k\" </dev/null >'%s'/log/$k.txt "
                 "2>&1; done & ",
                 number, s->at_once, s->tasks - 1, host, host, s->folder, s->folder);
    text_add(command, sizeof command, "wait");
    pid_t pid = fork();
    if (pid)
        return pid;
    setpgid(0, 0);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static void stop_tell(const struct cluster *c, struct store *st, const char *job, const char *name)
{
    fprintf(stderr, "hakbench: interrupted; %s%s%s; collect with: hakbench experiment %s --collect%s%s%s\n",
            *job ? "the array goes on (scancel " : "what the hosts had finished is kept", job, *job ? " ends it)" : "", name,
            c->shared ? " --shared " : "", c->shared ?: "", store_option(st));
}

/* The last line that the first task left. Static buffer. */
static const char *task_words(const char *folder)
{
    static char said[SAID];
    char command[COMMAND_ROOM];
    snprintf(command, sizeof command, "cat '%s'/log/0.txt 2>/dev/null | tail -n 1", folder);
    shell_run(command, said, sizeof said);
    return *said ? shell_last_line(said) : "nothing";
}

/* The run, if there is a sample of it. */
static struct dataset *run_load(struct store *st, int64_t run, const char *folder, char *why, size_t size)
{
    struct dataset *ds = store_load(st, run);
    if (ds && ds->sample_count)
        return ds;
    if (ds)
        text_fail(why, size, "run %lld: no block of it is there; a task said '%.200s'; all is in %s/log", (long long)run,
                  task_words(folder), folder);
    else
        text_fail(why, size, "%s", store_error());
    dataset_free(ds);
    return NULL;
}

static struct dataset *run_wait(const struct cluster *c, struct store *st, const struct script *s, int64_t run,
                                bool *interrupted, char *why, size_t size)
{
    char job[32] = "";
    pid_t hosts = c->hosts ? hosts_begin(c, s) : 0;
    if (hosts < 0) {
        text_fail(why, size, "no process for ssh: %s", strerror(errno));
        return NULL;
    }
    if (!hosts && !job_submit(st, run, s->folder, job, sizeof job, why, size))
        return NULL;
    fprintf(stderr, "hakbench: run %lld: %d blocks, at most %d at once, %s%s, in %s\n", (long long)run, s->tasks, s->at_once,
            *job ? "array job " : "on ", *job ? job : c->hosts, s->folder);
    bool whole = wait_for(st, run, s->folder, hosts, why, size);
    *interrupted = stopped;
    if (stopped)
        stop_tell(c, st, job, s->name);
    return whole ? run_load(st, run, s->folder, why, size) : NULL;
}

struct dataset *cluster_measure(const struct cluster *c, struct store *st, const struct plan *plan, bool *interrupted,
                                char *why, size_t size)
{
    char shared[PATH_ROOM], folder[FOLDER_ROOM], said[SAID];
    shared_folder(c, shared);
    if (!folder_make(shared, plan->experiment, folder, sizeof folder, why, size))
        return NULL;
    struct script s = script_of(c, folder, plan->experiment, plan->repeat);
    bool good = script_put(&s, why, size) && (c->hosts || sbatch("--test-only", folder, said, sizeof said, why, size));
    int64_t run = good ? run_stage(st, plan, &s, why, size) : -1;
    if (run < 0) {
        folder_remove(folder);
        return NULL;
    }
    return run_wait(c, st, &s, run, interrupted, why, size);
}

/* --- Collecting ----------------------------------------------------------------------------------------------------------- */

/* The experiment's newest run on other machines. */
static struct dataset *run_find(struct store *st, const char *experiment, char *why, size_t size)
{
    static struct store_run runs[RUNS_MAX];
    size_t count = store_runs(st, runs, RUNS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(runs[i].experiment, experiment) != 0)
            continue;
        struct dataset *ds = store_load(st, runs[i].id);
        if (ds && *dataset_context(ds, PLAN_FOLDER))
            return ds;
        dataset_free(ds);
    }
    text_fail(why, size, "%s: no run of it on other machines; first: hakbench experiment %s --slurm", experiment, experiment);
    return NULL;
}

struct dataset *cluster_collect(const struct cluster *c, struct store *st, const char *experiment, char *why, size_t size)
{
    char shared[PATH_ROOM], folder[FOLDER_ROOM];
    struct collected now;
    struct dataset *ds = run_find(st, experiment, why, size);
    if (!ds)
        return NULL;
    shared_folder(c, shared);
    snprintf(folder, sizeof folder, "%s/%s", shared, dataset_context(ds, PLAN_FOLDER));
    int64_t run = ds->run;
    dataset_free(ds);
    if (!collect(st, run, folder, &now, why, size))
        return NULL;
    fprintf(stderr, "hakbench: run %lld: %zu samples added; %d of %d blocks are whole%s\n", (long long)run, now.added,
            now.whole, now.tasks, now.ended ? "" : "; the array goes on");
    return run_load(st, run, folder, why, size);
}
