/* SPDX-License-Identifier: MIT */
/* cmd_list.c - `hakbench list WORD`: what there is to name: workloads, metrics, rivals, verdicts, variants ...
 *
 * One line each, the name first, which is what shell completion reads.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/experiment_file.h"
#include "bench/data/rival.h"
#include "bench/data/store.h"
#include "bench/judge/exits.h"
#include "bench/judge/outcome.h"
#include "bench/low/text.h"
#include "bench/low/tree.h"
#include "bench/plan/variant.h"
#include "bench/plan/workload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *db;

static int list_workloads(void)
{
    for (size_t i = 0; i < workload_count; i++)
        printf("%-24s %-44s %2d thread%s %s\n", workloads[i].name, workloads[i].command, workloads[i].threads,
               workloads[i].threads == 1 ? " " : "s", workloads[i].what);
    return EXIT_OK;
}

static void print_metrics(const struct metric *list)
{
    static const char *const better[] = {"less", "-", "more"};
    for (const struct metric *m = list; m->name; m++)
        printf("%-24s %-4s %-5s %-13s %s%s\n", m->name, *m->unit ? m->unit : "-", better[m->better + 1],
               mode_rows[m->mode].name, m->what, m->derived ? " (computed)" : "");
}

static int list_metrics(void)
{
    static const struct metric exits[] = {
        {EXITS_METRIC, "", "runs that fail, of ab and bisect", -1, MODE_TIME, false}, {NULL, NULL, NULL, 0, 0, false}};
    print_metrics(metrics);
    print_metrics(exits);
    print_metrics(metric_families);
    return EXIT_OK;
}

static int list_rivals(void)
{
    for (const struct rival *r = rivals; r->name; r++) {
        struct variant v;
        char why[512];
        bool found = variant_resolve("", r->name, &v, why, sizeof why) && !v.d.missing;
        printf("%-12s %-12s %s\n", r->name, found ? v.d.version : "-",
               !found       ? "not installed"
               : *v.library ? v.library
                            : "the C library's own");
    }
    printf("%-12s %-12s %s\n", "NAME=FILE.so", "-", "any other library that replaces malloc; its path alone will do");
    return EXIT_OK;
}

static void print_outcomes(const struct outcome *rows, int count)
{
    for (int i = 0; i < count; i++)
        if (*rows[i].words)
            printf("%-18s %s\n", rows[i].name, rows[i].words);
}

/* Of comparisons, then of gates. */
static int list_verdicts(void)
{
    print_outcomes(verdict_rows, VERDICTS);
    print_outcomes(gate_rows, GATES);
    return EXIT_OK;
}

/* The combinations that must always build and the recorded baselines, by their canonical names, which phases/ knows. */
static int list_variants(void)
{
    char line[512], name[64], library[128], path[4096];
    if (tree_is_installed())
        command_bad("the variants that tests build are those of a checkout; this hakbench was installed");
    setenv("HAKBENCH_ROOT", tree_root(), 1); // whatever the path holds, it is no part of the command
    FILE *in = popen("cd \"$HAKBENCH_ROOT\" && { phases/matrix --list; awk -F '\t' '!/^#/ {print $2}' bench/baselines.tsv; } | while read -r toggles; do"
                     " printf '%s\t%s\n' \"$(phases/resolve $toggles | cut -d ' ' -f 1)\" \"$toggles\"; done"
                     " | awk -F '\t' '!seen[$1]++'", "r");
    while (in && fgets(line, sizeof line, in)) {
        size_t length = strcspn(line, "\t");
        line[strcspn(line, "\n")] = 0;
        if (!line[length] || length >= sizeof name)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)length, line);
        snprintf(library, sizeof library, "out/%s/libhakmem.so", name);
        FILE *built = fopen(tree_path(library, path, sizeof path), "r");
        printf("%-24s %s%s\n", name, line + length + 1, built ? " (built)" : "");
        if (built)
            fclose(built);
    }
    if (in && pclose(in) == 0)
        return EXIT_OK;
    fprintf(stderr, "hakbench list: phases/matrix cannot be asked; run in the root of the tree\n");
    return EXIT_FAILED;
}

static int list_experiments(void)
{
    int status = EXIT_OK;
    char **names = experiment_names();
    for (char **name = names; *name; name++) {
        char why[1024];
        struct experiment *e = experiment_find(*name, why, sizeof why);
        if (e)
            printf("%-24s %s\n", *name, e->question);
        else
            fprintf(stderr, "hakbench list: %s\n", why);
        status = e ? status : EXIT_FAILED;
        experiment_free(e);
    }
    experiment_names_free(names);
    return status;
}

/* The newest thousand. */
static int list_runs(void)
{
    static struct store_run runs[1000];
    struct store *st = store_open(command_db(db), STORE_READ);
    size_t count = st ? store_runs(st, runs, sizeof runs / sizeof *runs) : 0;
    if (*store_error())
        command_bad("%s", store_error());
    bool machines = false;
    for (size_t i = 1; i < count; i++)
        machines |= strcmp(runs[i].machine, runs[0].machine) != 0;
    for (size_t i = 0; i < count; i++)
        printf("%-5lld %s %6llu samples  %-10s %s%s%-20s %s\n", (long long)runs[i].id, runs[i].started,
               (unsigned long long)runs[i].samples, runs[i].finished ? "finished" : "unfinished",
               machines ? runs[i].machine : "", machines ? "  " : "",
               *runs[i].experiment ? runs[i].experiment : "-", runs[i].command);
    store_close(st);
    return EXIT_OK;
}

static const struct list {
    const char *name;
    int (*print)(void);
} lists[] = {
    {"workloads", list_workloads}, {"metrics", list_metrics},         {"rivals", list_rivals}, {"verdicts", list_verdicts},
    {"variants", list_variants},   {"experiments", list_experiments}, {"runs", list_runs},
};

/* "workloads metrics rivals": for messages. */
static const char *lists_text(void)
{
    static char text[256];
    text[0] = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        text_add(text, sizeof text, "%s%s", i ? " " : "", lists[i].name);
    return text;
}

static const struct list *list_find(const char *name)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(lists[i].name, name) == 0)
            return &lists[i];
    command_bad("no list of '%s'; lists: %s", name, lists_text());
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    switch (key) {
    case 'd':
        db = text;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num)
            command_bad("'%s': one list at a time", text);
        *(const struct list **)state->input = list_find(text);
        return 0;
    case ARGP_KEY_NO_ARGS:
        command_bad("of what? lists: %s", lists_text());
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_list(int argc, char **argv)
{
    static const struct argp_option options[] = {{"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0}, {0}};
    char doc[512];
    snprintf(doc, sizeof doc, "Lists what can be named, one line each, the name first. LIST is one of: %s.", lists_text());
    const struct argp argp = {.options = options, .parser = parse, .args_doc = "LIST", .doc = doc};
    const struct list *list = NULL;
    command_parse(&argp, argc, argv, &list);
    int status = list->print();
    return command_end() == EXIT_OK ? status : EXIT_FAILED;
}
