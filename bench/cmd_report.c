/* cmd_report.c - `hakbench report NAME`: the report of stored samples once more, measuring nothing.
 */
#include "bench/command.h"
#include "bench/experiment.h"
#include "bench/export.h"
#include "bench/report.h"
#include "bench/store.h"
#include "bench/text.h"
#include <stdio.h>
#include <stdlib.h>

struct options {
    const char *db, *out, *from, *name;
    long long run;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    char *end = NULL;
    switch (key) {
    case 'd': o->db = arg; return 0;
    case 'o': o->out = arg; return 0;
    case 'f': o->from = arg; return 0;
    case 'n':
        o->run = strtoll(arg, &end, 10);
        if (*end || o->run < 1)
            argp_error(state, "--run=%s: want the number of a run; see: hakbench list runs", arg);
        return 0;
    case ARGP_KEY_ARG:
        if (o->name)
            argp_error(state, "one experiment at a time");
        o->name = arg;
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {"out", 'o', "FOLDER", 0, "where the report is written (out/report/NAME)", 0},
    {"run", 'n', "N", 0, "this run, instead of the newest of the experiment", 0},
    {"from", 'f', "FILE.tsv", 0, "samples that hakbench export wrote, instead of stored ones", 0},
    {0}};

static const struct argp argp = {option_list, parse, "[NAME|FILE]",
    "Writes the report and the plots of stored samples; measures nothing.\v"
    "NAME is a file of experiments/ without its .yaml; its gates are judged on the newest run of that name. Without NAME: the\n"
    "newest run of any kind, or --run.", NULL, NULL, NULL};

static struct dataset *load(const struct options *o, const struct experiment *e, char *why, size_t size)
{
    if (o->from)
        return dataset_from_tsv(o->from, why, size);
    struct store *st = store_open(o->db, STORE_READ);
    if (!st) {
        text_fail(why, size, "%s", store_error());
        return NULL;
    }
    int64_t run = o->run ? o->run : store_latest(st, e ? e->name : "", false);
    struct dataset *ds = run >= 0 ? store_load(st, run) : NULL;
    if (run < 0)
        text_fail(why, size, "no run%s%s in %s; first: hakbench experiment", e ? " of " : "", e ? e->name : "", o->db);
    else if (!ds)
        text_fail(why, size, "%s", store_error());
    store_close(st);
    return ds;
}

int cmd_report(int argc, char **argv)
{
    struct options o = {.db = DB_DEFAULT};
    char why[2048] = "", folder[512];
    command_parse(&argp, argc, argv, &o);
    struct experiment *e = o.name ? experiment_find(o.name, why, sizeof why) : NULL;
    struct dataset *ds = why[0] ? NULL : load(&o, e, why, sizeof why);
    if (!e && ds && ds->experiment[0] && !o.name)
        e = experiment_find(ds->experiment, why, sizeof why);
    int status = EXIT_BAD_INPUT;
    if (ds) {
        snprintf(folder, sizeof folder, "%s%s", o.out ? o.out : "out/report/", o.out ? "" : e ? e->name : "run");
        status = report_write(ds, e, folder, why, sizeof why) ? EXIT_OK : EXIT_FAILED;
    }
    if (status == EXIT_OK)
        printf("report: %s/report.md, %s/report.html\n", folder, folder);
    else
        fprintf(stderr, "hakbench: %s\n", why);
    dataset_free(ds);
    experiment_free(e);
    return status;
}
