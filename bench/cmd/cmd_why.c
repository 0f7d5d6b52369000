/* SPDX-License-Identifier: MIT */
/* cmd_why.c - `hakbench why RUN [A B]`: where two variants of a stored run differ.
 *
 * A run keeps no profile; it keeps how its variants were built and their sha256, which is what is needed to count again.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/source.h"
#include "bench/cmd/why.h"
#include "bench/plan/plan.h"
#include <stdio.h>
#include <string.h>

enum { RIVALS_MAX = 16 };

static struct {
    const char *db, *folder, *workload, *label[2], *rivals[RIVALS_MAX + 1];
    int count, rival_count;
    int64_t run;
} given = {.folder = WHY_FOLDER};

static const struct argp_option options[] = {
    {"workload", 'w', "NAME", 0, "this workload of the run only (all)", 0},
    {"rival", 'r', "NAME=FILE", 0, "the library of a rival of the run that was given by its file (again for more)", 0},
    {"out", 'o', "FOLDER", 0, "where flame graphs are drawn (" WHY_FOLDER ")", 0},
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    (void)state;
    switch (key) {
    case 'w': given.workload = text; return 0;
    case 'o': given.folder = text; return 0;
    case 'd': given.db = text; return 0;
    case 'r':
        if (given.rival_count == RIVALS_MAX)
            command_bad("--rival %s: at most %d", text, RIVALS_MAX);
        given.rivals[given.rival_count++] = text;
        return 0;
    case ARGP_KEY_ARG:
        if (given.count == 3)
            command_bad("'%s': want a run and two of its variants", text);
        if (given.count++ == 0)
            given.run = source_run(text);
        else
            given.label[given.count - 2] = text;
        return 0;
    case ARGP_KEY_END:
        if (given.count != 1 && given.count != 3)
            command_bad("why wants the number of a run, or a run and two of its variants; see: hakbench list runs");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* The variant that was named; else the first ones of the run that are no twins. */
static size_t side_of(const struct dataset *ds, int side)
{
    int at = given.label[side] ? dataset_variant(ds, given.label[side]) : side;
    if (at < 0)
        command_bad("run %lld has no variant '%s'; see: hakbench show %lld", (long long)ds->run, given.label[side],
                    (long long)ds->run);
    if ((size_t)at >= ds->variant_count || ds->variants[at].twin_of >= 0 || ds->variants[at].missing)
        command_bad("run %lld has no two variants that can be compared: %s is not there, or an A/A twin", (long long)ds->run,
                    (size_t)at < ds->variant_count ? ds->variants[at].label : "the second");
    return (size_t)at;
}

static int show(const struct dataset *ds, const struct plan *p)
{
    struct why why = {.folder = given.folder, .run = ds->run, .timeout = p->timeout};
    int status = EXIT_OK, shown = 0;
    for (int side = 0; side < 2; side++)
        why.side[side] = &p->variants[side_of(ds, side)];
    for (size_t w = 0; w < p->workload_count; w++) {
        if (given.workload && strcmp(p->workloads[w]->name, given.workload) != 0)
            continue;
        why.workload = p->workloads[w];
        status = why_show(&why) ? status : EXIT_FAILED;
        shown++;
    }
    if (!shown)
        command_bad("run %lld has no workload '%s'; see: hakbench show %lld", (long long)ds->run, given.workload,
                    (long long)ds->run);
    return status;
}

int cmd_why(int argc, char **argv)
{
    static const struct argp argp = {
        options, parse, "RUN [A B]",
        "Says where two variants of a stored run differ, the first two unless named: both are run once more under callgrind "
        "and strace, and drawn.\vThe variants are built again; one whose file is not that of the run is refused.\n"
        "Exit status: 0; 1 when a workload failed; 2 on bad input.",
        NULL, NULL, NULL};
    char why[1024];
    struct plan plan;
    command_parse(&argp, argc, argv, NULL);
    why_check();
    struct store *st = store_open(command_db(given.db), STORE_READ);
    struct dataset *ds = st ? store_load(st, given.run) : NULL;
    if (!ds)
        command_bad("%s", store_error());
    if (!plan_resume(ds, given.rivals, &plan, why, sizeof why))
        command_bad("%s", why);
    int status = show(ds, &plan);
    plan_free(&plan);
    dataset_free(ds);
    store_close(st);
    return command_end() == EXIT_OK ? status : EXIT_FAILED;
}
