/* SPDX-License-Identifier: MIT */
/* cmd_history.c - `hakbench history WORK METRIC`: a metric over commits, its change points, the range to bisect.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/fill.h"
#include "bench/cmd/past.h"
#include "bench/cmd/repository.h"
#include "bench/judge/rule.h"
#include "bench/low/text.h"
#include "bench/plan/workload.h"
#include "bench/show/trend_show.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_FILL = 256, OPTION_MACHINE, OPTION_RANGE };

static struct {
    const char *workload, *metric, *db, *out, *machine, *range, *variant, *fill;
    int repeat;
    double margin;
} given = {.out = "out/history", .range = "HEAD", .margin = RULE_MARGIN};

static const struct argp_option options[] = {
    {"fill", OPTION_FILL, "FROM..TO", 0,
     "first measure each commit from FROM to TO that has too few samples of this machine; the same call goes on after Ctrl-C",
     0},
    {"variant", 'v', "TOGGLES", 0, "this variant only, as in \"PHASE=12 FRONT=0\"; what --fill builds (the newest)", 0},
    {"repeat", 'n', "N", 0, "of --fill: samples of each commit (10 of times, 1 of counts)", 0},
    {"range", OPTION_RANGE, "REV", 0, "the commits of this revision, or FROM..TO (HEAD)", 0},
    {"machine", OPTION_MACHINE, "NAME", 0, "samples of this machine (the one that this is, or the only one)", 0},
    {"margin", 'M', "PERCENT", 0, "changes up to this are none (1)", 0},
    {"out", 'o', "FOLDER", 0, "where the plot is drawn (out/history)", 0},
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    switch (key) {
    case OPTION_FILL:
        given.fill = text;
        return 0;
    case OPTION_MACHINE:
        given.machine = text;
        return 0;
    case OPTION_RANGE:
        given.range = text;
        return 0;
    case 'v':
        given.variant = text;
        return 0;
    case 'n':
        given.repeat = (int)measure_number("--repeat", text, 1, 1000);
        return 0;
    case 'M':
        given.margin = measure_margin(text);
        return 0;
    case 'o':
        given.out = text;
        return 0;
    case 'd':
        given.db = text;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0)
            given.workload = text;
        else if (state->arg_num == 1 && !metric_find(text))
            command_bad("%s: no such metric%s; metrics: %s", text, metric_like(text), metric_names());
        else if (state->arg_num == 1)
            given.metric = text;
        else
            command_bad("'%s': want one workload and one metric", text);
        return 0;
    case ARGP_KEY_END:
        if (!given.metric)
            command_bad("want a workload and a metric, as in: random_mixed-seed instructions");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The machine whose samples count. */
static const char *machine_choose(const struct past *p)
{
    static char here[64];
    bool among;
    fill_machine(here, sizeof here);
    const char *machine = given.machine ? given.machine : here, *all = past_machines(p, machine, &among);
    char why[1024];
    if (!p->count && !workload_find(given.workload, why, sizeof why))
        command_bad("%s", why);
    if (!p->count)
        command_bad("no run has the workload %s; first: hakbench history %s %s --fill FROM..TO", given.workload, given.workload,
                    given.metric);
    if (among)
        return machine;
    if (given.machine)
        command_bad("--machine %s: no run of it has the workload; machines:%s", given.machine, all);
    history_machine(p->run[0], here, sizeof here);
    if (strlen(all) > strlen(here) + strlen(" ''"))
        command_bad("no run of this machine has the workload %s; --machine NAME is one of:%s", given.workload, all);
    return here;
}

/* Only the series that was asked for, and rivals. */
static void variant_choose(struct history *h)
{
    char names[1024] = "";
    bool found = !given.variant;
    const char *wanted = given.variant && *given.variant ? given.variant : "newest";
    for (size_t s = 0; s < h->count; s++) {
        struct history_series *one = &h->series[s];
        if (one->rival || !given.variant)
            continue;
        text_add(names, sizeof names, " '%s'", one->name);
        found |= strcmp(one->name, wanted) == 0;
    }
    if (!found)
        command_bad("--variant '%s': no samples of it on a commit of %s; there are of:%s", given.variant, given.range,
                    *names ? names : " none");
    if (given.variant)
        history_keep(h, wanted);
}

static int show(struct history *h, const struct commits *c)
{
    char why[512], name[256];
    struct trend t;
    trend_judge(h, given.margin, &t);
    trend_print(stdout, &t, c);
    snprintf(name, sizeof name, "%s-%s", given.workload, given.metric);
    for (char *at = name; *at; at++)
        if (strchr("/' \"", *at))
            *at = '_';
    bool good = trend_plot(&t, c, name, given.out, why, sizeof why);
    if (good)
        printf("\nplot: %s/%s.svg\n", given.out, name);
    else
        fprintf(stderr, "hakbench history: %s\n", why);
    trend_free(&t);
    return good ? command_end() : EXIT_FAILED;
}

int cmd_history(int argc, char **argv)
{
    static const struct argp argp = {
        options,
        parse,
        "WORKLOAD METRIC",
        "Prints and plots a metric of a workload over commits, from all stored runs of one machine: a series for each variant, "
        "its "
        "change points (PELT), the command that finds the commit.\vA run counts for the commit of its variant (PHASE=12@v0.1), "
        "or "
        "of its tree where that had no changes. Exit status: 0; 2 on bad input; 130 when --fill was interrupted.",
        NULL,
        NULL,
        NULL};
    static struct measure words;
    struct commits c;
    char why[1024];
    measure_command(&words, argc, argv);
    command_parse(&argp, argc, argv, NULL);
    if (given.repeat && !given.fill)
        command_bad("--repeat is of --fill, which is not given");
    if (!repository_read(given.range, &c, why, sizeof why))
        command_bad("%s", why);
    if (given.fill)
        fill_run(&(struct fill){given.fill, given.workload, given.metric, given.variant ? given.variant : "", given.db,
                                given.repeat, words.command});
    struct store *st = store_open(command_db(given.db), STORE_READ);
    if (!st)
        command_bad("%s", store_error());
    struct past p = past_load(st, given.workload);
    store_close(st);
    struct history *h = past_history(&p, given.workload, given.metric, machine_choose(&p), &c);
    past_free(&p);
    variant_choose(h);
    if (!h->count || h->series[0].rival)
        command_bad("no sample of %s has %s on a commit of %s%s", given.workload, given.metric, given.range,
                    h->lost || h->dirty ? ": those that do are of other commits, or of changed trees" : "");
    int status = show(h, &c);
    history_free(h);
    repository_free(&c);
    return status;
}
