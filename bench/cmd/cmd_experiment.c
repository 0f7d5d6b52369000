/* SPDX-License-Identifier: MIT */
/* cmd_experiment.c - `hakbench experiment NAME...`: measures what the files say, judges their gates, writes their reports.
 *
 * Exit status 0 when every gate is held, 1 when one failed, 2 on bad input, 3 when one is undecided or was not measured, 130
 * when interrupted (finished samples are kept; --resume goes on).
 */
#include "bench/cmd/cluster.h"
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/experiment_file.h"
#include "bench/cmd/files.h"
#include "bench/cmd/measure.h"
#include "bench/cmd/more.h"
#include "bench/judge/gates.h"
#include "bench/low/text.h"
#include "bench/plan/given.h"
#include "bench/show/gates_table.h"
#include "bench/show/report.h"
#include "bench/show/report_nodes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPERIMENTS_MAX = 64, RIVALS_MAX = 16, KEY_ALL = 256, KEY_MORE, KEY_QUIET };

struct options {
    const char *db, *out;
    int repeat, more, quiet;
    bool resume, all;
    const char *names[EXPERIMENTS_MAX], *rivals[RIVALS_MAX];
    int count, rival_count;
    const char *command;
    struct files *files;
    struct cluster *cluster;
};

/* One line of the summary at the end. */
struct finding {
    char name[64];
    unsigned gates[GATES];
    int status;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = o->files;
        state->child_inputs[1] = o->cluster;
        return 0;
    case 'd':
        o->db = arg;
        return 0;
    case 'o':
        o->out = arg;
        return 0;
    case 'r':
        o->repeat = (int)measure_number("--repeat", arg, 1, 10000);
        return 0;
    case 'x':
        if (!strchr(arg, '='))
            command_bad("--rival %s: want name=/path/lib.so", arg);
        if (o->rival_count == RIVALS_MAX)
            command_bad("--rival %s: at most %d", arg, RIVALS_MAX);
        o->rivals[o->rival_count++] = arg;
        return 0;
    case 'c':
        o->resume = true;
        return 0;
    case KEY_MORE:
        o->more = (int)measure_number("--more", arg, 0, 1000000);
        return 0;
    case KEY_QUIET:
        o->quiet = (int)measure_number("--wait-quiet", arg, 0, 1000000);
        return 0;
    case KEY_ALL:
        o->all = true;
        return 0;
    case ARGP_KEY_ARG:
        if (o->count == EXPERIMENTS_MAX)
            command_bad("%s: more than %d experiments", arg, EXPERIMENTS_MAX);
        o->names[o->count++] = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {"out", 'o', "FOLDER", 0, "where reports are written (out/report); each in a folder of its name", 0},
    {"repeat", 'r', "N", 0, "timing samples of each cell, instead of what the file says", 0},
    {"more", KEY_MORE, "SECONDS", 0, MORE_HELP " (120 for each experiment; 0 with --repeat)", 0},
    {"wait-quiet", KEY_QUIET, "SECONDS", 0, WAIT_QUIET_HELP, 0},
    {"rival", 'x', "NAME=FILE", 0,
     "another allocator's library, where the experiment has rivals; in place of its rival of that name (again for more)", 0},
    {"resume", 'c', NULL, 0, "go on with the newest run of the experiment that was interrupted", 0},
    {"all", KEY_ALL, NULL, 0, "every file in experiments/", 0},
    {0}};

