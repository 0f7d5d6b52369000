/* SPDX-License-Identifier: MIT */
/* report.c - puts a report together: what it judges, draws and says last. report_summary.c opens it, report_sections.c has the
 * parts between.
 */
#include "bench/show/report.h"
#include "bench/data/export.h"
#include "bench/judge/gates.h"
#include "bench/low/output.h"
#include "bench/low/text.h"
#include "bench/show/plot.h"
#include "bench/show/report_end.h"
#include "bench/show/report_nodes.h"
#include "bench/show/report_programs.h"
#include "bench/show/report_sections.h"
#include "bench/show/report_summary.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Before the parts ----------------------------------------------------------------------------------------------------- */

/* Everything that was timed against the reference, judged together. */
static void compare_all(struct report *r)
{
    const struct dataset *ds = r->ds;
    r->comparison = calloc(ds->variant_count * ds->workload_count + 1, sizeof *r->comparison);
    if (!r->comparison)
        abort();
    for (int w = 0; w < (int)ds->workload_count; w++)
        for (int v = 0; v < (int)ds->variant_count; v++) {
            if (r->reference < 0 || v == r->reference || ds->variants[v].twin_of >= 0 || !report_has(r, v, w, "ops_s"))
                continue;
            struct comparison *c = &r->comparison[r->comparison_count++];
            *c = (struct comparison){.a = r->reference, .b = v, .workload = w, .metric = "ops_s"};
        }
    verdict_judge(ds, r->comparison, r->comparison_count, r->e ? r->e->margin : RULE_MARGIN);
}

static void choose(struct report *r)
{
    r->reference = r->e ? dataset_variant(r->ds, r->e->reference) : -1;
    r->subject = -1;
    for (int v = 0; v < (int)r->ds->variant_count; v++) {
        const struct ds_variant *one = &r->ds->variants[v];
        if (one->missing || one->twin_of >= 0)
            continue;
        if (r->reference < 0)
            r->reference = v;
        if (strcmp(one->kind, "hakmem") == 0)
            r->subject = v;
    }
    if (r->e && r->e->subject[0] && dataset_variant(r->ds, r->e->subject) >= 0)
        r->subject = dataset_variant(r->ds, r->e->subject);
}

/* The plots that the experiment names; for a plain run all that there are samples for. */
static void draw_all(struct report *r, const char *folder)
{
    char why[512];
    for (const struct plot_row *row = plot_rows; row->name; row++) {
        bool named = !r->e;
        for (unsigned k = 0; r->e && k < r->e->plot_count; k++)
            named |= strcmp(r->e->plots[k], row->name) == 0;
        if (!named)
            continue;
        if (plot_draw(row->name, r->ds, r->e, r->gates, folder, why, sizeof why)) {
            r->drawn[r->drawn_count++] = row->name;
        } else if (r->e) {
            snprintf(r->missing[r->missing_count++], sizeof *r->missing, "%.*s", (int)sizeof *r->missing - 1, why);
            fprintf(stderr, "hakbench: %s\n", why);
        }
    }
}

/* --- Writing -------------------------------------------------------------------------------------------------------------- */

static void write_parts(struct report *r)
{
    report_summary(r);
    report_gate_table(r);
    report_nodes(r);
    report_programs(r);
    report_throughput(r);
    report_calls(r);
    report_counters(r);
    report_memory(r);
    report_allocator(r);
    report_bottlenecks(r);
    report_unmeasured(r);
    report_reproduce(r);
    report_context(r);
}

static bool write_samples(const struct dataset *ds, const char *folder)
{
    char path[600];
    snprintf(path, sizeof path, "%s/samples.tsv", folder);
    FILE *out = output_open(path);
    if (out)
        export_tsv(out, ds);
    return out && output_close(out, path);
}

bool report_write(const struct dataset *ds, const struct experiment *e, const char *folder, char *why, size_t size)
{
    struct report r = {.ds = ds, .e = e};
    char title[256];
    output_folder(folder, false); /* what is wrong shows when the first file is opened */
    snprintf(title, sizeof title, "Performance report: %s", e ? e->name : ds->experiment[0] ? ds->experiment : "a run");
    if (!doc_open(&r.doc, folder, title))
        return text_fail(why, size, "%s/report.md: %m", folder);
    struct gate_result *gates = e ? gates_judge(ds, e) : NULL;
    r.gates = gates;
    choose(&r);
    compare_all(&r);
    draw_all(&r, folder);
    write_parts(&r);
    bool good = doc_close(&r.doc) && write_samples(ds, folder);
    if (!good)
        text_fail(why, size, "%s: %m", folder);
    free(gates);
    free(r.comparison);
    return good;
}
