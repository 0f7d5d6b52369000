/* SPDX-License-Identifier: MIT */
/* cmd_site.c - `hakbench site FOLDER`: what the store and the experiments hold, as static pages.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/experiment_file.h"
#include "bench/cmd/past.h"
#include "bench/cmd/repository.h"
#include "bench/judge/rule.h"
#include "bench/low/tree.h"
#include "bench/low/xalloc.h"
#include "bench/show/site.h"
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_MACHINE = 256, TRENDS_MAX = 400, EXPERIMENTS_MAX = 200 };

static struct {
    const char *db, *folder, *machine;
} given;

static const struct argp_option options[] = {
    {"machine", OPTION_MACHINE, "NAME", 0, "trends of this machine only (all of them)", 0},
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    (void)state;
    switch (key) {
    case OPTION_MACHINE:
        given.machine = text;
        return 0;
    case 'd':
        given.db = text;
        return 0;
    case ARGP_KEY_ARG:
        if (given.folder)
            command_bad("'%s': want one folder", text);
        given.folder = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        command_bad("want a folder to write to, as in: out/site");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- Experiments -----------------------------------------------------------------------------------------------------------
 */

/* When the samples were taken that lie in a folder; false: none lie there. */
static bool started_of(const char *folder, char *out, size_t size)
{
    char path[4200], line[1024];
    snprintf(path, sizeof path, "%s/samples.tsv", folder);
    FILE *in = fopen(path, "r");
    out[0] = 0;
    while (in && !*out && fgets(line, sizeof line, in) && *line == '#')
        if (strncmp(line, "# started\t", 10) == 0)
            snprintf(out, size, "%.*s", (int)strcspn(line + 10, "\n"), line + 10);
    if (in)
        fclose(in);
    return *out;
}

/* The newest of the report that is kept and the one that was made here. */
static void report_choose(struct site_experiment *e)
{
    static const char *const places[] = {"experiments", "out/report"};
    char folder[4096], started[32], path[4200], part[400];
    for (int i = 0; i < 2; i++) {
        snprintf(part, sizeof part, "%s/%s", places[i], e->name);
        (i ? tree_kept : tree_path)(part, folder, sizeof folder);
        snprintf(path, sizeof path, "%s/report.md", folder);
        if (access(path, R_OK) != 0 || !started_of(folder, started, sizeof started) || strcmp(started, e->started) < 0)
            continue;
        snprintf(e->folder, sizeof e->folder, "%.*s", (int)sizeof e->folder - 1, folder);
        snprintf(e->started, sizeof e->started, "%s", started);
        snprintf(e->file, sizeof e->file, "report.md");
    }
}

static size_t experiments_find(struct site_experiment *list)
{
    char why[1024];
    size_t count = 0;
    char **names = experiment_names();
    for (char **name = names; *name && count < EXPERIMENTS_MAX; name++) {
        struct site_experiment *e = &list[count];
        struct experiment *file = experiment_find(*name, why, sizeof why);
        if (!file) {
            fprintf(stderr, "hakbench site: %s\n", why);
            continue;
        }
        snprintf(e->name, sizeof e->name, "%s", *name);
        snprintf(e->question, sizeof e->question, "%.*s", (int)sizeof e->question - 1, file->question);
        report_choose(e);
        experiment_free(file);
        count++;
    }
    experiment_names_free(names);
    return count;
}

/* What `make attribution` said has no experiment file. */
static size_t attributions_find(struct site_experiment *list, size_t count)
{
    glob_t found;
    char path[4096];
    if (glob(tree_path("experiments/*/attribution.md", path, sizeof path), 0, NULL, &found) != 0)
        return count;
    for (size_t i = 0; i < found.gl_pathc && count < EXPERIMENTS_MAX; i++) {
        struct site_experiment *e = &list[count++];
        *strrchr(found.gl_pathv[i], '/') = 0;
        snprintf(e->folder, sizeof e->folder, "%.*s", (int)sizeof e->folder - 1, found.gl_pathv[i]);
        snprintf(e->name, sizeof e->name, "%.*s", (int)sizeof e->name - 1, strrchr(found.gl_pathv[i], '/') + 1);
        snprintf(e->file, sizeof e->file, "attribution.md");
        snprintf(e->question, sizeof e->question, "What does each toggle contribute, alone and in pairs?");
    }
    globfree(&found);
    return count;
}

