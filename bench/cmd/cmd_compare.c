/* SPDX-License-Identifier: MIT */
/* cmd_compare.c - `hakbench compare RUN RUN`: the same cells of two stored runs, which were not measured side by side. A run is a
 * number, or a file that hakbench export wrote.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/measure.h"
#include "bench/cmd/source.h"
#include "bench/judge/disturbance.h"
#include "bench/judge/unpaired.h"
#include "bench/judge/verdict.h"
#include "bench/low/figure.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CELLS_MAX = 4096 };

static struct {
    const char *run[2];
    int count;
    bool metric_told;
    const char *db, *metric;
    double margin;
} given = {.metric = "ops_s", .margin = RULE_MARGIN};

static const struct argp_option options[] = {
    {"metric", 'm', "NAME", 0, "what is compared (ops_s)", 0},
    {"margin", 'M', "PERCENT", 0, MARGIN_HELP, 0},
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    (void)state;
    switch (key) {
    case 'm':
        if (!metric_find(text))
            command_bad("--metric %s: no such metric%s; metrics: %s", text, metric_like(text), metric_names());
        if (given.metric_told)
            command_bad("--metric %s: %s stands there already; want one", text, given.metric);
        given.metric_told = true;
        given.metric = text;
        return 0;
    case 'M': given.margin = measure_margin(text); return 0;
    case 'd': given.db = text; return 0;
    case ARGP_KEY_ARG:
        if (given.count == 2)
            command_bad("'%s': want two runs; see: hakbench list runs", text);
        given.run[given.count++] = text;
        return 0;
    case ARGP_KEY_END:
        if (given.count < 2)
            command_bad("compare wants two runs: numbers (hakbench list runs), or files of hakbench export");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static void run_print(const char *name, const struct dataset *ds)
{
    char disturbed[512];
    const char *git = dataset_context(ds, "git");
    printf("%s: run %lld, started %s, %s%s%s\n", name, (long long)ds->run, ds->started, strchr(git, ' ') ? "" : "git ", git,
           ds->finished ? "" : ", not finished");
    if (*disturbance_text(ds, disturbed, sizeof disturbed))
        printf("  a disturbed machine: %s\n", disturbed);
}

/* Prints a cell; answers the exit status that it calls for. */
static int cell_print(const struct unpaired *u)
{
    char from[64], to[64];
    printf("  %-24.24s %-18.18s %14s %14s  %.3f %-16s", u->workload->name, u->variant->label,
           figure_text(given.metric, u->median_a, from, sizeof from), figure_text(given.metric, u->median_b, to, sizeof to),
           u->ratio.value, interval_text(u->ratio, 3));
    if (u->same_file) {
        printf(" the same file: drift\n");
        return EXIT_OK;
    }
    if (u->exact)
        printf(" counted, %s\n", verdict_rows[u->verdict].name);
    else
        printf(" p %.2g, %.2g after Holm, %s\n", u->p, u->p_holm, verdict_rows[u->verdict].name);
    return u->verdict == VERDICT_NO_GO ? EXIT_FAILED : u->verdict == VERDICT_UNDECIDED ? EXIT_UNDECIDED : EXIT_OK;
}

static int compare(const struct dataset *a, const struct dataset *b)
{
    static struct unpaired cells[CELLS_MAX];
    double drift;
    int status = EXIT_OK;
    size_t n = unpaired_judge(a, b, given.metric, given.margin, cells, CELLS_MAX, &drift);
    if (!n)
        command_bad("runs %s and %s have no cell in common that has %s", given.run[0], given.run[1], given.metric);
    run_print("A", a);
    run_print("B", b);
    printf("Not measured side by side: what changed on the machine is in every ratio. Identical files differ by ");
    if (isnan(drift))
        printf("an unknown\nfactor: there are none.\n");
    else
        printf("up to %.3f x;\na difference counts beyond that and the margin of %g %%.\n", drift, 100 * given.margin);
    for (size_t i = 0; i < n; i++) {
        int one = cell_print(&cells[i]);
        status = one == EXIT_FAILED || status == EXIT_OK ? one : status;
    }
    return status;
}

/* A number, or the name of a file; a file called as a number is ./7. */
static struct dataset *load(const char *text)
{
    struct source s = {.db = given.db};
    if (strspn(text, "0123456789") == strlen(text))
        s.run = source_run(text);
    else if (access(text, F_OK) != 0)
        command_bad("'%s' is neither the number of a run nor a file; see: hakbench list runs", text);
    else
        s = (struct source){.from = text};
    return source_load(&s);
}

int cmd_compare(int argc, char **argv)
{
    static const struct argp argp = {options, parse, "RUN|FILE RUN|FILE",
                                     "Compares the second run with the first, cell by cell: same label, same workload. FILE: "
                                     "samples that hakbench export wrote.\vExit "
                                     "status: 0 when no cell is worse, 1 when one is, 3 when one is undecided, 2 on bad input.",
                                     NULL, NULL, NULL};
    struct dataset *ds[2];
    command_parse(&argp, argc, argv, NULL);
    for (int i = 0; i < 2; i++)
        ds[i] = load(given.run[i]);
    int status = compare(ds[0], ds[1]);
    dataset_free(ds[0]);
    dataset_free(ds[1]);
    return command_end() == EXIT_OK ? status : EXIT_FAILED;
}
