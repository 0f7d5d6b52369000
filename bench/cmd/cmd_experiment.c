/* cmd_experiment.c - `hakbench experiment NAME...`: measures what the files say, judges their gates, writes their reports.
 *
 * Exit status 0 when every gate is held or undecided, 1 when one failed or could not be measured, 2 on bad input, 130 when
 * interrupted (finished samples are kept; --resume goes on).
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/experiment_file.h"
#include "bench/cmd/measure.h"
#include "bench/judge/gates.h"
#include "bench/low/text.h"
#include "bench/show/gates_table.h"
#include "bench/show/report.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPERIMENTS_MAX = 64, RIVALS_MAX = 16, KEY_ALL = 256 };

struct options {
    const char *db, *out;
    int repeat;
    bool resume, all;
    const char *names[EXPERIMENTS_MAX], *rivals[RIVALS_MAX];
    int count, rival_count;
    const char *command;
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
    {"rival", 'x', "NAME=FILE", 0, "another allocator's library, where the experiment has rivals (again for more)", 0},
    {"resume", 'c', NULL, 0, "go on with the newest run of the experiment that was interrupted", 0},
    {"all", KEY_ALL, NULL, 0, "every file in experiments/", 0},
    {0}};

static const struct argp argp = {option_list,
                                 parse,
                                 "NAME|FILE...",
                                 "Measures an experiment, judges the gates that it expects, and writes its report.\vNAME is a "
                                 "file of experiments/ without its .yaml.",
                                 NULL,
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

/* A new run. Answers its id, -1 on failure. */
static int64_t measure(const struct options *o, const struct experiment *e, struct store *st, bool *interrupted, char *why,
                       size_t size)
{
    static struct variant variants[PLAN_VARIANTS_MAX];
    const struct workload *chosen[PLAN_WORKLOADS_MAX];
    struct plan plan = {.experiment = e->name,
                        .command = o->command,
                        .variants = variants,
                        .variant_count = e->variant_count + e->rival_count,
                        .workloads = chosen,
                        .modes = e->modes,
                        .repeat = o->repeat ? o->repeat : e->repeat,
                        .seed = plan_seed(),
                        .twin = -1};
    if (plan.variant_count >= PLAN_VARIANTS_MAX || e->workload_count > PLAN_WORKLOADS_MAX) {
        text_fail(why, size, "%s: more than %d variants and rivals or %d workloads", e->path, PLAN_VARIANTS_MAX - 1,
                  PLAN_WORKLOADS_MAX);
        return -1;
    }
    plan.workload_count = choose(e, chosen);
    if (!plan.workload_count) {
        text_fail(why, size, "%s: none of its workloads can run here", e->path);
        return -1;
    }
    if (!resolve(e, variants, why, size))
        return -1;
    for (size_t i = 0; i < plan.variant_count; i++)
        if (e->modes & 1u << MODE_TIME && strcmp(variants[i].d.label, e->reference) == 0 && !variants[i].d.missing)
            plan.twin = (int)i;
    for (int mode = 0; mode < MODES; mode++)
        for (size_t w = 0; w < plan.workload_count; w++)
            if (!experiment_wants(e, (enum mode)mode, chosen[w]->name))
                plan.except[mode] |= (uint64_t)1 << w;
    return engine_run(st, &plan, interrupted, why, size);
}

/* The newest interrupted run of this name, to its end. */
static int64_t resume(const struct options *o, const struct experiment *e, struct store *st, bool *interrupted, char *why,
                      size_t size)
{
    struct plan plan;
    int64_t run = store_latest(st, e->name, true);
    if (run < 0) {
        text_fail(why, size, "%s: no interrupted run to go on with in %s", e->name, o->db);
        return -1;
    }
    if (!engine_resume(st, run, (const char *const *)e->rivals, &plan, why, size))
        return -1;
    run = engine_run(st, &plan, interrupted, why, size);
    plan_free(&plan);
    return run;
}

/* Gates on the terminal, report in its folder. */
static bool finish(const struct options *o, const struct experiment *e, const struct dataset *ds, struct finding *out,
                   char *why, size_t size)
{
    char folder[512];
    struct expect_result *gates = gates_judge(ds, e);
    for (unsigned i = 0; i < e->expect_count; i++)
        out->gates[gates[i].gate]++;
    gates_table_print(stdout, e, gates);
    free(gates);
    out->status = out->gates[GATE_FAILED] || out->gates[GATE_NOT_MEASURED] ? EXIT_FAILED : EXIT_OK;
    snprintf(folder, sizeof folder, "%s/%s", o->out, e->name);
    if (!report_write(ds, e, folder, why, size))
        return false;
    printf("report: %s/report.md, %s/report.html\n", folder, folder);
    fflush(stdout);
    return true;
}

/* Measures, judges, reports one experiment. */
static void run_one(const struct options *o, const struct experiment *e, struct store *st, struct finding *out)
{
    char why[2048] = "";
    bool interrupted = false;
    int64_t run = (o->resume ? resume : measure)(o, e, st, &interrupted, why, sizeof why);
    struct dataset *ds = run >= 0 && !interrupted ? store_load(st, run) : NULL;
    if (interrupted)
        out->status = EXIT_INTERRUPTED;
    else if (!ds || !finish(o, e, ds, out, why, sizeof why)) {
        fprintf(stderr, "hakbench: %s\n", why[0] ? why : store_error());
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
            experiment_add_rival(e[i], o->rivals[k]);
    }
    if (names)
        experiment_names_free(names);
    return o->count;
}

int cmd_experiment(int argc, char **argv)
{
    static struct measure line;
    struct options o = {.db = DB_DEFAULT, .out = "out/report"};
    struct experiment *e[EXPERIMENTS_MAX];
    struct finding finding[EXPERIMENTS_MAX] = {0};
    measure_command(&line, argc, argv);
    o.command = line.command;
    command_parse(&argp, argc, argv, &o);
    if (!o.count && !o.all)
        command_bad("which experiment? name one, or --all (make: E=name, or make experiments); experiments:%s",
                    text_list((const char *const *)experiment_names()));
    int count = load_all(&o, e), status = EXIT_OK, done = 0;
    struct store *st = measure_open(o.db);
    double seconds = 0;
    for (int i = 0; i < count; i++)
        seconds += estimate(e[i], o.repeat ? o.repeat : e[i]->repeat);
    fprintf(stderr, "%d experiment%s, about %.0f minutes of measuring\n", count, count == 1 ? "" : "s", seconds / 60 + 0.5);
    for (; done < count && status != EXIT_INTERRUPTED; done++) {
        fprintf(stderr, "\n%s: %s\n", e[done]->name, e[done]->question);
        snprintf(finding[done].name, sizeof finding[done].name, "%s", e[done]->name);
        run_one(&o, e[done], st, &finding[done]);
        if (finding[done].status > status)
            status = finding[done].status;
    }
    store_close(st);
    if (count > 1)
        print_summary(finding, done);
    for (int i = 0; i < count; i++)
        experiment_free(e[i]);
    return status;
}
