/* SPDX-License-Identifier: MIT */
/* measure.c - from a command line to a plan, and from a plan to a dataset. */
#include "bench/cmd/measure.h"
#include "bench/cmd/command.h"
#include "bench/low/text.h"
#include "bench/take/quiet.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=/.,:@%"

long measure_number(const char *option, const char *text, long min, long max)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (*text == 0 || *end || errno || value < min || value > max)
        command_bad("%s %s: want a whole number from %ld to %ld", option, text, min, max);
    return value;
}

bool margin_read(const char *text, double *out, char *why, size_t size)
{
    char *end;
    double value = strtod(text, &end);
    const char *unit = end + strspn(end, " ");
    if (end == text || strcmp(unit, "%") != 0 || !(value > 0 && value <= 50))
        return text_fail(why, size, "%s: want percent with the sign, above 0%%, at most 50%%: 1%%", text);
    *out = value / 100;
    return true;
}

double measure_margin(const char *text)
{
    char why[128];
    double margin = 0;
    if (!margin_read(text, &margin, why, sizeof why))
        command_bad("--margin %s", why);
    return margin;
}

/* A word as a shell reads it: between single quotes unless it is plain. */
static void word_add(char *out, size_t size, const char *word)
{
    const char *quote = *word && !word[strspn(word, PLAIN)] ? "" : "'";
    text_add(out, size, " %s", quote);
    for (; *word; word++)
        if (*word == '\'')
            text_add(out, size, "'\\''");
        else
            text_add(out, size, "%c", *word);
    text_add(out, size, "%s", quote);
}

void measure_command(struct measure *m, int argc, char **argv)
{
    snprintf(m->command, sizeof m->command, "hakbench");
    for (int i = 0; i < argc; i++)
        word_add(m->command, sizeof m->command, argv[i]);
}

static bool label_taken(const struct measure *m, size_t count, const char *label)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(m->variants[i].d.label, label) == 0)
            return true;
    return false;
}

size_t measure_append(struct measure *m, const struct variant *v)
{
    size_t at = m->plan.variant_count;
    char plain[64];
    if (at == PLAN_VARIANTS_MAX - 1)
        command_bad("%s: at most %d variants in a run", v->d.label, PLAN_VARIANTS_MAX - 1);
    m->variants[at] = *v;
    snprintf(plain, sizeof plain, "%.50s", v->d.label);
    for (int i = 2; label_taken(m, at, m->variants[at].d.label); i++)
        snprintf(m->variants[at].d.label, sizeof plain, "%.50s (%d)", plain, i);
    return m->plan.variant_count++;
}

size_t measure_variant(struct measure *m, const char *label, const char *text)
{
    char why[512];
    struct variant v;
    if (!variant_resolve(label, text, &v, why, sizeof why))
        command_bad("%s", why);
    return measure_append(m, &v);
}

size_t measure_workload(struct measure *m, const char *name)
{
    char why[2048];
    const struct workload *w = workload_find(name, why, sizeof why);
    if (!w || !workload_here(w, why, sizeof why))
        command_bad("%s", why);
    for (size_t i = 0; i < m->plan.workload_count; i++)
        if (m->workloads[i] == w)
            return i;
    if (m->plan.workload_count == PLAN_WORKLOADS_MAX)
        command_bad("%s: at most %d workloads in a run", name, PLAN_WORKLOADS_MAX);
    m->workloads[m->plan.workload_count] = w;
    return m->plan.workload_count++;
}

void measure_usual(struct measure *m)
{
    static const char *const usual[] = {"random_mixed-seed", "random_mixed-seed256", "random_mixed-steady", "random_mixed-8192",
                                        "larson-seed"};
    for (size_t i = 0; m->plan.workload_count < i + 1 && i < sizeof usual / sizeof *usual; i++)
        measure_workload(m, usual[i]);
}

struct plan *measure_plan(struct measure *m)
{
    m->plan.experiment = "";
    m->plan.command = m->command;
    m->plan.variants = m->variants;
    m->plan.workloads = m->workloads;
    m->plan.skip = m->skip;
    m->plan.modes = 1u << MODE_TIME;
    m->plan.seed = plan_seed();
    m->plan.twin = -1;
    return &m->plan;
}

struct store *measure_open(const char *db)
{
    struct store *st = store_open(command_db_made(db), STORE_WRITE);
    if (!st)
        command_bad("%s", store_error());
    return st;
}

struct dataset *measure_run(struct store *st, const struct plan *p)
{
    char why[512] = "";
    bool interrupted = false;
    int64_t run = engine_run(st, p, &interrupted, why, sizeof why);
    if (interrupted)
        exit(EXIT_INTERRUPTED);
    if (run == ENGINE_BAD)
        command_bad("%s", why);
    struct dataset *ds = run < 0 ? NULL : store_load(st, run);
    if (ds)
        return ds;
    fprintf(stderr, "hakbench: %s\n", run < 0 ? why : store_error());
    exit(EXIT_FAILED);
}

void measure_wait(int seconds)
{
    if (seconds > 0 && !quiet_wait(seconds))
        fprintf(stderr, "hakbench: after %d seconds others still take more than %.0f %% of the processors\n", seconds,
                100 * QUIET_SHARE);
}

size_t measure_failed(const struct dataset *ds)
{
    size_t count = 0;
    for (size_t i = 0; i < ds->sample_count; i++)
        count += ds->samples[i].failed;
    return count;
}
