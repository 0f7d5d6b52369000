/* SPDX-License-Identifier: MIT */
/* report_programs.c - the part of a report about whole programs: time and peak memory under each allocator, their geometric
 * means, and the subject against the best of the others on each.
 */
#include "bench/show/report_programs.h"
#include "bench/low/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_program(const struct report *r, int w)
{
    return dataset_is_program(r->ds->workloads[w].command);
}

static bool is_shown(const struct report *r, int v, const char *metric)
{
    return r->ds->variants[v].twin_of < 0 && report_has(r, v, -1, metric);
}

/* Over the programs; NAN when one has no value. */
static double geometric_mean(const struct report *r, int v, const char *metric)
{
    double sum = 0;
    int count = 0;
    for (int w = 0; w < (int)r->ds->workload_count; w++)
        if (is_program(r, w)) {
            sum += log(dataset_median(r->ds, v, w, metric));
            count++;
        }
    return exp(sum / count);
}

/* The smallest of libc and the rivals; -1: none. */
static int best_other(const struct report *r, int w, const char *metric)
{
    int best = -1;
    for (int v = 0; v < (int)r->ds->variant_count; v++) {
        double x = dataset_median(r->ds, v, w, metric);
        if (strcmp(r->ds->variants[v].kind, "hakmem") != 0 && r->ds->variants[v].twin_of < 0 && x > 0 &&
            (best < 0 || x < dataset_median(r->ds, best, w, metric)))
            best = v;
    }
    return best;
}

/* A row for each program, a column for each allocator; one is what is shown in the unit of the table. */
static void program_table(struct report *r, const char *metric, const char *head, double one)
{
    char columns[1024];
    snprintf(columns, sizeof columns, "%s", head);
    for (int v = 0; v < (int)r->ds->variant_count; v++)
        if (is_shown(r, v, metric))
            text_add(columns, sizeof columns, "|>%s", r->ds->variants[v].label);
    doc_table(&r->doc, columns);
    for (int w = 0; w < (int)r->ds->workload_count; w++) {
        if (!is_program(r, w))
            continue;
        doc_cell(&r->doc, "%s", r->ds->workloads[w].name);
        for (int v = 0; v < (int)r->ds->variant_count; v++)
            if (is_shown(r, v, metric))
                doc_cell(&r->doc, "%s", show(dataset_median(r->ds, v, w, metric) / one, 3));
    }
    doc_cell(&r->doc, "**geometric mean**");
    for (int v = 0; v < (int)r->ds->variant_count; v++)
        if (is_shown(r, v, metric))
            doc_cell(&r->doc, "**%s**", show(geometric_mean(r, v, metric) / one, 3));
}

/* Pair by pair against the other; without an interval where there are too few. */
static void against(struct report *r, int w, const char *metric)
{
    int other = best_other(r, w, metric);
    size_t room = r->ds->sample_count + 1, n;
    double *mine = malloc(2 * room * sizeof *mine), *theirs = mine + room;
    if (other < 0 || !mine) {
        doc_cell(&r->doc, "-");
        doc_cell(&r->doc, "-");
    } else {
        n = dataset_pairs(r->ds, r->subject, other, w, metric, mine, theirs, room);
        struct stats_interval ratio = stats_ratio_interval(theirs, mine, n);
        doc_cell(&r->doc, "%s %s", show(ratio.value, 3), show_interval(ratio, 1));
        doc_cell(&r->doc, "%s", r->ds->variants[other].label);
    }
    free(mine);
}

void report_programs(struct report *r)
{
    int count = 0;
    for (int w = 0; w < (int)r->ds->workload_count; w++)
        count += is_program(r, w) && report_has(r, -1, w, "seconds");
    if (!count)
        return;
    doc_heading(&r->doc, 2, "Whole programs");
    doc_text(&r->doc, "Medians. Time is from start to end; memory is the peak of the largest process of a run (ru_maxrss), "
                      "which is the program itself. Shorter and smaller is better.");
    program_table(r, "seconds", "seconds", 1);
    program_table(r, "rss_peak", "peak RSS, MiB", 1024);
    if (r->subject < 0)
        return;
    doc_text(&r->doc, "%s against the best of the others on each program: medians of paired ratios with 95 %% intervals, "
                      "below 1 where it is better.",
             r->ds->variants[r->subject].label);
    doc_table(&r->doc, "program|>time|best in time|>peak RSS|smallest");
    for (int w = 0; w < (int)r->ds->workload_count; w++)
        if (is_program(r, w)) {
            doc_cell(&r->doc, "%s", r->ds->workloads[w].name);
            against(r, w, "seconds");
            against(r, w, "rss_peak");
        }
}
