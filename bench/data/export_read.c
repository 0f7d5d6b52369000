/* SPDX-License-Identifier: MIT */
/* export_read.c - a run from its TSV. The file may come from anywhere: every line is checked, the first that is wrong is named.
 *
 * export.c writes what is read here: change both together.
 */
#include "bench/data/export_read.h"
#include "bench/low/xalloc.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT         "# hakbench samples "
#define FORMAT_VERSION "1"

/* The columns before the metrics, and the one after them. */
static const char *const columns[] = {"position", "block", "mode", "variant", "workload", "failed", "why"};
enum { POSITION, BLOCK, MODE, VARIANT, WORKLOAD, FAILED, WHY, COLUMNS };
#define LAST_COLUMN "rss_series"

struct reader {
    const char *path;
    unsigned long line;
    struct dataset *ds;
    char *why;
    size_t why_size;
    char **fields; /* of the line at hand, unescaped in place */
    size_t count, room;
    char (*metrics)[64]; /* of the columns; NULL until the header row was read */
    size_t metric_count;
};

__attribute__((format(printf, 2, 3))) static bool bad(struct reader *r, const char *format, ...)
{
    va_list list;
    int used = snprintf(r->why, r->why_size, "%s:%lu: ", r->path, r->line);
    va_start(list, format);
    if (used > 0 && (size_t)used < r->why_size)
        vsnprintf(r->why + used, r->why_size - (size_t)used, format, list);
    va_end(list);
    return false;
}

/* --- Fields -------------------------------------------------------------------------------------------------------- */

static void unescape(char *field)
{
    char *to = field;
    if (strcmp(field, "-") == 0)
        *field = 0;
    for (const char *from = field; *from; from++) {
        if (*from != '\\' || !from[1])
            *to++ = *from;
        else
            *to++ = *++from == 't' ? '\t' : *from == 'n' ? '\n' : *from == 'r' ? '\r' : *from;
    }
    *to = 0;
}

/* Cuts a line at its tabs. */
static void split(struct reader *r, char *line)
{
    r->count = 0;
    for (char *field = line; field; r->count++) {
        if (r->count == r->room) {
            r->room = r->room ? 2 * r->room : 64;
            r->fields = xalloc_need(reallocarray(r->fields, r->room, sizeof *r->fields));
        }
        r->fields[r->count] = strsep(&field, "\t");
    }
    for (size_t i = 0; i < r->count; i++)
        unescape(r->fields[i]);
}

static bool get_text(struct reader *r, size_t field, char *out, size_t size)
{
    if (strlen(r->fields[field]) >= size)
        return bad(r, "field %zu is longer than %zu bytes", field + 1, size - 1);
    strcpy(out, r->fields[field]);
    return true;
}

static bool get_int(struct reader *r, size_t field, int *out)
{
    char *end;
    errno = 0;
    long value = strtol(r->fields[field], &end, 10);
    if (end == r->fields[field] || *end || errno || value < 0 || value > INT_MAX)
        return bad(r, "'%.80s' is not a whole number from 0 to %d", r->fields[field], INT_MAX);
    *out = (int)value;
    return true;
}

static bool get_yes(struct reader *r, size_t field, bool *out)
{
    *out = strcmp(r->fields[field], "yes") == 0;
    return *out || strcmp(r->fields[field], "no") == 0 || bad(r, "'%.80s': want yes or no", r->fields[field]);
}

/* A number up to `until`, and what follows it. */
static bool get_number(struct reader *r, const char *text, char until, double *out, const char **rest)
{
    char *end;
    *out = strtod(text, &end);
    if (end == text || (*end != until && *end) || isnan(*out) || (until == ':' && !*end))
        return bad(r, "'%.80s' is not a number", text);
    *rest = *end ? end + 1 : end;
    return true;
}

/* --- The head ------------------------------------------------------------------------------------------------------ */

static bool head_seed(struct reader *r)
{
    char *end;
    errno = 0;
    r->ds->seed = strtoull(r->fields[1], &end, 10);
    return (end > r->fields[1] && !*end && !errno) || bad(r, "'%.80s' is not a seed", r->fields[1]);
}

