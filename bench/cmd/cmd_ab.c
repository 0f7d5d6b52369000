/* SPDX-License-Identifier: MIT */
/* cmd_ab.c - `hakbench ab`: two variants against each other, one verdict for each workload.
 *
 * Samples are added until every workload is decided or the cap is reached; the number is doubled each time, so that there are
 * few looks at the data (verdict.h).
 */
#include "bench/cmd/any.h"
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/files.h"
#include "bench/cmd/measure.h"
#include "bench/cmd/more.h"
#include "bench/cmd/why.h"
#include "bench/judge/disturbance.h"
#include "bench/judge/exits.h"
#include "bench/judge/verdict.h"
#include "bench/take/launch.h"
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MORE_UNLIMITED 1e6 /* seconds: --repeat-max ends it */
enum { OPTION_REPEAT_MAX = 256, OPTION_SAME, OPTION_QUIET, OPTION_WHY };

static struct {
    const char *text[2], *db, *metric, *timed; /* timed: an option that only timing heeds */
    const char *judged;                        /* an option that failing runs do not heed */
    bool exits, metric_told;
    int count, repeat, repeat_max, budget, quiet, timeout;
    double margin;
    bool same;
    uint64_t seed;
    const char *why, *folder; /* "verdict", "always"; NULL: not asked */
} given = {.metric = "ops_s", .repeat_max = RULE_PAIRS_MAX, .margin = RULE_MARGIN};
static struct measure measure;
static struct files files;
static struct any any = {.measure = &measure};

