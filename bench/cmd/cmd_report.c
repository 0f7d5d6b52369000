/* SPDX-License-Identifier: MIT */
/* cmd_report.c - `hakbench report NAME`: the report of stored samples once more, measuring nothing.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/experiment_file.h"
#include "bench/cmd/files.h"
#include "bench/data/export_read.h"
#include "bench/data/store.h"
#include "bench/low/text.h"
#include "bench/show/report.h"
#include <stdio.h>
#include <stdlib.h>

enum { KEY_ALL = 256 };

struct options {
    const char *db, *out, *from, *name;
    long long run;
    bool all, given_db;
    struct files files;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    char *end = NULL;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->files;
        return 0;
    case 'd':
        o->db = arg;
        o->given_db = true;
        return 0;
    case 'o':
        o->out = arg;
        return 0;
    case 'f':
        o->from = arg;
        return 0;
    case KEY_ALL:
        o->all = true;
        return 0;
    case 'n':
        o->run = strtoll(arg, &end, 10);
        if (*end || o->run < 1)
            command_bad("--run %s: want the number of a run; see: hakbench list runs", arg);
        return 0;
    case ARGP_KEY_ARG:
        if (o->name)
            command_bad("%s: one experiment at a time, or --all", arg);
        o->name = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {"out", 'o', "FOLDER", 0, "where the report is written (out/report/NAME)", 0},
    {"run", 'n', "N", 0, "this run, instead of the newest of the experiment", 0},
    {"all", KEY_ALL, NULL, 0, "of every experiment that has samples", 0},
    {"from", 'f', "FILE.tsv", 0, "samples that hakbench export wrote, instead of stored ones", 0},
    {0}};

static const struct argp_child children[] = {{&files_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    option_list,
    parse,
    "[NAME|FILE]",
    "Writes the report and the plots of stored samples; measures nothing.\v"
    "NAME is a file of experiments/ without its .yaml; its gates are judged on the newest run of that name. Without NAME: the\n"
    "newest run of any kind, or --run.",
    children,
    NULL,
    NULL};

static struct dataset *load(const struct options *o, const struct experiment *e, char *why, size_t size)
{
    if (o->from)
        return dataset_from_tsv(o->from, why, size);
    struct store *st = store_open(command_db(o->db), STORE_READ);
    if (!st) {
        text_fail(why, size, "%s", store_error());
        return NULL;
    }
    int64_t run = o->run ? o->run : store_latest(st, e ? e->name : "", false);
    struct dataset *ds = run >= 0 ? store_load(st, run) : NULL;
    if (run < 0)
        text_fail(why, size, "no run%s%s in %s; first: hakbench experiment%s%s", e ? " of " : "", e ? e->name : "", command_db(o->db),
                  e ? " " : "", e ? e->name : "");
    else if (!ds)
        text_fail(why, size, "%s", store_error());
    store_close(st);
    return ds;
}

static void files_fill(struct files *f, const struct experiment *e, const struct dataset *ds)
{
    struct gate_result *gates = e ? gates_judge(ds, e) : NULL;
    if (e)
        files_add_gates(f, e, gates, ds);
    else
        files_add_run(f, ds);
    free(gates);
}

/* One report; the experiment is the named one, or that of the run. */
static bool write_one(struct options *o, const char *name, char *why, size_t size)
{
    char folder[512];
    struct experiment *e = name ? experiment_find(name, why, size) : NULL;
    struct dataset *ds = name && !e ? NULL : load(o, e, why, size);
    bool good = ds != NULL;
    if (good && !name && ds->experiment[0] && !(e = experiment_find(ds->experiment, why, size)))
        good = text_fail(why, size, "run %lld is of %s.yaml, which is not among the experiments: name the file, as in: "
                         "hakbench report /path/%s.yaml", (long long)ds->run, ds->experiment, ds->experiment);
    if (good) {
        snprintf(folder, sizeof folder, "%s%s", o->out ? o->out : "out/report/", o->out ? "" : e ? e->name : "run");
        good = report_write(ds, e, folder, why, size);
    }
    if (good)
        printf("report: %s/report.md, %s/report.html\n", folder, folder);
    if (good)
        files_fill(&o->files, e, ds);
    dataset_free(ds);
    experiment_free(e);
    return good;
}

/* Those that have samples; the others are named. */
static int write_all(struct options *o)
{
    char why[2048];
    int written = 0;
    char **names = experiment_names();
    for (size_t i = 0; names[i]; i++) {
        if (write_one(o, names[i], why, sizeof why))
            written++;
        else
            fprintf(stderr, "hakbench report: %s\n", why);
    }
    experiment_names_free(names);
    return files_end(&o->files) && written ? EXIT_OK : EXIT_FAILED;
}

int cmd_report(int argc, char **argv)
{
    struct options o = {0};
    char why[2048] = "";
    command_parse(&argp, argc, argv, &o);
    if (o.all && (o.name || o.run || o.from || o.out))
        command_bad("--all is of every experiment, each from its newest run: give no name, --run, --from or --out with it");
    if (o.from && (o.run || o.given_db))
        command_bad("--from reads a file: give no --run or --db with it");
    files_begin(&o.files);
    if (o.all)
        return write_all(&o);
    if (!write_one(&o, o.name, why, sizeof why))
        command_bad("%s", why);
    return files_end(&o.files) ? EXIT_OK : EXIT_FAILED;
}
