/* SPDX-License-Identifier: MIT */
/* store.c - the samples on disk: appending and loading.
 *
 * What must hold: whoever has been told that a sample is stored finds it again, whatever ends this process; nothing of a
 * sample is visible before all of it is.
 */
#include "bench/data/store.h"
#include "bench/data/store_db.h"
#include "bench/data/store_schema.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct store *store_open(const char *path, enum store_access access)
{
    return db_open(path, access == STORE_WRITE);
}

void store_close(struct store *st)
{
    db_close(st);
}

const char *store_option(const struct store *st)
{
    static char text[4 * sizeof st->path + 16];
    size_t used = (size_t)snprintf(text, sizeof text, " --db '");
    for (const char *p = st->path; *p; p++)
        used += (size_t)(*p == '\'' ? sprintf(text + used, "'\\''") : sprintf(text + used, "%c", *p));
    strcpy(text + used, "'");
    return strcmp(st->path, STORE_DEFAULT) == 0 ? "" : text;
}

const char *store_error(void)
{
    return db_error();
}

/* --- Appending ----------------------------------------------------------------------------------------------------- */

static bool add_variants(struct store *st, int64_t id, const struct dataset *ds)
{
    bool good = true;
    for (size_t i = 0; good && i < ds->variant_count; i++) {
        const struct ds_variant *v = &ds->variants[i];
        good = db_do(st, "INSERT INTO variants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "iissssssii", id, (int64_t)i, v->label,
                     v->kind, v->toggles, v->variant, v->sha256, v->version, (int64_t)v->twin_of, (int64_t)v->missing);
    }
    return good;
}

static bool add_workloads(struct store *st, int64_t id, const struct dataset *ds)
{
    bool good = true;
    for (size_t i = 0; good && i < ds->workload_count; i++) {
        const struct ds_workload *w = &ds->workloads[i];
        good = db_do(st, "INSERT INTO workloads VALUES (?, ?, ?, ?, ?, ?)", "iisssi", id, (int64_t)i, w->name, w->command,
                     w->what, (int64_t)w->threads);
    }
    return good;
}

int64_t store_run_begin(struct store *st, const struct dataset *ds)
{
    if (!db_do(st, "BEGIN IMMEDIATE", ""))
        return -1;
    bool good = db_do(st,
                      "INSERT INTO runs (experiment, command, started, seed)"
                      " VALUES (?, ?, coalesce(nullif(?, ''), strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), ?)",
                      "sssi", ds->experiment, ds->command, ds->started, (int64_t)ds->seed);
    int64_t id = sqlite3_last_insert_rowid(st->db);
    for (size_t i = 0; good && i < ds->context_count; i++)
        good = db_do(st, "INSERT INTO context VALUES (?, ?, ?)", "iss", id, ds->context[i].key, ds->context[i].value);
    good = good && add_variants(st, id, ds) && add_workloads(st, id, ds);
    return db_end(st, good) ? id : -1;
}

bool store_sample_add(struct store *st, int64_t run_id, const struct ds_sample *s, const char *const *names,
                      const double *values, size_t count)
{
    if (!db_do(st, "BEGIN IMMEDIATE", ""))
        return false;
    bool good = db_do(st,
                      "INSERT INTO samples (run, variant, workload, block, position, mode, failed, why)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      "iiiiisis", run_id, (int64_t)s->variant, (int64_t)s->workload, (int64_t)s->block, (int64_t)s->position,
                      mode_rows[s->mode].name, (int64_t)s->failed, s->why);
    int64_t id = sqlite3_last_insert_rowid(st->db);
    for (size_t i = 0; good && i < count; i++)
        good = isnan(values[i]) || db_do(st, "INSERT INTO measured VALUES (?, ?, ?)", "isd", id, names[i], values[i]);
    for (size_t i = 0; good && i < s->series_count; i++)
        good = db_do(st, "INSERT INTO series VALUES (?, ?, ?, ?, ?)", "iiddd", id, (int64_t)i, s->series[i].seconds,
                     s->series[i].rss_kb, s->series[i].lazyfree_kb);
    return db_end(st, good);
}

bool store_context_add(struct store *st, int64_t run, const char *key, const char *value)
{
    return db_do(st, "INSERT INTO context VALUES (?, ?, ?)", "iss", run, key, value);
}

