/* SPDX-License-Identifier: MIT */
/* report_end.c - the gates, and the end of a report: what was not measured, how to do it again, where it was made.
 */
#include "bench/show/report_end.h"
#include "bench/data/build_text.h"
#include "bench/low/text.h"
#include <string.h>

void report_gate_table(struct report *r)
{
    if (!r->e || !r->e->expect_count)
        return;
    doc_heading(&r->doc, 2, "Gates");
    doc_text(&r->doc,
             "%sA gate that compares two variants, or a time with a number, follows the rule of verdicts, corrected for "
             "the number of gates (Holm). The median decides a gate on counts or memory of one variant against a number. "
             "The margin is %g %%. %s.",
             experiment_kept(r->e, r->ds) == EXPERIMENT_SAME_GATES ? "Written down before the run. " : "", 100 * r->e->margin,
             outcome_words(gate_rows, GATES));
    if (report_drawn(r, "gates"))
        doc_figure(&r->doc, "gates", "How far each gate lies inside its bound, on a logarithmic scale.");
    doc_table(&r->doc, "gate|expected|measured");
    for (unsigned i = 0; i < r->e->expect_count; i++) {
        doc_cell(&r->doc, "%s", gate_rows[r->gates[i].gate].name);
        doc_cell(&r->doc, "`%s`", r->gates[i].text);
        doc_cell(&r->doc, "%s", r->gates[i].figure);
    }
}

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
        if (r->ds->samples[i].failed) {
            const char *why = r->ds->samples[i].why;
            bool stopped = *why && why[strlen(why) - 1] == '.';
            doc_item(&r->doc, "%s on %s (mode %s): failed: %s%s", r->ds->variants[r->ds->samples[i].variant].label,
                     r->ds->workloads[r->ds->samples[i].workload].name, mode_rows[r->ds->samples[i].mode].name, why,
                     stopped ? "" : ".");
        }
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

/* Is it a file that make finds by its name? */
static bool is_known(const char *path)
{
    return !*path || strncmp(path, "experiments/", 12) == 0 || strncmp(path, "out/gates/", 10) == 0;
}

void report_reproduce(struct report *r)
{
    char text[4096] = "";
    const struct dataset *ds = r->ds;
    const char *revision = dataset_context(ds, "git");
    doc_heading(&r->doc, 2, "How to reproduce");
    if (revision[0] && !strchr(revision, ' ')) // else it says that there is no repository
        text_add(text, sizeof text, "git checkout %s%s\n", revision,
                 strcmp(dataset_context(ds, "dirty"), "yes") == 0 ? "   # and changes that were not committed" : "");
    text_add(text, sizeof text, "make deps deps-rivals\n");
    const char *option = strstr(ds->command, " -");
    bool given = option && strncmp(option, " --all", 6) != 0 && strncmp(ds->command, "hakbench experiment ", 20) == 0;
    if (given)
        text_add(text, sizeof text, "make hakbench\n%sout/bench/%s\n",
                 strstr(ds->command, "--rival") ? "# the sha256 of each file that --rival names stands under Context\n" : "",
                 ds->command);
    else if (r->e && is_known(r->e->path))
        text_add(text, sizeof text, "make experiment E=%s\n", r->e->name);
    else if (r->e)
        text_add(text, sizeof text, "make hakbench\nout/bench/hakbench experiment %s\n", r->e->path);
    else
        text_add(text, sizeof text, "make hakbench\n%s%s\n", strncmp(ds->command, "hakbench ", 9) == 0 ? "out/bench/" : "",
                 ds->command);
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
            const char *command = ds->workloads[0].command;
            bool users = dataset_is_command(command);
            text_add(text, sizeof text, " %s%s   # %s\n", users ? "" : "out/work/",
                     users ? command + strlen(DATASET_COMMAND) : command, ds->variants[v].label);
        }
    doc_code(&r->doc, text);
    doc_text(&r->doc, "This report again, from the samples beside it, measuring nothing:");
    snprintf(text, sizeof text, "out/bench/hakbench report %s --from samples.tsv\n", r->e ? r->e->path : "");
    doc_code(&r->doc, text);
}

void report_context(struct report *r)
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
