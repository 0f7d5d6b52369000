/* SPDX-License-Identifier: MIT */
/* cmd_show.c - `hakbench show`: a stored run as it is: its context, its variants, medians of its cells or every sample.
 *
 * Judges nothing: that is what run, ab and report do.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/source.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 16 };

struct asked {
    struct source source;
    const char *metrics[COLUMNS_MAX];
    int metric_count;
    bool samples;
};

/* What is shown unless metrics are named: those of these that the run has. */
static const char *const usual[] = {"ops_s",        "rss_peak", "faults",       "superslabs_peak",
                                    "syscalls_own", "syscalls", "instructions", "rss_settled"};

static const struct argp_option options[] = {
    {"metric", 'm', "NAME", 0, "show this one (again for more), instead of the usual ones", 0},
    {"samples", 's', NULL, 0, "every sample, instead of medians", 0},
    {0},
};

static void metric_ask(struct asked *asked, const char *name)
{
    if (!metric_find(name))
        command_bad("no metric '%s'%s; metrics: %s", name, metric_like(name), metric_names());
    if (asked->metric_count == COLUMNS_MAX)
        command_bad("--metric %s: at most %d", name, COLUMNS_MAX);
    asked->metrics[asked->metric_count++] = name;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct asked *asked = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &asked->source;
        return 0;
    case 'm':
        metric_ask(asked, text);
        return 0;
    case 's':
        asked->samples = true;
        return 0;
    case ARGP_KEY_ARG:
        if (asked->source.run)
            command_bad("'%s': one run at a time", text);
        asked->source.run = source_run(text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static bool measured(const struct dataset *ds, const char *metric)
{
    for (size_t i = 0; i < ds->sample_count; i++)
        if (!isnan(dataset_value(ds, &ds->samples[i], metric)))
            return true;
    return false;
}

static void show_head(const struct dataset *ds)
{
    printf("run %lld%s%s, begun %s, %s, %zu samples, seed %llu\n%s\n\n", (long long)ds->run, *ds->experiment ? " of " : "",
           ds->experiment, ds->started, ds->finished ? "finished" : "unfinished", ds->sample_count,
           (unsigned long long)ds->seed, ds->command);
    for (size_t i = 0; i < ds->context_count; i++)
        printf("  %-16s %s\n", ds->context[i].key, ds->context[i].value);
    putchar('\n');
    for (size_t i = 0; i < ds->variant_count; i++) {
        const struct ds_variant *v = &ds->variants[i];
        const char *twin = v->twin_of < 0 ? "" : ds->variants[v->twin_of].label;
        printf("  %-16s %-8s %-12.12s %s%s%s%s%s\n", v->label, v->kind, *v->sha256 ? v->sha256 : "-",
               *v->toggles ? v->toggles : v->version, *v->toggles && *v->variant ? " = " : "", v->variant,
               *twin ? ", the same file as " : "", twin);
        if (v->missing)
            printf("  %-16s not installed\n", "");
    }
}

/* "  1234567" or "  12.34": whole numbers whole, others with four digits. */
static void show_number(double value)
{
    if (isnan(value))
        printf(" %16s", "-");
    else if (fabs(value) >= 1000 || value == trunc(value))
        printf(" %16.0f", value);
    else
        printf(" %16.4g", value);
}

static void show_names(const struct asked *asked)
{
    for (int m = 0; m < asked->metric_count; m++)
        printf(" %16s", asked->metrics[m]);
    putchar('\n');
}

/* How many samples a cell has. */
struct counts {
    size_t timed, other, failed;
};

static struct counts count_samples(const struct dataset *ds, int variant, int workload)
{
    struct counts n = {0};
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        if (s->variant != variant || s->workload != workload)
            continue;
        n.failed += s->failed;
        n.timed += !s->failed && s->mode == MODE_TIME;
        n.other += !s->failed && s->mode != MODE_TIME;
    }
    return n;
}

static void show_cells(const struct dataset *ds, const struct asked *asked)
{
    for (int w = 0; w < (int)ds->workload_count; w++) {
        printf("\n%s: %s (medians)\n  %-16s %6s %6s %6s", ds->workloads[w].name, ds->workloads[w].command, "variant", "timed",
               "other", "failed");
        show_names(asked);
        for (int v = 0; v < (int)ds->variant_count; v++) {
            struct counts n = count_samples(ds, v, w);
            if (!n.timed && !n.other && !n.failed)
                continue;
            printf("  %-16s %6zu %6zu %6zu", ds->variants[v].label, n.timed, n.other, n.failed);
            for (int m = 0; m < asked->metric_count; m++)
                show_number(dataset_median(ds, v, w, asked->metrics[m]));
            putchar('\n');
        }
    }
}

static void show_samples(const struct dataset *ds, const struct asked *asked)
{
    printf("\n%8s %5s %-12s %-16s %-24s", "position", "block", "mode", "variant", "workload");
    show_names(asked);
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        printf("%8d %5d %-12s %-16s %-24s", s->position, s->block, mode_rows[s->mode].name, ds->variants[s->variant].label,
               ds->workloads[s->workload].name);
        for (int m = 0; m < asked->metric_count; m++)
            show_number(dataset_value(ds, s, asked->metrics[m]));
        printf("%s%s\n", s->failed ? "  failed: " : "", s->why);
    }
}

int cmd_show(int argc, char **argv)
{
    static const struct argp_child children[] = {{&source_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "[RUN]",
        .doc = "Shows a stored run, the newest unless another is named: its context, its variants, the medians of its cells.",
        .children = children,
    };
    struct asked asked = {0};
    command_parse(&argp, argc, argv, &asked);
    struct dataset *ds = source_load(&asked.source);
    bool named = asked.metric_count > 0;
    for (size_t i = 0; !named && i < sizeof usual / sizeof *usual; i++)
        if (measured(ds, usual[i]))
            asked.metrics[asked.metric_count++] = usual[i];
    show_head(ds);
    if (asked.samples)
        show_samples(ds, &asked);
    else
        show_cells(ds, &asked);
    dataset_free(ds);
    return command_end();
}
