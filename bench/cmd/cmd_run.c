/* SPDX-License-Identifier: MIT */
/* cmd_run.c - `hakbench run`: a variant against its A/A twin, the recorded baselines, glibc and every rival; and --resume.
 */
#include "bench/cmd/any.h"
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/measure.h"
#include "bench/cmd/more.h"
#include "bench/data/baseline.h"
#include "bench/data/export.h"
#include "bench/data/rival.h"
#include "bench/show/table.h"
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RIVALS_MAX = 16, OPTION_JSON = 256, OPTION_TSV, OPTION_RESUME, OPTION_MORE, OPTION_QUIET };

static struct {
    const char *rivals[RIVALS_MAX + 1], *db;
    char toggles[256];
    int rival_count, repeat, budget, more, quiet, timeout, format;
    uint64_t seed;
    int64_t resume;
} given;
static struct measure measure;
static struct any any = {.measure = &measure};

static const struct argp_option options[] = {
    {"workload", 'w', "NAME", 0, "a workload (again for more), or \"program arguments\", pinned if they show one thread; "
     "unless given: the five of `make bench`", 0},
    {"rival", 'r', "NAME=FILE", 0,
     "another allocator's library to compare with (again for more), its path alone, or a known name", 0},
    {"repeat", 'n', "N", 0, "timing samples of each cell (8)", 0},
    {"budget", 'b', "SECONDS", 0, "stop timing after so long, at the end of a block, but never before the third (90)", 0},
    {"more", OPTION_MORE, "SECONDS", 0, MORE_HELP " (60; 0 with --repeat; --resume: as the run was begun)", 0},
    {"wait-quiet", OPTION_QUIET, "SECONDS", 0, WAIT_QUIET_HELP, 0},
    {"timeout", 't', "SECONDS", 0, "a sample that takes longer has failed (120)", 0},
    {"seed", 's', "N", 0, "of the order of samples (from the clock)", 0},
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {"json", OPTION_JSON, NULL, 0, "print the samples as JSON instead of the table", 0},
    {"tsv", OPTION_TSV, NULL, 0, "print the samples as TSV instead of the table", 0},
    {"resume", OPTION_RESUME, "RUN", 0, "go on with an interrupted run of any command; with --repeat N, extend a run", 0},
    {0},
};

