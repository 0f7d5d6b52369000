/* report.c - puts a report together: what it judges, draws and says last. report_summary.c opens it, report_sections.c has the
 * parts between.
 */
#include "bench/show/report.h"
#include "bench/plan/build.h"
#include "bench/data/export.h"
#include "bench/show/plot.h"
#include "bench/show/report_part.h"
#include "bench/low/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- Gates ---------------------------------------------------------------------------------------------------------------- */

struct expect_result *report_gates(const struct dataset *ds, const struct experiment *e)
{
    struct expect_result *gates = calloc(e->expect_count + 1, sizeof *gates);
    if (!gates)
        abort();
    for (unsigned i = 0; i < e->expect_count; i++)
        gates[i] = expect_judge(e->expect[i], ds, e->margin);
    return gates;
}

void report_gates_print(FILE *out, const struct experiment *e, const struct expect_result *gates)
{
    size_t width = 24;
    for (unsigned i = 0; i < e->expect_count; i++)
        if (strlen(gates[i].text) > width && strlen(gates[i].text) <= 100)
            width = strlen(gates[i].text);
    fprintf(out, "\n%-12s  %-*s  %s\n", "gate", (int)width, "expected before the run", "measured");
    for (unsigned i = 0; i < e->expect_count; i++)
        fprintf(out, "%-12s  %-*s  %s\n", gate_rows[gates[i].gate].name, (int)width, gates[i].text, gates[i].figure);
}

/* --- What the parts share ------------------------------------------------------------------------------------------------- */

static char *buffer(void)
{
    static char text[16][64];
    static int next;
    return text[next++ % 16];
}

/* Digits in groups of three. */
static const char *grouped(double x)
{
    char plain[32], *out = buffer();
    size_t length = (size_t)snprintf(plain, sizeof plain, "%.0f", fabs(x)), k = 0;
    if (x < 0)
        out[k++] = '-';
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            out[k++] = ',';
        out[k++] = plain[i];
    }
    out[k] = 0;
    return out;
}

const char *show(double x, int digits)
{
    if (!isfinite(x))
        return "-";
    if (!digits)
        return grouped(x);
    char *out = buffer();
    if (x && fabs(x) < 0.1 && digits > 1)
        snprintf(out, 64, "%.3g", x);
    else
        snprintf(out, 64, "%.*f", fabs(x) >= 100 && digits > 1 ? 1 : fabs(x) >= 10 && digits > 2 ? 2 : digits, x);
    return out;
}

const char *show_interval(struct stats_interval x, double scale)
{
    if (isnan(x.lo) || isnan(x.hi))
        return "[too few]";
    char *out = buffer();
    snprintf(out, 64, "[%s, %s]", show(x.lo * scale, 3), show(x.hi * scale, 3));
    return out;
}

bool report_drawn(const struct report *r, const char *plot)
{
    for (int i = 0; i < r->drawn_count; i++)
        if (strcmp(r->drawn[i], plot) == 0)
            return true;
    return false;
}

bool report_has(const struct report *r, int variant, int workload, const char *metric)
{
    for (int v = 0; v < (int)r->ds->variant_count; v++)
        for (int w = 0; w < (int)r->ds->workload_count; w++)
            if ((variant < 0 || variant == v) && (workload < 0 || workload == w) && !isnan(dataset_median(r->ds, v, w, metric)))
                return true;
    return false;
}

const struct comparison *report_compared(const struct report *r, int variant, int workload)
{
    for (size_t i = 0; i < r->comparison_count; i++)
        if (r->comparison[i].b == variant && r->comparison[i].workload == workload)
            return &r->comparison[i];
    return NULL;
}

int report_best_rival(const struct report *r, int workload)
{
    int best = -1;
    for (int v = 0; v < (int)r->ds->variant_count; v++) {
        double x = dataset_median(r->ds, v, workload, "ops_s");
        bool rival = strcmp(r->ds->variants[v].kind, "hakmem") != 0 && r->ds->variants[v].twin_of < 0 && !isnan(x);
        if (rival && (best < 0 || x > dataset_median(r->ds, best, workload, "ops_s")))
            best = v;
    }
    return best;
}

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
    verdict_judge(ds, r->comparison, r->comparison_count, r->e ? r->e->margin : VERDICT_MARGIN);
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

