/* SPDX-License-Identifier: MIT */
/* files.c - writes what a CI reads. See files.h.
 */
#include "bench/cmd/files.h"
#include "bench/cmd/command.h"
#include "bench/data/export_csv.h"
#include "bench/low/output.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include "bench/show/ci_markdown.h"
#include "bench/show/junit.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[FILES] = {"--junit", "--markdown", "--csv"};

static const struct argp_option options[] = {
    {"junit", FILES_JUNIT + 256, "FILE", 0, "write a test case for each comparison or gate, as JUnit's XML", 0},
    {"markdown", FILES_MARKDOWN + 256, "FILE", 0, "write a summary for a pull request", 0},
    {"csv", FILES_CSV + 256, "FILE", 0, "write a row for each value of each sample", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct files *f = state->input;
    if (key < 256 || key >= 256 + FILES)
        return ARGP_ERR_UNKNOWN;
    f->path[key - 256] = text;
    return 0;
}

const struct argp files_argp = {.options = options, .parser = parse};

bool files_asked(const struct files *f)
{
    for (int i = 0; i < FILES; i++)
        if (f->path[i])
            return true;
    return false;
}

void files_begin(struct files *f)
{
    for (int i = 0; i < FILES; i++) {
        if (!f->path[i])
            continue;
        if (!output_possible(f->path[i]))
            command_bad("%s %s: cannot be written: %s", names[i], f->path[i], strerror(errno));
        f->out[i] = xalloc_need(open_memstream(&f->text[i], &f->size[i]));
    }
    if (f->out[FILES_JUNIT])
        junit_begin(f->out[FILES_JUNIT]);
    if (f->out[FILES_CSV])
        export_csv_head(f->out[FILES_CSV]);
}

void files_add(struct files *f, const struct ci_suite *s, const struct dataset *ds)
{
    if (f->out[FILES_JUNIT])
        junit_suite(f->out[FILES_JUNIT], s);
    if (f->out[FILES_MARKDOWN])
        ci_markdown(f->out[FILES_MARKDOWN], s);
    if (f->out[FILES_CSV] && ds)
        export_csv(f->out[FILES_CSV], ds);
}

void files_add_comparisons(struct files *f, const char *name, const struct dataset *ds, const struct comparison *c,
                           size_t count)
{
    struct ci_suite s = {.cases = xalloc_zeroed(count, sizeof *s.cases), .count = count};
    snprintf(s.name, sizeof s.name, "hakbench %s", name);
    const char *git = dataset_context(ds, "git");
    snprintf(s.what, sizeof s.what, "Run %lld of %s%s%s.", (long long)ds->run, ds->started, *git ? ", git " : "", git);
    for (size_t i = 0; i < count; i++)
        ci_of_comparison(ds, &c[i], &s.cases[i]);
    files_add(f, &s, ds);
    free(s.cases);
}

void files_add_gates(struct files *f, const struct experiment *e, const struct gate_result *gates, const struct dataset *ds)
{
    struct ci_suite s = {.cases = xalloc_zeroed(e->expect_count, sizeof *s.cases), .count = e->expect_count};
    snprintf(s.name, sizeof s.name, "%s", e->name);
    snprintf(s.what, sizeof s.what, "%s", e->question);
    for (unsigned i = 0; i < e->expect_count; i++)
        ci_of_gate(&gates[i], &s.cases[i]);
    files_add(f, &s, ds);
    free(s.cases);
}

void files_add_failure(struct files *f, const char *name, const char *why)
{
    struct ci_case one;
    struct ci_suite s = {.cases = &one, .count = 1, .what = "It did not go on."};
    snprintf(s.name, sizeof s.name, "%s", name);
    ci_of_failure("measuring", why, &one);
    files_add(f, &s, NULL);
}

/* The first of these that any sample has. */
static const char *metric_of(const struct dataset *ds)
{
    static const char *const usual[] = {"ops_s", "instructions", "syscalls_own", "syscalls", "rss_settled"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        for (size_t m = 0; m < ds->metric_count; m++)
            if (strcmp(ds->metric_names[m], usual[i]) == 0)
                return usual[i];
    return usual[0];
}

void files_add_run(struct files *f, const struct dataset *ds)
{
    struct comparison *c = xalloc_zeroed(ds->variant_count * ds->workload_count, sizeof *c);
    int here[2], there = 0, glibc = dataset_variant(ds, "glibc");
    size_t count = 0;
    for (int v = 0; v < (int)ds->variant_count; v++)
        if (ds->variants[v].twin_of < 0 && !ds->variants[v].missing && there++ < 2)
            here[there - 1] = v;
    int reference = there == 2 ? here[0] : glibc >= 0 ? glibc : there ? here[0] : -1;
    for (int w = 0; w < (int)ds->workload_count; w++)
        for (int v = 0; v < (int)ds->variant_count && reference >= 0; v++) {
            const struct ds_variant *one = &ds->variants[v];
            if (v == reference || one->missing || one->twin_of >= 0 || (there > 2 && strcmp(one->kind, "hakmem") != 0))
                continue;
            c[count] = (struct comparison){.a = reference, .b = v, .workload = w};
            snprintf(c[count++].metric, sizeof c->metric, "%s", metric_of(ds));
        }
    verdict_judge(ds, c, count, RULE_MARGIN);
    files_add_comparisons(f, "report", ds, c, count);
    free(c);
}

static bool file_write(const char *path, const char *text, size_t size)
{
    FILE *out = output_open(path);
    if (out)
        fwrite(text, 1, size, out);
    return out && output_close(out, path);
}

bool files_end(struct files *f)
{
    bool good = true;
    if (f->out[FILES_JUNIT])
        junit_end(f->out[FILES_JUNIT]);
    for (int i = 0; i < FILES; i++) {
        if (!f->out[i])
            continue;
        xalloc_need(fclose(f->out[i]) == 0 ? f : NULL);
        if (!file_write(f->path[i], f->text[i], f->size[i])) {
            fprintf(stderr, "hakbench: %s: cannot be written: %s\n", f->path[i], strerror(errno));
            good = false;
        }
        free(f->text[i]);
    }
    return good;
}