bool store_run_finish(struct store *st, int64_t run_id, bool finished)
{
    return db_do(st, "UPDATE runs SET finished = ? WHERE id = ?", "ii", (int64_t)finished, run_id);
}

/* --- Loading ------------------------------------------------------------------------------------------------------- */

static bool load_context(struct store *st, struct dataset *ds)
{
    bool good;
    sqlite3_stmt *row = db_ask(st, "SELECT key, value FROM context WHERE run = ? ORDER BY key", "i", ds->run);
    while (db_next(st, row, &good))
        dataset_set_context(ds, (const char *)sqlite3_column_text(row, 0), (const char *)sqlite3_column_text(row, 1));
    return good;
}

static bool load_variants(struct store *st, struct dataset *ds)
{
    bool good;
    sqlite3_stmt *row = db_ask(st,
                               "SELECT label, kind, toggles, variant, sha256, version, twin_of, missing FROM variants"
                               " WHERE run = ? ORDER BY position",
                               "i", ds->run);
    while (db_next(st, row, &good)) {
        struct ds_variant v = {.twin_of = sqlite3_column_int(row, 6), .missing = sqlite3_column_int(row, 7)};
        db_text(row, 0, v.label, sizeof v.label);
        db_text(row, 1, v.kind, sizeof v.kind);
        db_text(row, 2, v.toggles, sizeof v.toggles);
        db_text(row, 3, v.variant, sizeof v.variant);
        db_text(row, 4, v.sha256, sizeof v.sha256);
        db_text(row, 5, v.version, sizeof v.version);
        dataset_add_variant(ds, &v);
    }
    return good;
}

static bool load_workloads(struct store *st, struct dataset *ds)
{
    bool good;
    sqlite3_stmt *row =
        db_ask(st, "SELECT name, command, what, threads FROM workloads WHERE run = ? ORDER BY position", "i", ds->run);
    while (db_next(st, row, &good)) {
        struct ds_workload w = {.threads = sqlite3_column_int(row, 3)};
        db_text(row, 0, w.name, sizeof w.name);
        db_text(row, 1, w.command, sizeof w.command);
        db_text(row, 2, w.what, sizeof w.what);
        dataset_add_workload(ds, &w);
    }
    return good;
}

static bool load_measured(struct store *st, struct dataset *ds, int sample)
{
    bool good;
    int64_t id = ds->samples[sample].id;
    sqlite3_stmt *row = db_ask(st, "SELECT metric, value FROM measured WHERE sample = ? ORDER BY metric", "i", id);
    while (db_next(st, row, &good))
        dataset_set(ds, sample, (const char *)sqlite3_column_text(row, 0), sqlite3_column_double(row, 1));
    if (!good)
        return false;
    row = db_ask(st, "SELECT seconds, rss_kb, lazyfree_kb FROM series WHERE sample = ? ORDER BY point", "i", id);
    while (db_next(st, row, &good))
        dataset_add_point(
            ds, sample,
            (struct ds_point){sqlite3_column_double(row, 0), sqlite3_column_double(row, 1), sqlite3_column_double(row, 2)});
    return good;
}

static bool load_samples(struct store *st, struct dataset *ds)
{
    bool good, whole = true;
    sqlite3_stmt *row = db_ask(st,
                               "SELECT id, variant, workload, block, position, mode, failed, why FROM samples"
                               " WHERE run = ? ORDER BY position",
                               "i", ds->run);
    while (db_next(st, row, &good)) {
        char mode[32];
        struct ds_sample s = {.id = sqlite3_column_int64(row, 0),
                              .variant = sqlite3_column_int(row, 1),
                              .workload = sqlite3_column_int(row, 2),
                              .block = sqlite3_column_int(row, 3),
                              .position = sqlite3_column_int(row, 4),
                              .failed = sqlite3_column_int(row, 6)};
        db_text(row, 5, mode, sizeof mode);
        db_text(row, 7, s.why, sizeof s.why);
        while (s.mode < MODES && strcmp(mode_rows[s.mode].name, mode) != 0)
            s.mode++;
        if (s.mode == MODES || (unsigned)s.variant >= ds->variant_count || (unsigned)s.workload >= ds->workload_count)
            db_fail(st->path, "is damaged: sample %lld refers to what is not there", (long long)s.id);
        else if (load_measured(st, ds, dataset_add_sample(ds, &s)))
            continue;
        whole = false;
        break;
    }
    if (!whole)
        sqlite3_finalize(row);
    return whole && good;
}