static void toggle_add(const char *word)
{
    size_t used = strlen(given.toggles);
    if (used + strlen(word) + 2 > sizeof given.toggles)
        command_bad("%s: too many toggles", word);
    snprintf(given.toggles + used, sizeof given.toggles - used, "%s%s", used ? " " : "", word);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    switch (key) {
    case 'w': measure_workload(&measure, text); break;
    case 'r':
        if (given.rival_count == RIVALS_MAX)
            command_bad("--rival %s: at most %d", text, RIVALS_MAX);
        given.rivals[given.rival_count++] = text;
        break;
    case 'n': given.repeat = (int)measure_number("--repeat", text, 1, 10000); break;
    case 'b': given.budget = (int)measure_number("--budget", text, 0, 1000000); break;
    case OPTION_MORE: given.more = (int)measure_number("--more", text, 0, 1000000); break;
    case OPTION_QUIET: given.quiet = (int)measure_number("--wait-quiet", text, 0, 1000000); break;
    case 't': given.timeout = (int)measure_number("--timeout", text, 1, 1000000); break;
    case 's': given.seed = (uint64_t)measure_number("--seed", text, 1, 0x7fffffff); break;
    case 'd': given.db = text; break;
    case OPTION_JSON: case OPTION_TSV: given.format = key; break;
    case OPTION_RESUME: given.resume = measure_number("--resume", text, 1, 0x7fffffff); break;
    case ARGP_KEY_ARG: toggle_add(text); break;
    case ARGP_KEY_INIT: state->child_inputs[0] = &any; break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* --- What is compared ----------------------------------------------------------------------------------------------------- */

/* The recorded baselines that this tree can build: their toggles still resolve to the variant that they name. They are measured
 * on the workloads that a baseline was published for, each on all of those. */
static void baselines_add(size_t under_test)
{
    char why[512];
    uint64_t others = ((uint64_t)2 << (measure.plan.workload_count - 1)) - 1;
    size_t first = measure.plan.variant_count, count;
    const struct baseline *recorded;
    struct variant v;
    count = baselines(&recorded);
    for (size_t i = 0; i < count; i++) {
        const struct baseline *b = &recorded[i];
        for (size_t w = 0; w < measure.plan.workload_count; w++)
            if (strcmp(measure.workloads[w]->command, b->command) == 0)
                others &= ~((uint64_t)1 << w);
        if (strcmp(measure.variants[under_test].d.variant, b->variant) == 0)
            continue;
        if (!variant_resolve(b->name, b->toggles, &v, why, sizeof why))
            fprintf(stderr, "hakbench: baseline %s (%s) is left out: %s\n", b->name, b->toggles, why);
        else if (strcmp(v.d.variant, b->variant) == 0)
            measure_append(&measure, &v);
    }
    for (; first < measure.plan.variant_count; first++)
        measure.skip[first] = others;
}

static void rivals_add(void)
{
    for (const struct rival *r = rivals; r->name; r++)
        measure_variant(&measure, "", r->name);
    for (int i = 0; i < given.rival_count; i++) {
        size_t v = measure_variant(&measure, "", given.rivals[i]);
        if (measure.variants[v].d.missing)
            command_bad("--rival %s: not installed (make deps-rivals), and no file given: --rival %s=/path/lib.so",
                        given.rivals[i], given.rivals[i]);
    }
}

static struct plan *plan_make(void)
{
    measure_usual(&measure);
    any_apply(&any);
    size_t under_test = measure_variant(&measure, "", given.toggles);
    rivals_add();
    baselines_add(under_test);
    struct plan *p = measure_plan(&measure);
    p->twin = (int)under_test;
    p->modes = 1u << MODE_TIME | 1u << MODE_COUNT | 1u << MODE_STRACE;
    p->repeat = given.repeat ? given.repeat : 8;
    p->budget = given.budget < 0 ? 90 : given.budget;
    p->timeout = given.timeout;
    p->seed = given.seed ? given.seed : p->seed;
    p->more = given.more >= 0 ? given.more : given.repeat ? 0 : 60;
    return p;
}

/* --- Resume --------------------------------------------------------------------------------------------------------------- */

static struct plan *plan_resumed(struct store *st)
{
    static struct plan plan;
    char why[512];
    if (!engine_resume(st, given.resume, given.rivals, &plan, why, sizeof why))
        command_bad("%s", why);
    plan.repeat = given.repeat ? given.repeat : plan.repeat;
    plan.most = given.repeat ? 0 : plan.most;
    plan.more = given.more >= 0 ? given.more : given.repeat ? 0 : plan.more;
    plan.budget = given.budget < 0 ? plan.budget : given.budget;
    plan.timeout = given.timeout ? given.timeout : plan.timeout;
    return &plan;
}

static int reference_of(const struct dataset *ds)
{
    int glibc = dataset_variant(ds, "glibc");
    return glibc < 0 ? 0 : glibc;
}

/* The run, and more pairs of what it leaves undecided. */
static struct dataset *measured(struct store *st, const struct plan *plan)
{
    char why[512] = "";
    bool interrupted;
    measure_wait(given.quiet);
    struct dataset *ds = measure_run(st, plan);
    if (more_take(st, plan, NULL, reference_of(ds), plan->more, &ds, &interrupted, why, sizeof why))
        return ds;
    if (interrupted)
        exit(EXIT_INTERRUPTED);
    fprintf(stderr, "hakbench: %s\n", why);
    exit(EXIT_FAILED);
}

int cmd_run(int argc, char **argv)
{
    static const struct argp_child children[] = {{&any_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "[TOGGLE=VALUE]...",
        "Measures the variant that the toggles name (none: the newest) against its own A/A twin, the "
        "recorded baselines, glibc and every rival installed; keeps all samples; prints a table.\v"
        "Exit status: 0; 1 when a workload failed; 2 on bad input; 130 when interrupted: go on "
        "with --resume.",
        children,
        NULL,
        NULL};
    given.budget = -1;
    given.more = -1;
    measure_command(&measure, argc, argv);
    command_parse(&argp, argc, argv, NULL);
    if (given.resume && (*given.toggles || measure.plan.workload_count || given.seed || any.given))
        command_bad("--resume %lld: the run's own variants, workloads, their options and seed are taken; give no others",
                    (long long)given.resume);
    struct store *st = measure_open(given.db);
    struct dataset *ds = measured(st, given.resume ? plan_resumed(st) : plan_make());
    store_close(st);
    if (given.format == OPTION_JSON)
        export_json(stdout, ds);
    else if (given.format == OPTION_TSV)
        export_tsv(stdout, ds);
    else
        table_print(stdout, ds, reference_of(ds));
    size_t failed = measure_failed(ds);
    if (failed)
        fprintf(stderr, "hakbench: %zu samples failed; run %lld keeps why\n", failed, (long long)ds->run);
    dataset_free(ds);
    int end = command_end();
    return failed ? EXIT_FAILED : end;
}
