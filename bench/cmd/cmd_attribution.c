/* SPDX-License-Identifier: MIT */
/* cmd_attribution.c - `hakbench attribution`: what each toggle contributes between a base and a variant, alone and in pairs.
 *
 * Builds every set of flips (a fraction above five, a ladder above ten), measures all in randomised blocks, writes
 * table, words and waterfall. Exit status 0, 1 on a failure, 2 on bad input, 3 when base and variant are the same, 130 when
 * interrupted.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/low/output.h"
#include "bench/low/text.h"
#include "bench/plan/toggles.h"
#include "bench/show/attribution_show.h"
#include "bench/take/engine.h"
#include "bench/take/identity.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL_METRICS "ops_s,instructions,syscalls,rss_peak,faults"
enum { METRICS_MAX = 16, KEY_LADDER = 256 };

struct options {
    const char *base, *toggles, *workload, *metrics, *db, *out;
    int repeat, budget;
    bool ladder, timed; /* timed: an option that a stored run does not heed */
    uint64_t seed;
    int64_t run;
    const char *metric[METRICS_MAX];
    int metric_count;
    char list[512], command[768];
};

static int whole_number(struct argp_state *state, const char *option, const char *arg, int min, int max)
{
    char *end;
    long value = strtol(arg, &end, 10);
    if (!*arg || *end || value < min || value > max)
        argp_error(state, "--%s=%s: want a whole number from %d to %d", option, arg, min, max);
    return (int)value;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'b': o->base = arg; return 0;
    case 't': o->toggles = arg; return 0;
    case 'w': o->workload = arg; return 0;
    case 'm': o->metrics = arg; return 0;
    case 'd': o->db = arg; return 0;
    case 'o': o->out = arg; return 0;
    case 'r': o->timed = true; o->repeat = whole_number(state, "repeat", arg, 1, 10000); return 0;
    case 's': o->timed = true; o->seed = (uint64_t)whole_number(state, "seed", arg, 0, 1 << 30); return 0;
    case 'B': o->timed = true; o->budget = whole_number(state, "budget", arg, 1, 1000000); return 0;
    case 'R': o->run = whole_number(state, "run", arg, 1, 1 << 30); return 0;
    case KEY_LADDER: o->ladder = true; return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"base", 'b', "TOGGLES", 0, "where it begins (PHASE=0)", 0},
    {"toggles", 't', "TOGGLES", 0, "where it ends (the newest variant)", 0},
    {"workload", 'w', "NAME", 0, "what to run (random_mixed-steady)", 0},
    {"metric", 'm', "NAME,...", 0, "what to attribute (ops_s); all: " ALL_METRICS, 0},
    {"repeat", 'r', "N", 0, "timing samples of each set (10)", 0},
    {"seed", 's', "N", 0, "of the order within the blocks (1)", 0},
    {"budget", 'B', "SECONDS", 0, "stop timing after so long (no limit)", 0},
    {"ladder", KEY_LADDER, NULL, 0, "one toggle after the other, in their order, and no pairs; so, too, from 11 toggles on", 0},
    {"run", 'R', "RUN", 0, "from the stored samples of a run, measuring nothing", 0},
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {"out", 'o', "FOLDER", 0, "where tables and plots go (out/attribution), in a folder for each workload", 0},
    {0}};

static const struct argp argp = {option_list, parse, NULL,
    "Main effects, interactions and Shapley shares of the toggles that differ between two variants.", NULL, NULL, NULL};

static void metrics_read(struct options *o)
{
    if (strcmp(o->metrics, "all") == 0)
        o->metrics = ALL_METRICS;
    if (strlen(o->metrics) >= sizeof o->list)
        command_bad("--metric: too long");
    strcpy(o->list, o->metrics);
    for (char *save, *name = strtok_r(o->list, ", ", &save); name; name = strtok_r(NULL, ", ", &save)) {
        if (!metric_find(name))
            command_bad("no metric '%s'%s; metrics: all, %s", name, metric_like(name), metric_names());
        if (o->metric_count == METRICS_MAX)
            command_bad("--metric: at most %d", METRICS_MAX);
        o->metric[o->metric_count++] = name;
    }
    if (!o->metric_count)
        command_bad("--metric=%s: names nothing; metrics: all, %s", o->metrics, metric_names());
}

