/* SPDX-License-Identifier: MIT */
/* cmd_compare.c - `hakbench compare RUN RUN`: the same cells of two stored runs, which were not measured side by side.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/measure.h"
#include "bench/judge/disturbance.h"
#include "bench/judge/unpaired.h"
#include "bench/judge/verdict.h"
#include "bench/low/figure.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CELLS_MAX = 4096 };

static struct {
    long run[2];
    int count;
    const char *db, *metric;
    double margin;
} given = {.metric = "ops_s", .margin = RULE_MARGIN};

static const struct argp_option options[] = {
    {"metric", 'm', "NAME", 0, "what is compared (ops_s)", 0},
    {"margin", 'M', "PERCENT", 0, "differences up to this are none (1)", 0},
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    (void)state;
    switch (key) {
    case 'm':
        if (!metric_find(text))
            command_bad("--metric %s: no such metric; metrics: %s", text, metric_names());
        given.metric = text;
        return 0;
    case 'M': given.margin = measure_margin(text); return 0;
    case 'd': given.db = text; return 0;
    case ARGP_KEY_ARG:
        if (given.count == 2)
            command_bad("'%s': want two runs; see: hakbench list runs", text);
        given.run[given.count++] = measure_number("run", text, 1, 0x7fffffff);
        return 0;
    case ARGP_KEY_END:
        if (given.count < 2)
            command_bad("compare wants the numbers of two runs; see: hakbench list runs");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static void run_print(const char *name, const struct dataset *ds)
{
    char disturbed[512];
    printf("%s: run %lld, started %s, git %s%s\n", name, (long long)ds->run, ds->started, dataset_context(ds, "git"),
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
        command_bad("runs %ld and %ld have no cell in common that has %s", given.run[0], given.run[1], given.metric);
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

int cmd_compare(int argc, char **argv)
{
    static const struct argp argp = {options, parse, "RUN RUN",
                                     "Compares the second run with the first, cell by cell: same label, same workload.\vExit "
                                     "status: 0 when no cell is worse, 1 when one is, 3 when one is undecided, 2 on bad input.",
                                     NULL, NULL, NULL};
    struct dataset *ds[2];
    command_parse(&argp, argc, argv, NULL);
    struct store *st = store_open(command_db(given.db), STORE_READ);
    for (int i = 0; i < 2; i++) {
        ds[i] = st ? store_load(st, given.run[i]) : NULL;
        if (!ds[i])
            command_bad("%s", store_error());
    }
    int status = compare(ds[0], ds[1]);
    dataset_free(ds[0]);
    dataset_free(ds[1]);
    store_close(st);
    return command_end() == EXIT_OK ? status : EXIT_FAILED;
}