/* The part of README.md about phases, from its heading to the next. */
static char *phases_read(void)
{
    char line[4096], path[4096], *text;
    size_t size;
    bool inside = false;
    FILE *in = fopen(tree_path("README.md", path, sizeof path), "r"), *out = xalloc_need(open_memstream(&text, &size));
    while (in && fgets(line, sizeof line, in)) {
        if (strncmp(line, "## ", 3) == 0)
            inside = strcmp(line, "## Phases\n") == 0;
        else if (inside)
            fputs(line, out);
    }
    if (in)
        fclose(in);
    xalloc_need(fclose(out) == 0 ? text : NULL);
    return text;
}

/* --- Trends ----------------------------------------------------------------------------------------------------------------
 */

static bool has_trend(const struct history *h)
{
    for (size_t s = 0; s < h->count; s++)
        if (!h->series[s].rival && h->series[s].count > 1)
            return true;
    return false;
}

static void trends_of(const struct past *p, const char *workload, const char *machine, struct commits *c, struct site *s)
{
    static const char *const shown[] = {"ops_s", "instructions", "syscalls_own", "faults", "rss_peak", "rss_settled"};
    char name[400];
    for (size_t m = 0; m < sizeof shown / sizeof *shown && s->trend_count < TRENDS_MAX; m++) {
        struct history *h = past_history(p, workload, shown[m], machine, c);
        if (!has_trend(h)) {
            history_free(h);
            continue;
        }
        struct site_trend *one = &s->trend[s->trend_count++];
        trend_judge(h, RULE_MARGIN, &one->trend);
        snprintf(name, sizeof name, "%s-%s-%.20s", workload, shown[m], machine);
        site_name(name, one->plot, sizeof one->plot);
    }
}

/* Is this the first run of its machine that has the workload? */
static bool met_first(const struct past *p, size_t run, const char *machine, const char *workload)
{
    char other[64];
    for (size_t i = 0; i < run; i++) {
        history_machine(p->run[i], other, sizeof other);
        if (strcmp(other, machine) == 0 && dataset_workload(p->run[i], workload) >= 0)
            return false;
    }
    return true;
}

static void trends_find(const struct past *p, struct commits *c, struct site *s)
{
    char machine[64];
    for (size_t i = 0; i < p->count; i++) {
        const struct dataset *ds = p->run[i];
        history_machine(ds, machine, sizeof machine);
        for (size_t w = 0; w < ds->workload_count; w++)
            if ((!given.machine || strcmp(given.machine, machine) == 0) && met_first(p, i, machine, ds->workloads[w].name))
                trends_of(p, ds->workloads[w].name, machine, c, s);
    }
}

/* The runs of the store; none where nothing was stored yet, unless a file was named. */
static struct past runs_load(void)
{
    bool nothing = !given.db && access(command_db(NULL), F_OK) != 0;
    struct store *st = nothing ? NULL : store_open(command_db(given.db), given.db ? STORE_READ : STORE_WRITE);
    if (!st && !nothing)
        command_bad("%s", store_error());
    struct past p = st ? past_load(st, NULL) : (struct past){0};
    store_close(st);
    return p;
}

int cmd_site(int argc, char **argv)
{
    static const struct argp argp = {
        options,
        parse,
        "FOLDER",
        "Writes static pages, FOLDER/index.html first: trends by workload and metric with the other "
        "allocators beside them, the phases, the newest report of each experiment.",
        NULL,
        NULL,
        NULL};
    char why[1024];
    bool among;
    struct commits c;
    command_parse(&argp, argc, argv, NULL);
    struct past p = runs_load();
    if (!repository_read("HEAD", &c, why, sizeof why))
        c = (struct commits){0};
    const char *machines = past_machines(&p, given.machine ? given.machine : "", &among);
    if (given.machine && !among)
        command_bad("--machine %s: no run is of it; machines:%s", given.machine, *machines ? machines : " none");
    struct site s = {.folder = given.folder, .commits = &c, .revision = c.count ? c.commit[c.count - 1].hash : ""};
    s.trend = xalloc_zeroed(TRENDS_MAX, sizeof *s.trend);
    s.experiment = xalloc_zeroed(EXPERIMENTS_MAX, sizeof *s.experiment);
    s.experiment_count = attributions_find(s.experiment, experiments_find(s.experiment));
    char *phases = phases_read();
    s.phases = phases;
    trends_find(&p, &c, &s);
    past_free(&p);
    if (!site_write(&s, why, sizeof why))
        command_bad("%s", why);
    printf("site: %s/index.html: %zu trends, %zu experiments\n", given.folder, s.trend_count, s.experiment_count);
    free(phases);
    return command_end();
}