static bool head_run(struct reader *r)
{
    char *end;
    r->ds->run = strtoll(r->fields[1], &end, 10);
    return (end > r->fields[1] && !*end) || bad(r, "'%.80s' is not the number of a run", r->fields[1]);
}

static bool head_experiment(struct reader *r)
{
    return get_text(r, 1, r->ds->experiment, sizeof r->ds->experiment);
}

static bool head_command(struct reader *r)
{
    return get_text(r, 1, r->ds->command, sizeof r->ds->command);
}

static bool head_started(struct reader *r)
{
    return get_text(r, 1, r->ds->started, sizeof r->ds->started);
}

static bool head_finished(struct reader *r)
{
    return get_yes(r, 1, &r->ds->finished);
}

static bool head_context(struct reader *r)
{
    struct ds_pair pair;
    if (!get_text(r, 1, pair.key, sizeof pair.key) || !get_text(r, 2, pair.value, sizeof pair.value))
        return false;
    dataset_set_context(r->ds, pair.key, pair.value);
    return true;
}

static bool head_variant(struct reader *r)
{
    struct ds_variant v = {.twin_of = -1, .missing = strcmp(r->fields[8], "missing") == 0};
    if (!get_text(r, 1, v.label, sizeof v.label) || !get_text(r, 2, v.kind, sizeof v.kind) ||
        !get_text(r, 3, v.toggles, sizeof v.toggles) || !get_text(r, 4, v.variant, sizeof v.variant) ||
        !get_text(r, 5, v.sha256, sizeof v.sha256) || !get_text(r, 6, v.version, sizeof v.version))
        return false;
    if (*r->fields[7] && (v.twin_of = dataset_variant(r->ds, r->fields[7])) < 0)
        return bad(r, "the twin of %s, '%.80s', is no variant above it", v.label, r->fields[7]);
    if (*r->fields[8] && !v.missing)
        return bad(r, "'%.80s': want missing or -", r->fields[8]);
    if (!*v.label || dataset_variant(r->ds, v.label) >= 0)
        return bad(r, "variant '%s': want a label that no other has", v.label);
    dataset_add_variant(r->ds, &v);
    return true;
}

static bool head_workload(struct reader *r)
{
    struct ds_workload w;
    if (!get_text(r, 1, w.name, sizeof w.name) || !get_text(r, 2, w.command, sizeof w.command) ||
        !get_text(r, 3, w.what, sizeof w.what) || !get_int(r, 4, &w.threads))
        return false;
    if (!*w.name || dataset_workload(r->ds, w.name) >= 0)
        return bad(r, "workload '%s': want a name that no other has", w.name);
    dataset_add_workload(r->ds, &w);
    return true;
}

static const struct head {
    const char *word;
    size_t fields; /* with the word */
    bool (*read)(struct reader *r);
} heads[] = {
    {"# run", 2, head_run},           {"# experiment", 2, head_experiment},
    {"# command", 2, head_command},   {"# started", 2, head_started},
    {"# seed", 2, head_seed},         {"# finished", 2, head_finished},
    {"# context", 3, head_context},   {"# variant", 9, head_variant},
    {"# workload", 5, head_workload},
};

static bool read_head(struct reader *r)
{
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strcmp(heads[i].word, r->fields[0]) == 0)
            return r->count == heads[i].fields
                       ? heads[i].read(r)
                       : bad(r, "'%s' has %zu fields, want %zu", heads[i].word, r->count, heads[i].fields);
    return bad(r,
               "'%.80s' is not known; want # run, experiment, command, started, seed, finished, context, variant or workload",
               r->fields[0]);
}

/* --- The table ----------------------------------------------------------------------------------------------------- */