/* The variant of each run; what cannot be built leaves the design and is named. */
static void variants_resolve(const struct flips *flips, struct design *d, struct variant *out)
{
    char text[4096], name[1024], why[1024];
    unsigned all = (1u << d->factors) - 1;
    for (size_t r = 0; r < d->run_count;) {
        unsigned set = d->runs[r];
        if (variant_resolve("", flips_text(flips, set, text, sizeof text), &out[r], why, sizeof why) &&
            variant_identify(&out[r], why, sizeof why)) {
            if (strlen(out[r].d.label) > 48) /* settings make long labels, and cut ones may be alike */
                snprintf(out[r].d.label, sizeof out[r].d.label, "%.40s, set %u", out[r].d.variant, set);
            r++;
            continue;
        }
        if (set == 0 || set == all)
            command_bad("%s: %s", text, why);
        printf("left out, not possible: %s: %s\n", flips_name(flips, set, name, sizeof name), why);
        design_drop(d, set);
    }
}

/* Answers the run's id, -1 on failure. */
static int64_t measure(const struct options *o, const struct flips *flips, struct design *d, const struct workload *w,
                       struct store *st, bool *interrupted)
{
    static struct variant variants[PLAN_VARIANTS_MAX];
    char why[1024] = "";
    struct plan plan = {.experiment = "", .command = o->command, .variants = variants, .workloads = &w, .workload_count = 1,
                        .repeat = o->repeat, .budget = o->budget, .seed = o->seed, .twin = -1};
    for (int m = 0; m < o->metric_count; m++)
        plan.modes |= 1u << metric_find(o->metric[m])->mode;
    variants_resolve(flips, d, variants);
    plan.variant_count = d->run_count;
    int64_t run = engine_run(st, &plan, interrupted, why, sizeof why);
    if (run < 0)
        fprintf(stderr, "hakbench attribution: %s\n", why);
    return run;
}

/* Names the phases that did nothing with all toggles flipped. */
static void idle_print(const struct dataset *ds, const struct design *d, const struct flips *flips)
{
    char text[4096], idle[1024];
    int full = 0;
    flips_text(flips, (1u << d->factors) - 1, text, sizeof text);
    while (full < (int)ds->variant_count && strcmp(ds->variants[full].toggles, text) != 0)
        full++;
    if (full < (int)ds->variant_count && *proof_idle(ds, full, 0, idle, sizeof idle))
        printf("phases that did nothing on this workload: %s\n", idle);
}

/* Table and words to the terminal and into <folder>/attribution.md, waterfalls beside it. */
static bool report(const struct options *o, const struct flips *flips, const struct design *d, const struct dataset *ds,
                   char *why, size_t size)
{
    char folder[512], path[600], name[64], plot_why[512];
    static struct attribution a;
    snprintf(name, sizeof name, "%s", ds->workloads[0].name);
    for (char *c = name; *c; c++)
        *c = strchr(" /", *c) ? '_' : *c;
    snprintf(folder, sizeof folder, "%s/%s", o->out, name);
    snprintf(path, sizeof path, "%s/attribution.md", folder);
    FILE *file = output_folder(folder, false) ? fopen(path, "w") : NULL;
    if (!file)
        return text_fail(why, size, "%s: %s", path, strerror(errno));
    fprintf(file, "# Attribution: %s\n\n    hakbench %s\n\nrun %lld, %s\n\n", ds->workloads[0].name, ds->command,
            (long long)ds->run, ds->started);
    bool good = true;
    for (int m = 0; m < o->metric_count && good; m++) {
        good = attribution_make(ds, 0, o->metric[m], flips, d, &a, why, size);
        if (!good)
            break;
        attribution_print(stdout, &a);
        attribution_print(file, &a);
        bool drawn = attribution_plot(&a, folder, plot_why, sizeof plot_why);
        if (drawn)
            fprintf(file, "\n![waterfall](waterfall-%s.svg)\n", o->metric[m]);
        else
            printf("%s\n", plot_why);
        fprintf(file, "\n");
        printf("\n");
    }
    if (fclose(file) && good)
        good = text_fail(why, size, "%s: %s", path, strerror(errno));
    if (good)
        printf("report: %s\n", path);
    return good;
}