static bool load_run(struct store *st, struct dataset *ds)
{
    bool good, found = false;
    sqlite3_stmt *row = db_ask(st, "SELECT experiment, command, started, seed, finished FROM runs WHERE id = ?", "i", ds->run);
    while (db_next(st, row, &good)) {
        found = true;
        db_text(row, 0, ds->experiment, sizeof ds->experiment);
        db_text(row, 1, ds->command, sizeof ds->command);
        db_text(row, 2, ds->started, sizeof ds->started);
        ds->seed = (uint64_t)sqlite3_column_int64(row, 3);
        ds->finished = sqlite3_column_int(row, 4);
    }
    if (good && !found) {
        int newest = schema_number(st->db, "SELECT coalesce(max(id), 0) FROM runs");
        db_fail(st->path, newest > 0 ? "no run %lld; runs are 1 to %d" : "no run %lld; no run was stored yet",
                (long long)ds->run, newest);
    }
    return found && good;
}

struct dataset *store_load(struct store *st, int64_t run_id)
{
    if (!db_do(st, "BEGIN", "")) /* one moment of the file, while others append */
        return NULL;
    struct dataset *ds = dataset_new();
    ds->run = run_id;
    bool good =
        load_run(st, ds) && load_context(st, ds) && load_variants(st, ds) && load_workloads(st, ds) && load_samples(st, ds);
    if (db_end(st, good))
        return ds;
    dataset_free(ds);
    return NULL;
}

int64_t store_latest(struct store *st, const char *experiment, bool unfinished_only)
{
    bool good, listed;
    int64_t id = -1;
    const char *name = experiment ? experiment : "";
    sqlite3_stmt *row = db_ask(st,
                               "SELECT id FROM runs WHERE ?1 IN ('', experiment) AND NOT (?2 AND finished)"
                               " ORDER BY started DESC, id DESC LIMIT 1",
                               "si", name, (int64_t)unfinished_only);
    while (db_next(st, row, &good))
        id = sqlite3_column_int64(row, 0);
    if (!good || id >= 0)
        return good ? id : -1;
    const char *kind = unfinished_only ? "unfinished run" : "run";
    row = db_ask(st,
                 "SELECT group_concat(experiment, ' ') FROM (SELECT DISTINCT experiment FROM runs"
                 " WHERE experiment <> '' AND NOT (?1 AND finished) ORDER BY experiment)",
                 "i", (int64_t)unfinished_only);
    while (db_next(st, row, &listed)) {
        const char *names = (const char *)sqlite3_column_text(row, 0);
        if (*name)
            db_fail(st->path, "no %s of experiment '%s'; %s%.512s", kind, name, names ? "there are of: " : "nor of any other",
                    names ?: "");
        else
            db_fail(st->path, "no %s in it", kind);
    }
    return -1;
}

size_t store_runs(struct store *st, struct store_run *out, size_t max)
{
    bool good;
    size_t count = 0;
    sqlite3_stmt *row =
        db_ask(st,
               "SELECT id, experiment, started, command, finished, (SELECT count(*) FROM samples WHERE run = runs.id),"
               " (SELECT value FROM context WHERE run = runs.id AND key IN ('cpu', 'machine') ORDER BY key DESC LIMIT 1)"
               " FROM runs ORDER BY started DESC, id DESC LIMIT ?",
               "i", (int64_t)max);
    while (db_next(st, row, &good)) {
        struct store_run *r = &out[count++];
        *r = (struct store_run){.id = sqlite3_column_int64(row, 0),
                                .finished = sqlite3_column_int(row, 4),
                                .samples = (uint64_t)sqlite3_column_int64(row, 5)};
        db_text(row, 1, r->experiment, sizeof r->experiment);
        db_text(row, 2, r->started, sizeof r->started);
        db_text(row, 3, r->command, sizeof r->command);
        db_text(row, 6, r->machine, sizeof r->machine);
    }
    return good ? count : 0;
}