static bool read_columns(struct reader *r)
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (i >= r->count || strcmp(r->fields[i], columns[i]) != 0)
            return bad(r, "column %zu is '%.80s', want %s", i + 1, i < r->count ? r->fields[i] : "", columns[i]);
    if (strcmp(r->fields[r->count - 1], LAST_COLUMN) != 0)
        return bad(r, "the last column is '%.80s', want " LAST_COLUMN, r->fields[r->count - 1]);
    r->metric_count = r->count - COLUMNS - 1;
    r->metrics = xalloc_need(calloc(r->metric_count + 1, sizeof *r->metrics));
    for (size_t i = 0; i < r->metric_count; i++) {
        if (!get_text(r, COLUMNS + i, r->metrics[i], sizeof *r->metrics))
            return false;
        for (size_t j = 0; j <= i; j++)
            if (!*r->metrics[i] || (j < i && strcmp(r->metrics[i], r->metrics[j]) == 0))
                return bad(r, "column %zu: '%s': want a metric that no other column has", COLUMNS + i + 1, r->metrics[i]);
    }
    return true;
}

static bool read_series(struct reader *r, int sample)
{
    const char *at = r->fields[r->count - 1];
    while (*at) {
        struct ds_point p;
        if (!get_number(r, at, ':', &p.seconds, &at) || !get_number(r, at, ':', &p.rss_kb, &at) ||
            !get_number(r, at, ' ', &p.lazyfree_kb, &at))
            return false;
        dataset_add_point(r->ds, sample, p);
    }
    return true;
}

static bool read_row(struct reader *r)
{
    struct ds_sample s = {.id = (int64_t)r->ds->sample_count + 1};
    if (r->count != COLUMNS + r->metric_count + 1)
        return bad(r, "%zu fields, want %zu as in the row of names", r->count, COLUMNS + r->metric_count + 1);
    s.variant = dataset_variant(r->ds, r->fields[VARIANT]);
    s.workload = dataset_workload(r->ds, r->fields[WORKLOAD]);
    while (s.mode < MODES && strcmp(mode_rows[s.mode].name, r->fields[MODE]) != 0)
        s.mode++;
    if (s.mode == MODES)
        return bad(r, "'%.80s' is no mode", r->fields[MODE]);
    if (s.variant < 0 || s.workload < 0)
        return bad(r, "'%.80s' is not in the head of the file", r->fields[s.variant < 0 ? VARIANT : WORKLOAD]);
    if (!get_int(r, POSITION, &s.position) || !get_int(r, BLOCK, &s.block) || !get_yes(r, FAILED, &s.failed) ||
        !get_text(r, WHY, s.why, sizeof s.why))
        return false;
    int index = dataset_add_sample(r->ds, &s);
    for (size_t i = 0; i < r->metric_count; i++) {
        double value;
        const char *text = r->fields[COLUMNS + i], *rest;
        if (*text && !get_number(r, text, 0, &value, &rest))
            return false;
        if (*text)
            dataset_set(r->ds, index, r->metrics[i], value);
    }
    return read_series(r, index);
}

static bool read_line(struct reader *r, char *line)
{
    size_t length = strlen(line);
    if (!length || line[length - 1] != '\n')
        return bad(r, "the line is cut off");
    line[length - 1] = 0;
    if (r->line == 1)
        return strcmp(line, FORMAT FORMAT_VERSION) == 0 ||
               bad(r, "not a file of samples that can be read: want '" FORMAT FORMAT_VERSION "', as hakbench export writes it");
    split(r, line);
    return *line == '#' ? read_head(r) : r->metrics ? read_row(r) : read_columns(r);
}

struct dataset *dataset_from_tsv(const char *path, char *why, size_t size)
{
    struct reader r = {.path = path, .why = why, .why_size = size};
    FILE *in = fopen(path, "r");
    if (!in) {
        snprintf(why, size, "%s: %s", path, strerror(errno));
        return NULL;
    }
    r.ds = dataset_new();
    char *line = NULL;
    size_t room = 0;
    bool good = true;
    while (good && getline(&line, &room, in) >= 0) {
        r.line++;
        good = read_line(&r, line);
    }
    if (good && (ferror(in) || !r.metrics))
        good = bad(&r, "%s", ferror(in) ? strerror(errno) : "ends before the row of names");
    fclose(in);
    free(line);
    free(r.fields);
    free(r.metrics);
    if (good)
        return r.ds;
    dataset_free(r.ds);
    return NULL;
}
