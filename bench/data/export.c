/* SPDX-License-Identifier: MIT */
/* export.c - a run as TSV and as JSON. The TSV is read back by export_read.c: change both together.
 *
 * What must hold: equal datasets give equal bytes, wherever and whenever; a number is written so that it reads back as the
 * same double.
 */
#include "bench/data/export.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- What both have in common -------------------------------------------------------------------------------------- */

static int metric_rank(const char *name)
{
    int rank = 0;
    while (metrics[rank].name && strcmp(metrics[rank].name, name) != 0)
        rank++;
    return rank;
}

/* The fixed list in its order, then counters by name. */
static int metric_compare(const void *a, const void *b, void *ds)
{
    const char *x = ((const struct dataset *)ds)->metric_names[*(const size_t *)a];
    const char *y = ((const struct dataset *)ds)->metric_names[*(const size_t *)b];
    int by_rank = metric_rank(x) - metric_rank(y);
    return by_rank ? by_rank : strcmp(x, y);
}

static int context_compare(const void *a, const void *b, void *ds)
{
    const struct dataset *d = ds;
    return strcmp(d->context[*(const size_t *)a].key, d->context[*(const size_t *)b].key);
}

/* The indices 0 .. count - 1 in order; freed by the caller. */
static size_t *sorted(const struct dataset *ds, size_t count, int compare(const void *, const void *, void *))
{
    size_t *order = xalloc_need(malloc((count + 1) * sizeof *order));
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, compare, (void *)ds);
    return order;
}

/* The shortest form that reads back as the same double. */
static const char *number(char text[32], double value)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return text;
}

/* --- TSV ----------------------------------------------------------------------------------------------------------- */

/* A field: nothing is "-", and what would end a field or a line is escaped. */
static void tsv_text(FILE *out, const char *text)
{
    if (!*text)
        fputs("-", out);
    else if (strcmp(text, "-") == 0)
        fputs("\\-", out);
    else
        for (; *text; text++)
            switch (*text) {
            case '\t':
                fputs("\\t", out);
                break;
            case '\n':
                fputs("\\n", out);
                break;
            case '\r':
                fputs("\\r", out);
                break;
            case '\\':
                fputs("\\\\", out);
                break;
            default:
                fputc(*text, out);
            }
}

/* A line of the head: a word, then count fields. */
static void tsv_head(FILE *out, const char *word, const char *const *fields, size_t count)
{
    fprintf(out, "# %s", word);
    for (size_t i = 0; i < count; i++) {
        fputc('\t', out);
        tsv_text(out, fields[i]);
    }
    fputc('\n', out);
}

static void tsv_run(FILE *out, const struct dataset *ds)
{
    char run[24], seed[24];
    snprintf(run, sizeof run, "%lld", (long long)ds->run);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)ds->seed);
    tsv_head(out, "run", (const char *[]){run}, 1);
    tsv_head(out, "experiment", (const char *[]){ds->experiment}, 1);
    tsv_head(out, "command", (const char *[]){ds->command}, 1);
    tsv_head(out, "started", (const char *[]){ds->started}, 1);
    tsv_head(out, "seed", (const char *[]){seed}, 1);
    tsv_head(out, "finished", (const char *[]){ds->finished ? "yes" : "no"}, 1);
    size_t *order = sorted(ds, ds->context_count, context_compare);
    for (size_t i = 0; i < ds->context_count; i++)
        tsv_head(out, "context", (const char *[]){ds->context[order[i]].key, ds->context[order[i]].value}, 2);
    free(order);
}

static void tsv_variants(FILE *out, const struct dataset *ds)
{
    for (size_t i = 0; i < ds->variant_count; i++) {
        const struct ds_variant *v = &ds->variants[i];
        const char *twin = v->twin_of < 0 ? "" : ds->variants[v->twin_of].label;
        tsv_head(out, "variant",
                 (const char *[]){v->label, v->kind, v->toggles, v->variant, v->sha256, v->version, twin,
                                  v->missing ? "missing" : ""},
                 8);
    }
    for (size_t i = 0; i < ds->workload_count; i++) {
        char threads[16];
        const struct ds_workload *w = &ds->workloads[i];
        snprintf(threads, sizeof threads, "%d", w->threads);
        tsv_head(out, "workload", (const char *[]){w->name, w->command, w->what, threads}, 4);
    }
}

static void tsv_sample(FILE *out, const struct dataset *ds, const struct ds_sample *s, const size_t *order)
{
    char text[3][32];
    fprintf(out, "%d\t%d\t%s\t", s->position, s->block, mode_rows[s->mode].name);
    tsv_text(out, ds->variants[s->variant].label);
    fputc('\t', out);
    tsv_text(out, ds->workloads[s->workload].name);
    fprintf(out, "\t%s\t", s->failed ? "yes" : "no");
    tsv_text(out, s->why);
    for (size_t i = 0; i < ds->metric_count; i++)
        fprintf(out, "\t%s", isnan(s->values[order[i]]) ? "-" : number(text[0], s->values[order[i]]));
    fputs(s->series_count ? "\t" : "\t-", out);
    for (size_t i = 0; i < s->series_count; i++)
        fprintf(out, "%s%s:%s:%s", i ? " " : "", number(text[0], s->series[i].seconds), number(text[1], s->series[i].rss_kb),
                number(text[2], s->series[i].lazyfree_kb));
    fputc('\n', out);
}