static int attribute(struct options *o, const struct flips *flips, struct design *d, const struct workload *w)
{
    char why[1024] = "";
    const char *names[DESIGN_FACTORS_MAX];
    bool interrupted = false;
    for (int f = 0; f < d->factors; f++)
        names[f] = flips->flip[f].name;
    design_print(stdout, d, names);
    fflush(stdout);
    struct store *st = store_open(command_db_made(o->db), STORE_WRITE);
    if (!st)
        command_bad("%s", store_error());
    int64_t run = o->run ? o->run : measure(o, flips, d, w, st, &interrupted);
    struct dataset *ds = run > 0 ? store_load(st, run) : NULL;
    if (ds)
        idle_print(ds, d, flips);
    int status = interrupted ? EXIT_INTERRUPTED : EXIT_OK;
    if (run > 0 && !ds)
        fprintf(stderr, "hakbench attribution: %s\n", store_error());
    else if (ds && !report(o, flips, d, ds, why, sizeof why))
        fprintf(stderr, "hakbench attribution: %s\n", why);
    if (interrupted && run > 0)
        fprintf(stderr, "hakbench attribution: when that is done: hakbench attribution --base=\"%s\" --toggles=\"%s\" "
                "--workload=\"%s\" --metric=%s%s%s --run=%lld\n", o->base, o->toggles, o->workload, o->metrics,
                o->ladder ? " --ladder" : "", store_option(st), (long long)run);
    if (!ds || (*why && !interrupted))
        status = interrupted ? status : EXIT_FAILED;
    dataset_free(ds);
    store_close(st);
    return status;
}

int cmd_attribution(int argc, char **argv)
{
    static struct options o = {.base = "PHASE=0", .toggles = "", .workload = "random_mixed-steady", .metrics = "ops_s",
                               .out = "out/attribution", .repeat = 10, .seed = 1};
    static struct flips flips;
    struct design d;
    char why[2048];
    command_parse(&argp, argc, argv, &o);
    if (o.run && o.timed)
        command_bad("--run is of stored samples: give no --repeat, --seed or --budget with it");
    metrics_read(&o);
    const struct workload *w = workload_find(o.workload, why, sizeof why);
    if (!w)
        command_bad("%s", why);
    if (!flips_between(o.base, o.toggles, &flips, why, sizeof why))
        command_bad("%s", why);
    if (!flips.count) {
        printf("no difference: base and variant are the same\n");
        return EXIT_NO_DIFFERENCE;
    }
    o.ladder |= flips.count > DESIGN_FRACTION_MAX;
    if (!(o.ladder ? design_make_ladder : design_make)(&d, flips.count))
        command_bad("%d toggles differ, at most %d can be attributed at once; give a nearer --base", flips.count,
                    DESIGN_FACTORS_MAX);
    snprintf(o.command, sizeof o.command, "attribution --base=\"%s\" --toggles=\"%s\" --workload=\"%s\" --metric=%s "
             "--repeat=%d --seed=%llu%s", o.base, o.toggles, o.workload, o.metrics, o.repeat, (unsigned long long)o.seed,
             o.ladder ? " --ladder" : "");
    return attribute(&o, &flips, &d, w);
}