static const struct argp_child children[] = {{&files_argp, 0, NULL, 0}, {&cluster_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    option_list,
    parse,
    "NAME|FILE...",
    "Measures an experiment, judges the gates that it expects, and writes its report.\vNAME is a "
    "file of experiments/ without its .yaml.\nExit status: 0 when every gate is held; 1 when one failed, or "
    "something else did; 2 on bad input; 3 when a gate is undecided or was not measured; 130 when "
    "interrupted.",
    children,
    NULL,
    NULL};

/* About how long a plan takes, in seconds. */
static double estimate(const struct experiment *e, int repeat)
{
    char why[256];
    double total = 0;
    for (unsigned i = 0; i < e->workload_count; i++) {
        const struct workload *w = workload_find(e->workloads[i], why, sizeof why);
        double runs = 0;
        for (int mode = 0; mode < MODES; mode++)
            if (experiment_wants(e, (enum mode)mode, e->workloads[i]))
                runs += mode == MODE_TIME ? repeat : 1;
        total += w ? runs * w->seconds : 0;
    }
    return total * (e->variant_count + e->rival_count);
}

/* Variants, then rivals, in the order of the file. */
static bool resolve(const struct experiment *e, struct variant *out, char *why, size_t size)
{
    char one[512], label[64];
    for (unsigned i = 0; i < e->variant_count; i++)
        if (!variant_resolve(e->variants[i].label, e->variants[i].text, &out[i], one, sizeof one))
            return text_fail(why, size, "%s: variant %s: %s", e->path, e->variants[i].label, one);
    for (unsigned i = 0; i < e->rival_count; i++) {
        experiment_rival_label(e->rivals[i], label, sizeof label);
        if (!variant_resolve(label, e->rivals[i], &out[e->variant_count + i], one, sizeof one))
            return text_fail(why, size, "%s: rival %s: %s", e->path, label, one);
    }
    return true;
}

/* Those of the file that can run here; of others one line says why not. Answers how many. */
static size_t choose(const struct experiment *e, const struct workload **out)
{
    char why[512];
    size_t count = 0;
    for (unsigned i = 0; i < e->workload_count; i++) {
        out[count] = workload_find(e->workloads[i], why, sizeof why);
        if (workload_here(out[count], why, sizeof why))
            count++;
        else
            fprintf(stderr, "hakbench: skipped: %s\n", why);
    }
    return count;
}

/* Are the programs here of the commands that are chosen, and of what runs around samples? */
static bool lines_here(const struct experiment *e, const struct plan *plan, char *why, size_t size)
{
    char one[512];
    for (size_t w = 0; w < plan->workload_count; w++) {
        const char *command = plan->workloads[w]->command;
        if (dataset_is_command(command) && !given_line(command + strlen(DATASET_COMMAND), one, sizeof one))
            return text_fail(why, size, "%s: %s: %s", e->path, plan->workloads[w]->name, one);
    }
    if (e->prepare && !given_line(e->prepare, one, sizeof one))
        return text_fail(why, size, "%s: prepare: %s", e->path, one);
    return !e->cleanup || given_line(e->cleanup, one, sizeof one) || text_fail(why, size, "%s: cleanup: %s", e->path, one);
}

/* Of the variants, workloads and modes that the file names. */
static bool plan_make(const struct options *o, const struct experiment *e, struct plan *plan, char *why, size_t size)
{
    static struct variant variants[PLAN_VARIANTS_MAX];
    static const struct workload *chosen[PLAN_WORKLOADS_MAX];
    *plan = (struct plan){.experiment = e->name,
                          .command = o->command,
                          .variants = variants,
                          .workloads = chosen,
                          .variant_count = e->variant_count + e->rival_count,
                          .modes = e->modes,
                          .seed = plan_seed(),
                          .twin = -1,
                          .repeat = o->repeat ? o->repeat : e->repeat,
                          .margin = e->margin,
                          .more = o->more >= 0 ? o->more : o->repeat ? 0 : 120,
                          .prepare = e->prepare,
                          .cleanup = e->cleanup,
                          .warmup = e->warmup,
                          .gates = (const char *const *)e->expect,
                          .gate_count = e->expect_count};
    if (plan->variant_count >= PLAN_VARIANTS_MAX || e->workload_count > PLAN_WORKLOADS_MAX)
        return text_fail(why, size, "%s: more than %d variants and rivals or %d workloads", e->path, PLAN_VARIANTS_MAX - 1,
                         PLAN_WORKLOADS_MAX);
    plan->workload_count = choose(e, chosen);
    if (!plan->workload_count)
        return text_fail(why, size, "%s: none of its workloads can run here", e->path);
    if (!lines_here(e, plan, why, size) || !resolve(e, variants, why, size))
        return false;
    for (int mode = 0; mode < MODES; mode++)
        for (size_t w = 0; w < plan->workload_count; w++)
            if (!experiment_wants(e, (enum mode)mode, chosen[w]->name))
                plan->except[mode] |= (uint64_t)1 << w;
    for (size_t i = 0; i < plan->variant_count && plan_wants_twin(plan); i++)
        if (strcmp(variants[i].d.label, e->reference) == 0 && !variants[i].d.missing)
            plan->twin = (int)i;
    return true;
}

/* The newest interrupted run of this name. */
static bool plan_again(const struct options *o, const struct experiment *e, struct store *st, struct plan *plan, char *why,
                       size_t size)
{
    int64_t run = store_latest(st, e->name, true);
    if (run < 0)
        return text_fail(why, size, "%s: no interrupted run to go on with in %s", e->name, command_db(o->db));
    return engine_resume(st, run, (const char *const *)e->rivals, plan, why, size);
}

/* Runs the plan, and takes more samples of what that leaves undecided. NULL: interrupted, or why holds one line. */
static struct dataset *measure(const struct options *o, const struct experiment *e, const struct plan *plan, struct store *st,
                               bool *interrupted, char *why, size_t size)
{
    measure_wait(o->quiet);
    int64_t run = engine_run(st, plan, interrupted, why, size);
    struct dataset *ds = run < 0 || *interrupted ? NULL : store_load(st, run);
    if (run >= 0 && !*interrupted && !ds)
        text_fail(why, size, "%s", store_error());
    if (!ds)
        return NULL;
    int reference = dataset_variant(ds, e->reference);
    double more = o->more >= 0 ? o->more : plan->more;
    if (more_take(st, plan, e, reference < 0 ? 0 : reference, more, &ds, interrupted, why, size))
        return ds;
    dataset_free(ds);
    return NULL;
}

/* Gates on the terminal, report in its folder. */
static bool finish(const struct options *o, const struct experiment *e, const struct dataset *ds, struct finding *out,
                   char *why, size_t size)
{
    char folder[512];
    struct gate_result *gates = gates_judge(ds, e);
    for (unsigned i = 0; i < e->expect_count; i++)
        out->gates[gates[i].gate]++;
    gates_table_print(stdout, e, gates);
    int reference = dataset_variant(ds, e->reference);
    nodes_table_print(stdout, ds, reference < 0 ? 0 : reference, e->margin);
    files_add_gates(o->files, e, gates, ds);
    free(gates);
    out->status = out->gates[GATE_FAILED]                                       ? EXIT_FAILED
                  : out->gates[GATE_UNDECIDED] || out->gates[GATE_NOT_MEASURED] ? EXIT_UNDECIDED
                                                                                : EXIT_OK;
    snprintf(folder, sizeof folder, "%s/%s", o->out, e->name);
    if (!report_write(ds, e, folder, why, size))
        return false;
    printf("report: %s/report.md, %s/report.html\n", folder, folder);
    fflush(stdout);
    return true;
}

/* Here, on other machines, or what these have measured. */
static struct dataset *samples_get(const struct options *o, const struct experiment *e, struct store *st, bool *interrupted,
                                   char *why, size_t size)
{
    struct plan plan;
    if (o->cluster->collect)
        return cluster_collect(o->cluster, st, e->name, why, size);
    if (o->resume ? !plan_again(o, e, st, &plan, why, size) : !plan_make(o, e, &plan, why, size))
        return NULL;
    bool elsewhere = o->cluster->slurm || o->cluster->hosts;
    struct dataset *ds = elsewhere ? cluster_measure(o->cluster, st, &plan, interrupted, why, size)
                                   : measure(o, e, &plan, st, interrupted, why, size);
    if (o->resume)
        plan_free(&plan);
    return ds;
}

/* Measures, judges, reports one experiment. */
static void run_one(const struct options *o, const struct experiment *e, struct store *st, struct finding *out)
{
    char why[2048] = "";
    bool interrupted = false;
    struct dataset *ds = samples_get(o, e, st, &interrupted, why, sizeof why);
    if (interrupted)
        out->status = EXIT_INTERRUPTED;
    else if (!ds || !finish(o, e, ds, out, why, sizeof why)) {
        fprintf(stderr, "hakbench: %s\n", why);
        files_add_failure(o->files, e->name, why);
        out->status = EXIT_FAILED;
    }
    dataset_free(ds);
}

static void print_summary(const struct finding *finding, int count)
{
    printf("\n%-24s", "experiment");
    for (int g = 0; g < GATES; g++)
        printf(" %13s", gate_rows[g].name);
    printf("\n");
    for (int i = 0; i < count; i++) {
        printf("%-24s", finding[i].name);
        for (int g = 0; g < GATES; g++)
            printf(" %13u", finding[i].gates[g]);
        printf("%s\n", finding[i].status == EXIT_INTERRUPTED ? "  interrupted" : "");
    }
}

/* An interruption, then a failure, then what is undecided. */
static int worse(int a, int b)
{
    static const int order[] = {EXIT_INTERRUPTED, EXIT_FAILED, EXIT_UNDECIDED, EXIT_OK};
    int i = 0;
    while (order[i] != EXIT_OK && order[i] != a && order[i] != b)
        i++;
    return order[i];
}

/* Loads every file before anything is measured; a bad one ends it. Answers how many. */
static int load_all(struct options *o, struct experiment **e)
{
    char why[2048];
    char **names = o->all ? experiment_names() : NULL;
    for (int i = 0; names && names[i] && o->count < EXPERIMENTS_MAX; i++)
        o->names[o->count++] = names[i];
    for (int i = 0; i < o->count; i++) {
        e[i] = experiment_find(o->names[i], why, sizeof why);
        if (!e[i])
            command_bad("%s", why);
        for (int k = 0; k < o->rival_count; k++)
            if (!experiment_add_rival(e[i], o->rivals[k]))
                command_bad("--rival %s: %s has a variant of that name; want another name", o->rivals[k], e[i]->path);
    }
    if (names)
        experiment_names_free(names);
    return o->count;
}

int cmd_experiment(int argc, char **argv)
{
    static struct measure line;
    static struct files files;
    static struct cluster cluster;
    struct options o = {.out = "out/report", .more = -1, .files = &files, .cluster = &cluster};
    struct experiment *e[EXPERIMENTS_MAX];
    struct finding finding[EXPERIMENTS_MAX] = {0};
    measure_command(&line, argc, argv);
    o.command = line.command;
    command_parse(&argp, argc, argv, &o);
    if (!o.count && !o.all)
        command_bad("which experiment? name one, or --all (make: E=name, or make experiments); experiments:%s",
                    text_list((const char *const *)experiment_names()));
    if (o.resume && o.repeat)
        command_bad("--resume goes on with the run as it was begun: give no --repeat (hakbench run --resume RUN --repeat N "
                    "extends a run)");
    bool elsewhere = cluster_asked(&cluster);
    if (elsewhere && (o.resume || o.more >= 0 || o.quiet))
        command_bad("--resume, --more and --wait-quiet are for measuring here: give none with --slurm, --hosts or --collect");
    int count = load_all(&o, e), status = EXIT_OK, done = 0;
    for (int i = 0; cluster.dry_run && i < count; i++)
        cluster_script_print(&cluster, e[i], o.repeat ? o.repeat : e[i]->repeat);
    if (cluster.dry_run)
        return command_end();
    files_begin(&files);
    struct store *st = measure_open(o.db);
    double seconds = 0;
    for (int i = 0; i < count; i++)
        seconds += estimate(e[i], o.repeat ? o.repeat : e[i]->repeat);
    int minutes = (int)(seconds / 60) + 1;
    if (!elsewhere)
        fprintf(stderr, "%d experiment%s, about %d minute%s of measuring\n", count, count == 1 ? "" : "s", minutes,
                minutes > 1 ? "s" : "");
    for (; done < count && status != EXIT_INTERRUPTED; done++) {
        fprintf(stderr, "\n%s: %s\n", e[done]->name, e[done]->question);
        snprintf(finding[done].name, sizeof finding[done].name, "%s", e[done]->name);
        run_one(&o, e[done], st, &finding[done]);
        status = worse(status, finding[done].status);
    }
    store_close(st);
    if (count > 1)
        print_summary(finding, done);
    status = files_end(&files) ? status : worse(status, EXIT_FAILED);
    for (int i = 0; i < count; i++)
        experiment_free(e[i]);
    return status;
}
