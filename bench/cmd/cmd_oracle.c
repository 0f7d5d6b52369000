/* SPDX-License-Identifier: MIT */
/* cmd_oracle.c - `hakbench oracle`: is the library of one revision like that of another? What bench/bisect asks at each step.
 *
 * Prints one line: answer, logarithm of candidate / good, the figures in words; separated by tabs. Exit status as git bisect
 * run knows it, 0 good, 1 bad, 125 cannot say; without --bar 1 when they differ and 3 when they do not. 2 on bad input or when
 * the good library itself fails, 130 when interrupted.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/measure.h"
#include "bench/cmd/pair.h"
#include "bench/judge/exits.h"
#include "bench/judge/rule.h"
#include "bench/low/text.h"
#include "bench/plan/given.h"
#include "bench/take/launch.h"
#include "bench/take/shot.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_LIKE_GOOD = 0, STATUS_LIKE_BAD = 1, STATUS_CANNOT_SAY = 125 };

struct options {
    const char *good, *candidate, *workload, *command, *metric, *db;
    double bar; /* NAN: are they different at all? */
    double margin;
    int cap, runs; /* runs: 0: as many as exits_runs says */
    bool check;
};

static double number(struct argp_state *state, const char *option, const char *arg)
{
    char *end;
    double value = strtod(arg, &end);
    if (!*arg || *end || !isfinite(value))
        argp_error(state, "--%s=%s: want a number", option, arg);
    return value;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'g': o->good = arg; return 0;
    case 'c': o->candidate = arg; return 0;
    case 'w': o->workload = arg; return 0;
    case 'C': o->command = arg; return 0;
    case 'r': o->runs = (int)measure_number("--runs", arg, 1, 100000); return 0;
    case 'm': o->metric = arg; return 0;
    case 'd': o->db = arg; return 0;
    case 'b': o->bar = number(state, "bar", arg); return 0;
    case 'M': o->margin = measure_margin(arg); return 0;
    case 'n':
        o->cap = (int)number(state, "cap", arg);
        if (o->cap < 1 || o->cap > DECIDE_REPEAT_MAX)
            argp_error(state, "--cap=%s: want a whole number from 1 to %d", arg, DECIDE_REPEAT_MAX);
        return 0;
    case 'k': o->check = true; return 0;
    case ARGP_KEY_END:
        if (!o->check && (!o->good || !o->candidate))
            argp_error(state, "want --good=FILE and --candidate=FILE, or --check");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"good", 'g', "FILE", 0, "the library to compare with", 0},
    {"candidate", 'c', "FILE", 0, "the library in question", 0},
    {"workload", 'w', "NAME", 0, "what to run (random_mixed-seed)", 0},
    {"command", 'C', "NAME=PROGRAM ARGUMENT...", 0, "any program, instead of a workload", 0},
    {"runs", 'r', "N", 0,
     "of the metric exit: runs of the candidate (13, so that an abort in 30 % of runs is missed in less than 1 % of cases)", 0},
    {"metric", 'm', "NAME", 0, "what to compare (ops_s); exit: whether it fails, or ends with another checksum", 0},
    {"bar", 'b', "LOG", 0, "the logarithm of candidate / good from which on it counts as bad, on its own side of 0", 0},
    {"margin", 'M', "PERCENT", 0, "without --bar: " MARGIN_HELP, 0},
    {"check", 'k', NULL, 0, "only say what is wrong with the other options", 0},
    {"cap", 'n', "N", 0, "measure at most so often", 0},
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {0}};

static const struct argp argp = {option_list, parse, NULL, "Compares two library files under one workload, interleaved.", NULL,
                                 NULL, NULL};

static int answer(int status, double log_ratio, const char *text)
{
    static const char *const words[] = {[STATUS_LIKE_GOOD] = "good", [STATUS_LIKE_BAD] = "bad", [EXIT_NO_DIFFERENCE] = "same"};
    printf("%s\t%.6f\t%s\n", status == STATUS_CANNOT_SAY ? "skip" : words[status], log_ratio, text);
    return status;
}

/* Neither the same nor different, as far as the samples tell. */
static int answer_open(double log_ratio, const char *text)
{
    printf("open\t%.6f\t%s\n", log_ratio, text);
    return EXIT_UNDECIDED;
}

/* --- METRIC=exit ---------------------------------------------------------------------------------------------------------- */

/* Runs the workload; false: it failed. checksum: what it ended with. */
static bool run_once(const struct variant *v, const struct workload *w, char checksum[32], char *why, size_t size)
{
    struct shot shot = {.workload = w, .variant = v, .mode = MODE_TIME, .cpu = -1};
    struct launch_result result;
    bool good = shot_take(&shot, &result, why, size) && !result.failed;
    snprintf(checksum, 32, "%s", result.checksum);
    if (result.failed)
        text_fail(why, size, "%s", result.why);
    launch_free(&result);
    return good;
}