void export_tsv(FILE *out, const struct dataset *ds)
{
    fputs("# hakbench samples 1\n", out);
    tsv_run(out, ds);
    tsv_variants(out, ds);
    size_t *order = sorted(ds, ds->metric_count, metric_compare);
    fputs("position\tblock\tmode\tvariant\tworkload\tfailed\twhy", out);
    for (size_t i = 0; i < ds->metric_count; i++)
        fprintf(out, "\t%s", ds->metric_names[order[i]]);
    fputs("\trss_series\n", out); /* seconds:rss_kb:lazyfree_kb, separated by blanks */
    for (size_t i = 0; i < ds->sample_count; i++)
        tsv_sample(out, ds, &ds->samples[i], order);
    free(order);
}

/* --- JSON ---------------------------------------------------------------------------------------------------------- */

/* Bytes of the UTF-8 character at p, 0 when it is none: workloads may say anything. */
static int utf8_length(const unsigned char *p)
{
    int length = p[0] < 0x80                   ? 1
                 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
                 : (p[0] & 0xf0) == 0xe0       ? 3
                 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                               : 0;
    for (int i = 1; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool bad = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
               (p[0] == 0xf4 && p[1] > 0x8f);
    return bad ? 0 : length;
}

static void json_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        int length = utf8_length(p);
        if (!length)
            fputs("\\ufffd", out);
        else if (*p < 0x20)
            fprintf(out, "\\u%04x", *p);
        else
            fprintf(out, "%s%.*s", *p == '"' || *p == '\\' ? "\\" : "", length, (const char *)p);
        p += length ? length : 1;
    }
    fputc('"', out);
}

/* "key": "text", with what stands before it. */
static void json_pair(FILE *out, const char *before, const char *key, const char *text)
{
    fputs(before, out);
    json_text(out, key);
    fputs(": ", out);
    json_text(out, text);
}

static void json_number(FILE *out, double value)
{
    char text[32];
    fputs(isfinite(value) ? number(text, value) : "null", out);
}

static void json_cells(FILE *out, const struct dataset *ds)
{
    fputs(",\n  \"variants\": [", out);
    for (size_t i = 0; i < ds->variant_count; i++) {
        const struct ds_variant *v = &ds->variants[i];
        json_pair(out, i ? ",\n    {" : "\n    {", "label", v->label);
        json_pair(out, ", ", "kind", v->kind);
        json_pair(out, ", ", "toggles", v->toggles);
        json_pair(out, ", ", "variant", v->variant);
        json_pair(out, ", ", "sha256", v->sha256);
        json_pair(out, ", ", "version", v->version);
        json_pair(out, ", ", "twin_of", v->twin_of < 0 ? "" : ds->variants[v->twin_of].label);
        fprintf(out, ", \"missing\": %s}", v->missing ? "true" : "false");
    }
    fputs("\n  ],\n  \"workloads\": [", out);
    for (size_t i = 0; i < ds->workload_count; i++) {
        const struct ds_workload *w = &ds->workloads[i];
        json_pair(out, i ? ",\n    {" : "\n    {", "name", w->name);
        json_pair(out, ", ", "command", w->command);
        json_pair(out, ", ", "what", w->what);
        fprintf(out, ", \"threads\": %d}", w->threads);
    }
    fputs("\n  ]", out);
}

static void json_sample(FILE *out, const struct dataset *ds, const struct ds_sample *s, const size_t *order)
{
    fprintf(out, "    {\"position\": %d, \"block\": %d", s->position, s->block);
    json_pair(out, ", ", "mode", mode_rows[s->mode].name);
    json_pair(out, ", ", "variant", ds->variants[s->variant].label);
    json_pair(out, ", ", "workload", ds->workloads[s->workload].name);
    fprintf(out, ", \"failed\": %s", s->failed ? "true" : "false");
    json_pair(out, ", ", "why", s->why);
    fputs(", \"values\": {", out);
    const char *comma = "";
    for (size_t i = 0; i < ds->metric_count; i++)
        if (!isnan(s->values[order[i]])) {
            fputs(comma, out);
            json_text(out, ds->metric_names[order[i]]);
            fputs(": ", out);
            json_number(out, s->values[order[i]]);
            comma = ", ";
        }
    fputs("}, \"rss_series\": [", out);
    for (size_t i = 0; i < s->series_count; i++) {
        fputs(i ? ", [" : "[", out);
        json_number(out, s->series[i].seconds);
        fputs(", ", out);
        json_number(out, s->series[i].rss_kb);
        fputs(", ", out);
        json_number(out, s->series[i].lazyfree_kb);
        fputs("]", out);
    }
    fputs("]}", out);
}

void export_json(FILE *out, const struct dataset *ds)
{
    fprintf(out, "{\n  \"format\": \"hakbench samples 1\",\n  \"run\": %lld", (long long)ds->run);
    json_pair(out, ",\n  ", "experiment", ds->experiment);
    json_pair(out, ",\n  ", "command", ds->command);
    json_pair(out, ",\n  ", "started", ds->started);
    fprintf(out, ",\n  \"seed\": \"%llu\",\n  \"finished\": %s,\n  \"context\": {", (unsigned long long)ds->seed,
            ds->finished ? "true" : "false"); /* the seed as text: not every reader has whole numbers of 64 bits */
    size_t *order = sorted(ds, ds->context_count, context_compare);
    for (size_t i = 0; i < ds->context_count; i++)
        json_pair(out, i ? ",\n    " : "\n    ", ds->context[order[i]].key, ds->context[order[i]].value);
    free(order);
    fputs("\n  }", out);
    json_cells(out, ds);
    fputs(",\n  \"samples\": [", out);
    order = sorted(ds, ds->metric_count, metric_compare);
    for (size_t i = 0; i < ds->sample_count; i++) {
        fputs(i ? ",\n" : "\n", out);
        json_sample(out, ds, &ds->samples[i], order);
    }
    free(order);
    fputs("\n  ]\n}\n", out);
}