/* --- Gates, as a part -------------------------------------------------------------------------------------------------- */

void report_gate_table(struct report *r)
{
    if (!r->e || !r->e->expect_count)
        return;
    doc_heading(&r->doc, 2, "Gates");
    doc_text(&r->doc, "Written down before the run. Times are judged by the 95 %% interval of paired ratios, counts and memory "
                      "by their medians. %s.", outcome_words(gate_rows, GATES));
    if (report_drawn(r, "gates"))
        doc_figure(&r->doc, "gates", "How far inside its bound each gate is, on a logarithmic scale.");
    doc_table(&r->doc, "gate|expected|measured");
    for (unsigned i = 0; i < r->e->expect_count; i++) {
        doc_cell(&r->doc, "%s", gate_rows[r->gates[i].gate].name);
        doc_cell(&r->doc, "`%s`", r->gates[i].text);
        doc_cell(&r->doc, "%s", r->gates[i].figure);
    }
}

/* --- The end -------------------------------------------------------------------------------------------------------------- */

static void unmeasured_modes(struct report *r)
{
    for (int mode = 0; mode < MODES; mode++) {
        size_t samples = 0;
        for (size_t i = 0; i < r->ds->sample_count; i++)
            samples += r->ds->samples[i].mode == (enum mode)mode;
        if (samples)
            continue;
        bool wanted = r->e && r->e->modes >> mode & 1;
        doc_item(&r->doc, "%s (mode %s): %s.", mode_rows[mode].what, mode_rows[mode].name,
                 wanted ? "asked for, but there are no samples of it" : "not asked for by this experiment");
    }
}

void report_unmeasured(struct report *r)
{
    doc_heading(&r->doc, 2, "Not measured, and why");
    for (size_t v = 0; v < r->ds->variant_count; v++)
        if (r->ds->variants[v].missing)
            doc_item(&r->doc, "%s: not installed here (`make deps-rivals`).", r->ds->variants[v].label);
    unmeasured_modes(r);
    for (size_t i = 0; i < r->ds->sample_count; i++)
        if (r->ds->samples[i].failed)
            doc_item(&r->doc, "%s on %s (mode %s): failed: %s.", r->ds->variants[r->ds->samples[i].variant].label,
                     r->ds->workloads[r->ds->samples[i].workload].name, mode_rows[r->ds->samples[i].mode].name,
                     r->ds->samples[i].why);
    for (int i = 0; i < r->missing_count; i++)
        doc_item(&r->doc, "%s.", r->missing[i]);
    for (unsigned i = 0; r->e && i < r->e->expect_count; i++)
        if (r->gates[i].gate == GATE_NOT_MEASURED)
            doc_item(&r->doc, "Gate `%s`: %s.", r->gates[i].text, r->gates[i].figure);
    bool counters = false;
    for (size_t i = 0; i < r->ds->metric_count; i++)
        counters |= strncmp(r->ds->metric_names[i], "perf.", 5) == 0;
    if (!counters)
        doc_item(&r->doc, "Hardware counters (cycles, branches, caches): not supported here.");
    doc_item(&r->doc, "Published baselines come from another machine and build; each is shown beside its own workload only.");
}