/* One failure, or one other checksum, is enough to be bad. The good library is run as often where it is first compared with,
 * and once at each step. */
static int judge_exit(const struct options *o, const struct variant v[2], const struct workload *w)
{
    char why[512], text[600], good[32] = "", other[32];
    int runs = o->runs ? o->runs : exits_runs();
    for (int i = 0; i < runs; i++) {
        if ((!i || isnan(o->bar)) && !run_once(&v[0], w, good, why, sizeof why)) {
            fprintf(stderr, "hakbench oracle: the good library fails on %s: %s\n", w->name, why);
            return EXIT_BAD_INPUT;
        }
        bool ran = run_once(&v[1], w, other, why, sizeof why);
        if (ran && strcmp(good, other) == 0)
            continue;
        if (ran)
            snprintf(text, sizeof text, "run %d ends with checksum %s, not %s", i + 1, other, good);
        else
            snprintf(text, sizeof text, "run %d of at most %d fails: %s", i + 1, runs, why);
        return answer(STATUS_LIKE_BAD, 1, text);
    }
    snprintf(text, sizeof text, "ends well %d times%s%s", runs, *good ? ", checksum " : "", good);
    return answer(isnan(o->bar) ? EXIT_NO_DIFFERENCE : STATUS_LIKE_GOOD, 0, text);
}

/* --- Everything that has a figure ----------------------------------------------------------------------------------------- */

static int judge_figure(const struct options *o, struct pair *cell)
{
    char figures[256], text[1024];
    bool ends = isnan(o->bar);
    struct decide_rule rule = {.bars = {ends ? log1p(o->margin) : o->bar, log1p(-o->margin)}, .bar_count = 1 + ends};
    decide_repeats(o->metric, o->cap, &rule);
    struct decision d = decide_run(&rule, pair_take, cell);
    decision_text(&d, o->metric, figures, sizeof figures);
    if (cell->interrupted)
        return EXIT_INTERRUPTED;
    if (cell->failed[0] || (!d.pairs && !cell->failed[1])) {
        fprintf(stderr, "hakbench oracle: %s\n", cell->why);
        return EXIT_BAD_INPUT;
    }
    if (!d.pairs)
        return answer(STATUS_CANNOT_SAY, 0, cell->why);
    if (ends) {
        bool differ = d.clear && (d.log.lo > rule.bars[0] || d.log.hi < rule.bars[1]);
        int better = metric_find(o->metric)->better * (d.log.value > 0 ? 1 : -1);
        snprintf(text, sizeof text, "%s%s", figures, differ ? (better > 0 ? ", better" : better < 0 ? ", worse" : "") :
                 d.clear ? "" : ", undecided by then");
        if (!d.clear)
            return answer_open(d.log.value, text);
        return answer(differ ? STATUS_LIKE_BAD : EXIT_NO_DIFFERENCE, d.log.value, text);
    }
    if (!d.clear) {
        snprintf(text, sizeof text, "%s, undecided by then", figures);
        return answer(STATUS_CANNOT_SAY, d.log.value, text);
    }
    bool beyond = o->bar > 0 ? d.log.lo > o->bar : d.log.hi < o->bar;
    return answer(beyond ? STATUS_LIKE_BAD : STATUS_LIKE_GOOD, d.log.value, figures);
}

static void library_find(const char *label, const char *path, struct variant *out)
{
    char text[2048], why[512];
    snprintf(text, sizeof text, "%s=%s", label, path);
    if (!variant_resolve(label, text, out, why, sizeof why))
        command_bad("%s", why);
}

int cmd_oracle(int argc, char **argv)
{
    struct options o = {.workload = "random_mixed-seed", .metric = "ops_s", .bar = NAN,
                        .margin = RULE_MARGIN};
    static struct pair cell;
    char why[2048];
    command_parse(&argp, argc, argv, &o);
    bool by_exit = strcmp(o.metric, "exit") == 0;
    const struct workload *w =
        o.command ? given_command(o.command, why, sizeof why) : workload_find(o.workload, why, sizeof why);
    if (!w)
        command_bad("%s", why);
    if (!by_exit && !metric_find(o.metric))
        command_bad("no metric '%s'%s; metrics: exit, %s", o.metric, metric_like(o.metric), metric_names());
    if (o.runs && !by_exit)
        command_bad("--runs %d is for the metric exit; others take --cap", o.runs);
    if (!o.good)
        return EXIT_OK;
    library_find("good", o.good, &cell.variant[0]);
    library_find("candidate", o.candidate, &cell.variant[1]);
    if (by_exit)
        return judge_exit(&o, cell.variant, w);
    cell.workload = w;
    cell.metric = o.metric;
    cell.command = "oracle";
    cell.seed = 1;
    cell.store = store_open(command_db_made(o.db), STORE_WRITE);
    if (!cell.store)
        command_bad("%s", store_error());
    int status = judge_figure(&o, &cell);
    store_close(cell.store);
    return status;
}