static const struct argp_option options[] = {
    {"workload", 'w', "NAME", 0,
     "a workload (again for more; random_mixed-steady), or \"program arguments\", pinned if they "
     "show one thread",
     0},
    {"metric", 'm', "NAME", 0, "what is compared (ops_s); instructions needs no quiet machine; " EXITS_METRIC ": failing runs",
     0},
    {"repeat", 'n', "N", 0,
     "timing samples of each cell to begin with (10), made even; four times as many of workloads that take no time; runs of --metric "
     EXITS_METRIC " (14)", 0},
    {"repeat-max", OPTION_REPEAT_MAX, "N", 0, "never more than this even number, whatever the workload (80)", 0},
    {"budget", 'b', "SECONDS", 0, "stop timing after so long in all, but never before the third block (no limit)", 0},
    {"margin", 'M', "PERCENT", 0, MARGIN_HELP, 0},
    {"same", OPTION_SAME, NULL, 0, "measure, too, where both are the same variant (A/A)", 0},
    {"wait-quiet", OPTION_QUIET, "SECONDS", 0, WAIT_QUIET_HELP, 0},
    {"why", OPTION_WHY, "always", OPTION_ARG_OPTIONAL, "where it is better or worse, or always, say by which functions, and "
     "draw a flame graph", 0},
    {"out", 'o', "FOLDER", 0, "where --why draws (" WHY_FOLDER ")", 0},
    {"timeout", 't', "SECONDS", 0, "a sample that takes longer has failed (120)", 0},
    {"seed", 's', "N", 0, "of the order of samples (from the clock)", 0},
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &files, state->child_inputs[1] = &any; break;
    case 'w': measure_workload(&measure, text); break;
    case 'm':
        if (!metric_find(text) && strcmp(text, EXITS_METRIC) != 0)
            command_bad("--metric %s: no such metric%s; metrics: %s, " EXITS_METRIC, text, metric_like(text), metric_names());
        if (given.metric_told)
            command_bad("--metric %s: %s stands there already; want one", text, given.metric);
        given.metric_told = true;
        given.metric = text;
        break;
    case 'n': given.timed = "--repeat"; given.repeat = (int)measure_number("--repeat", text, 1, 10000); break;
    case OPTION_REPEAT_MAX:
        given.judged = given.timed = "--repeat-max";
        given.repeat_max = (int)measure_number("--repeat-max", text, 1, 10000);
        break;
    case 'b': given.timed = "--budget"; given.budget = (int)measure_number("--budget", text, 1, 1000000); break;
    case OPTION_SAME: given.same = true; break;
    case 'M': given.judged = "--margin"; given.margin = measure_margin(text); break;
    case OPTION_QUIET: given.quiet = (int)measure_number("--wait-quiet", text, 0, 1000000); break;
    case 't': given.timeout = (int)measure_number("--timeout", text, 1, 1000000); break;
    case 's': given.seed = (uint64_t)measure_number("--seed", text, 1, 0x7fffffff); break;
    case 'd': given.db = text; break;
    case 'o': given.folder = text; break;
    case OPTION_WHY:
        if (text && strcmp(text, "always") != 0)
            command_bad("--why=%s: want --why, or --why=always", text);
        given.why = text ? text : "verdict";
        why_check();
        break;
    case ARGP_KEY_ARG:
        if (given.count == 2)
            command_bad("'%s': a third variant; put the words of one variant between quotes: \"PHASE=12 FRONT=0\"", text);
        given.text[given.count++] = text;
        break;
    case ARGP_KEY_END:
        if (given.count < 2)
            command_bad("ab wants two variants, such as \"PHASE=11\" \"PHASE=12\" (make: A=\"PHASE=11\" B=\"PHASE=12\")");
        if (given.folder && !given.why)
            command_bad("--out is where --why draws: give --why with it");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* One comparison of B with A for each workload. */
static size_t compare(const struct dataset *ds, struct comparison *c)
{
    memset(c, 0, ds->workload_count * sizeof *c);
    for (size_t w = 0; w < ds->workload_count; w++) {
        c[w].a = 0;
        c[w].b = 1;
        c[w].workload = (int)w;
        snprintf(c[w].metric, sizeof c[w].metric, "%s", given.metric);
    }
    verdict_judge(ds, c, ds->workload_count, given.margin);
    return ds->workload_count;
}

/* More samples might decide it, and there may be more. */
static bool undecided(const struct comparison *c, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (verdict_open(&c[i]) && c[i].pairs < (size_t)given.repeat_max)
            return true;
    return false;
}

/* The exit status: one workload that is worse is worse. */
static int status_of(const struct comparison *c, size_t count)
{
    int status = EXIT_OK;
    for (size_t i = 0; i < count; i++)
        if (c[i].verdict == VERDICT_NO_GO)
            return EXIT_FAILED;
        else if (c[i].verdict != VERDICT_GO && c[i].verdict != VERDICT_EQUIVALENT)
            status = EXIT_UNDECIDED;
    return status;
}

/* The least and the greatest count of a cell. */
static void counts_print(const struct dataset *ds, int variant, int workload)
{
    double v[RULE_PAIRS_MAX], least, most;
    size_t n = dataset_cell(ds, variant, workload, given.metric, v, RULE_PAIRS_MAX);
    if (n < 2) {
        printf("  %-24s %s: not measured\n", ds->variants[variant].label, given.metric);
        return;
    }
    least = most = v[0];
    for (size_t i = 1; i < n; i++) {
        least = fmin(least, v[i]);
        most = fmax(most, v[i]);
    }
    char times[32] = "twice";
    if (n > 2)
        snprintf(times, sizeof times, "%zu times", n);
    printf("  %-24s %s, counted %s: %.15g and %.15g: %s\n", ds->variants[variant].label, given.metric, times, least, most,
           least == most ? "the same" : "NOT the same");
}

static void idle_print(const struct dataset *ds, int workload)
{
    char idle[1024];
    for (int v = 0; v < 2; v++)
        if (*proof_idle(ds, v, workload, idle, sizeof idle))
            printf("  phases of %s that did nothing here: %s\n", ds->variants[v].label, idle);
}

static void print(const struct dataset *ds, const struct comparison *c, size_t count, enum mode mode)
{
    int better = metric_find(given.metric)->better;
    printf("%s, B %s against A %s (%srun %lld, seed %llu)\n", given.metric, ds->variants[1].label, ds->variants[0].label,
           better < 0 ? "less is better; " : better > 0 ? "more is better; " : "", (long long)ds->run,
           (unsigned long long)ds->seed);
    char disturbed[512];
    if (mode == MODE_TIME && *disturbance_text(ds, disturbed, sizeof disturbed))
        printf("a disturbed machine: %s\n", disturbed);
    for (size_t i = 0; i < count; i++) {
        printf("%-24s %s\n", ds->workloads[c[i].workload].name, verdict_text(&c[i]));
        if (*verdict_detail(&c[i]))
            printf("  %s\n", verdict_detail(&c[i]));
        for (int v = 0; v < 2 && mode != MODE_TIME; v++)
            counts_print(ds, v, c[i].workload);
        idle_print(ds, c[i].workload);
    }
    if (*dataset_context(ds, PROOF_UNCOUNTED))
        printf("phases that have no counter, and may have acted or not: %s\n", dataset_context(ds, PROOF_UNCOUNTED));
}

/* Of each workload with a difference, or of all. false: one could not be counted. */
static bool why_print(const struct dataset *ds, const struct comparison *c, size_t count)
{
    bool good = true;
    for (size_t i = 0; given.why && i < count; i++) {
        struct why why = {{&measure.variants[0], &measure.variants[1]}, measure.workloads[c[i].workload],
                          given.folder ? given.folder : WHY_FOLDER, ds->run, given.timeout};
        if (strcmp(given.why, "always") == 0 || c[i].verdict == VERDICT_GO || c[i].verdict == VERDICT_NO_GO)
            good &= why_show(&why);
    }
    return good;
}

/* --- Failing runs --------------------------------------------------------------------------------------------------------- */

static int exits_status(const struct exits *e)
{
    return exits_better(e) < 0 ? EXIT_FAILED : exits_open(e) ? EXIT_UNDECIDED : EXIT_OK;
}

static const char *exits_words(const struct exits *e)
{
    bool none = !e->failed[0] && !e->failed[1];
    return none ? "no run failed" : exits_better(e) > 0 ? "B fails less" : exits_better(e) == 0 ? "undecided which fails less" :
           e->failed[0] ? "B fails more" : "B fails, and A was not seen to";
}

/* One line for each workload, the first failure of each side, and what may have been missed. */
static int exits_print(const struct dataset *ds)
{
    int status = EXIT_OK, least = 0;
    printf(EXITS_METRIC ", B %s against A %s (run %lld, seed %llu)\n", ds->variants[1].label, ds->variants[0].label,
           (long long)ds->run, (unsigned long long)ds->seed);
    for (int w = 0; w < (int)ds->workload_count; w++) {
        struct exits e = exits_count(ds, 0, 1, w);
        int one = exits_status(&e);
        printf("%-24s A: %d of %d runs failed, B: %d of %d: %s", ds->workloads[w].name, e.failed[0], e.runs[0], e.failed[1],
               e.runs[1], exits_words(&e));
        printf(e.failed[0] + e.failed[1] ? " (p %.2g, Fisher)\n" : "\n", e.p);
        for (int i = 0; i < 2; i++)
            if (e.failed[i])
                printf("  %c: %s\n", "AB"[i], e.why[i]);
        least = !w || e.runs[1] < least ? e.runs[1] : least;
        status = one == EXIT_FAILED || status == EXIT_OK ? one : status;
    }
    printf("%s\n", exits_missed_text(least));
    return status;
}

/* -------------------------------------------------------------------------------------------------------------------------- */

/* Samples are taken by twos, A B B A. */
static void most_check(struct plan *p)
{
    if (given.repeat_max % 2)
        command_bad("--repeat-max %d: want an even number: samples are taken by twos, A B B A", given.repeat_max);
    if (given.repeat > given.repeat_max)
        command_bad("--repeat %d is more than --repeat-max %d", given.repeat, given.repeat_max);
    p->repeat = p->repeat < given.repeat_max ? p->repeat : given.repeat_max;
}

static struct plan *plan_make(enum mode mode)
{
    if (!measure.plan.workload_count)
        measure_workload(&measure, "random_mixed-steady");
    any_apply(&any);
    for (int i = 0; i < 2; i++) {
        size_t v = measure_variant(&measure, "", given.text[i]);
        if (measure.variants[v].d.missing)
            command_bad("%s: not installed (make deps-rivals); or give its file: %s=/path/lib.so", given.text[i],
                        given.text[i]);
    }
    if (!given.same && variant_same(&measure.variants[0], &measure.variants[1]))
        command_bad("\"%s\" and \"%s\" are the same variant, %s: nothing to compare; --same measures it against itself (A/A), "
                    "and so does hakbench noise", given.text[0], given.text[1], measure.variants[0].d.label);
    struct plan *p = measure_plan(&measure);
    p->modes = 1u << mode;
    p->counts = mode == MODE_TIME ? 1 : 2;
    p->repeat = given.repeat ? given.repeat : given.exits ? exits_runs() : RULE_PAIRS;
    if (!given.exits)
        most_check(p);
    p->budget = given.budget;
    p->most = given.repeat_max > p->repeat && !given.exits ? given.repeat_max : p->repeat;
    p->more = p->most <= p->repeat ? 0 : given.budget > 0 ? given.budget : MORE_UNLIMITED;
    p->twin = plan_wants_twin(p) && !given.exits ? 0 : -1;
    p->exits = given.exits;
    p->timeout = given.timeout;
    p->seed = given.seed ? given.seed : p->seed;
    return p;
}

/* All that is said and written of it; answers how much failed. */
static size_t finish(const struct dataset *ds, const struct comparison *c, size_t count, enum mode mode)
{
    print(ds, c, count, mode);
    fflush(stdout); // an interruption of what follows does not take the verdicts with it
    size_t failed = measure_failed(ds);
    failed += !why_print(ds, c, count);
    files_add_comparisons(&files, "ab", ds, c, count);
    return failed + !files_end(&files);
}

/* Twice as many timing runs; of counts and memory, as many as the rule asks for when two are too few, then twice as many. false:
 * there are no more to take. */
static bool plan_more(struct plan *p, enum mode mode, double left)
{
    if (left <= 0 || (mode == MODE_TIME ? p->repeat >= given.repeat_max : p->counts >= MORE_COUNTS_MAX))
        return false;
    if (mode == MODE_TIME)
        p->repeat = 2 * p->repeat < given.repeat_max ? 2 * p->repeat : given.repeat_max;
    else
        p->counts = p->counts < RULE_RANGE_PAIRS ? RULE_RANGE_PAIRS : 2 * p->counts;
    return true;
}

/* Measures until every workload is decided, and prints; the dataset is the caller's. *bad: how much failed. */
static int judge(struct store *st, struct plan *p, enum mode mode, struct dataset **out, size_t *bad)
{
    struct comparison c[PLAN_WORKLOADS_MAX];
    double left = given.budget > 0 ? given.budget : (double)INFINITY;
    p->budget_left = &left;
    struct dataset *ds = measure_run(st, p);
    size_t count = compare(ds, c);
    while (!measure_failed(ds) && undecided(c, count) && plan_more(p, mode, left)) {
        p->resume = ds->run;
        dataset_free(ds);
        ds = measure_run(st, p);
        count = compare(ds, c);
    }
    *bad = finish(ds, c, count, mode);
    *out = ds;
    return status_of(c, count);
}

int cmd_ab(int argc, char **argv)
{
    static const struct argp_child children[] = {{&files_argp, 0, NULL, 0}, {&any_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "A B",
        "Compares variant B with variant A, each one argument: \"PHASE=12 FRONT=0\", \"PHASE=12@v0.1\", a rival of "
        "`hakbench list rivals`, /path/lib.so, name=/path/lib.so. A is measured twice (A/A) for the noise floor.\v"
        "Exit status: 0 when B is better or equal on every workload; 1 when it is worse on one, or a workload failed; 2 on bad "
        "input, such as the same variant twice; 3 when a verdict is open; 130 when interrupted. `hakbench help verdict` "
        "explains the verdicts.",
        children,
        NULL,
        NULL};
    measure_command(&measure, argc, argv);
    command_parse(&argp, argc, argv, NULL);
    given.exits = strcmp(given.metric, EXITS_METRIC) == 0;
    enum mode mode = given.exits ? MODE_TIME : metric_find(given.metric)->mode;
    if (!launch_can(mode))
        command_bad("--metric %s needs %s, which is not installed (make deps)", given.metric,
                    mode == MODE_STRACE ? "strace" : "valgrind");
    if (mode != MODE_TIME && any.warmup)
        given.timed = "--warmup";
    if (mode != MODE_TIME && given.timed)
        command_bad("%s is for timing: --metric %s is counted, as often as it takes", given.timed, given.metric);
    given.judged = given.why ? "--why" : files_asked(&files) ? "a file for a CI" : given.judged;
    if (given.exits && given.judged)
        command_bad("%s is for verdicts: --metric " EXITS_METRIC " counts failing runs", given.judged);
    files_begin(&files);
    struct store *st = measure_open(given.db);
    struct plan *p = plan_make(mode);
    measure_wait(given.quiet);
    struct dataset *ds;
    size_t failed = 0;
    int status = given.exits ? exits_print(ds = measure_run(st, p)) : judge(st, p, mode, &ds, &failed);
    failed += given.exits ? measure_failed(ds) : 0;
    dataset_free(ds);
    store_close(st);
    int end = command_end();
    return failed || end ? EXIT_FAILED : status;
}