void report_reproduce(struct report *r)
{
    char text[4096] = "";
    const struct dataset *ds = r->ds;
    const char *revision = dataset_context(ds, "git");
    doc_heading(&r->doc, 2, "How to reproduce");
    if (revision[0])
        text_add(text, sizeof text, "git checkout %s%s\n", revision,
                 strcmp(dataset_context(ds, "dirty"), "yes") == 0 ? "   # and changes that were not committed" : "");
    text_add(text, sizeof text, "make deps deps-rivals\n");
    if (r->e)
        text_add(text, sizeof text, "make experiment E=%s\n", r->e->name);
    else
        text_add(text, sizeof text, "%s\n", ds->command);
    doc_code(&r->doc, text);
    doc_text(&r->doc, "One sample by hand:");
    text[0] = 0;
    for (size_t v = 0; v < ds->variant_count && ds->workload_count; v++)
        if (strcmp(ds->variants[v].kind, "hakmem") == 0 && ds->variants[v].twin_of < 0) {
            struct build b;
            char why[256];
            if (!build_read(ds->variants[v].toggles, &b, why, sizeof why))
                continue;
            for (int i = 0; i < BUILD_SETTINGS_MAX && *b.settings[i]; i++)
                text_add(text, sizeof text, "%s ", b.settings[i]);
            if (*b.revision)
                text_add(text, sizeof text, "LD_PRELOAD=$(phases/build-revision %s %s)", b.revision, b.toggles);
            else
                text_add(text, sizeof text, "LD_PRELOAD=$(make %s%sprint-lib)", b.toggles, *b.toggles ? " " : "");
            text_add(text, sizeof text, " out/work/%s   # %s\n", ds->workloads[0].command, ds->variants[v].label);
        }
    doc_code(&r->doc, text);
    doc_text(&r->doc, "This report again, from the samples beside it, measuring nothing:");
    snprintf(text, sizeof text, "out/bench/hakbench report %s --from samples.tsv\n", r->e ? r->e->path : "");
    doc_code(&r->doc, text);
}

static void report_context(struct report *r)
{
    const struct dataset *ds = r->ds;
    doc_heading(&r->doc, 2, "Context");
    doc_table(&r->doc, "what|value");
    doc_cell(&r->doc, "run");
    doc_cell(&r->doc, "%lld, started %s, seed %llu, %zu samples", (long long)ds->run, ds->started, (unsigned long long)ds->seed,
             ds->sample_count);
    doc_cell(&r->doc, "command");
    doc_cell(&r->doc, "`%s`", ds->command);
    for (size_t i = 0; i < ds->context_count; i++) {
        doc_cell(&r->doc, "%s", ds->context[i].key);
        doc_cell(&r->doc, "%s", ds->context[i].value);
    }
    doc_table(&r->doc, "workload|command|what|>threads");
    for (size_t i = 0; i < ds->workload_count; i++) {
        doc_cell(&r->doc, "%s", ds->workloads[i].name);
        doc_cell(&r->doc, "`%s`", ds->workloads[i].command);
        doc_cell(&r->doc, "%s", ds->workloads[i].what);
        doc_cell(&r->doc, "%d", ds->workloads[i].threads);
    }
    doc_table(&r->doc, "allocator|variant|toggles|version|sha256");
    for (size_t i = 0; i < ds->variant_count; i++) {
        const struct ds_variant *v = &ds->variants[i];
        doc_cell(&r->doc, "%s", v->label);
        doc_cell(&r->doc, "%s", v->kind[0] == 'h' ? v->variant : v->kind);
        doc_cell(&r->doc, "%s", v->toggles);
        doc_cell(&r->doc, "%s", v->missing ? "not installed" : v->version);
        doc_cell(&r->doc, "%.16s", v->sha256);
    }
}

/* --- Writing -------------------------------------------------------------------------------------------------------------- */

static void write_parts(struct report *r)
{
    report_summary(r);
    report_gate_table(r);
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
    FILE *out = fopen(path, "w");
    if (out)
        export_tsv(out, ds);
    bool good = out && !ferror(out);
    return out && fclose(out) == 0 && good;
}

/* mkdir -p; what is wrong shows when the first file is opened. */
static void make_folder(const char *folder)
{
    char path[512];
    for (size_t i = 1; i <= strlen(folder) && i < sizeof path; i++)
        if (folder[i] == '/' || !folder[i]) {
            snprintf(path, sizeof path, "%.*s", (int)i, folder);
            mkdir(path, 0777);
        }
}

bool report_write(const struct dataset *ds, const struct experiment *e, const char *folder, char *why, size_t size)
{
    struct report r = {.ds = ds, .e = e};
    char title[256];
    make_folder(folder);
    snprintf(title, sizeof title, "Performance report: %s", e ? e->name : ds->experiment[0] ? ds->experiment : "a run");
    if (!doc_open(&r.doc, folder, title))
        return text_fail(why, size, "%s/report.md: %m", folder);
    struct expect_result *gates = e ? report_gates(ds, e) : NULL;
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
