/* SPDX-License-Identifier: MIT */
/* store_merge.c - merges files of samples, by SQLite's ATTACH. See store_merge.h.
 *
 * What must hold: one transaction holds all of it, and the other file is only read.
 */
#include "bench/data/store_merge.h"
#include "bench/data/export_read.h"
#include "bench/data/store_db.h"
#include "bench/low/xalloc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a run consists of beside its samples, as one text, in either file. */
#define PARTS(file, run)                                                                                                       \
    "(SELECT coalesce(group_concat(line, char(10)), '') FROM (SELECT label || char(9) || toggles || char(9) || sha256 AS line" \
    " FROM " file ".variants WHERE run = " run " ORDER BY position)) || char(11) ||"                                           \
    "(SELECT coalesce(group_concat(line, char(10)), '') FROM (SELECT name || char(9) || command AS line"                       \
    " FROM " file ".workloads WHERE run = " run " ORDER BY position)) || char(11) ||"                                          \
    "(SELECT coalesce(group_concat(line, char(10)), '') FROM (SELECT key || char(9) || value AS line FROM " file ".context"    \
    " WHERE run = " run " AND key IN ('cpu', 'cores', 'machine', 'git') ORDER BY key))"

/* Runs of this file that may be run ?1 of the other. */
#define CANDIDATES                                                                                             \
    "SELECT t.id FROM main.runs t, other.runs r WHERE r.id = ?1 AND t.started = r.started AND t.seed = r.seed" \
    " AND t.command = r.command AND t.experiment = r.experiment AND " PARTS("main", "t.id") " = " PARTS(       \
        "other", "r.id") " ORDER BY t.id"

/* Is a sample of run ?1 of this file another than that of run ?2 of the other, at the same position? */
#define CONFLICT                                                                                                 \
    "SELECT EXISTS (SELECT 1 FROM main.samples t JOIN other.samples s ON s.run = ?2 AND s.position = t.position" \
    " WHERE t.run = ?1 AND ((t.variant, t.workload, t.block, t.mode, t.failed, t.why)"                           \
    " <> (s.variant, s.workload, s.block, s.mode, s.failed, s.why)"                                              \
    " OR EXISTS (SELECT metric, value FROM main.measured WHERE sample = t.id"                                    \
    " EXCEPT SELECT metric, value FROM other.measured WHERE sample = s.id)"                                      \
    " OR EXISTS (SELECT metric, value FROM other.measured WHERE sample = s.id"                                   \
    " EXCEPT SELECT metric, value FROM main.measured WHERE sample = t.id)))"

/* The number that a question about two runs is answered with; -1: none, or *good is false. */
static int64_t number(struct store *st, bool *good, const char *sql, int64_t a, int64_t b)
{
    int64_t found = -1;
    sqlite3_stmt *row = db_ask(st, sql, strstr(sql, "?2") ? "ii" : strstr(sql, "?1") ? "i" : "", a, b);
    while (db_next(st, row, good))
        found = found < 0 ? sqlite3_column_int64(row, 0) : found;
    return found;
}

/* The run of this file that run `run` of the other is; -1: none, or *good is false. */
static int64_t find(struct store *st, int64_t run, bool *good)
{
    int64_t found = -1, id;
    bool fine;
    sqlite3_stmt *row = db_ask(st, CANDIDATES, "i", run);
    *good = true;
    while (db_next(st, row, &fine)) {
        id = sqlite3_column_int64(row, 0);
        if (*good && found < 0 && number(st, good, CONFLICT, id, run) == 0 && *good)
            found = id;
    }
    *good = *good && fine;
    return found;
}

/* A run of its own, with all but its samples. */
static int64_t run_add(struct store *st, int64_t run)
{
    bool good = db_do(st,
                      "INSERT INTO main.runs (experiment, command, started, seed)"
                      " SELECT experiment, command, started, seed FROM other.runs WHERE id = ?",
                      "i", run);
    int64_t id = sqlite3_last_insert_rowid(st->db);
    good = good &&
           db_do(st,
                 "INSERT INTO main.variants SELECT ?1, position, label, kind, toggles, variant, sha256, version, twin_of,"
                 " missing FROM other.variants WHERE run = ?2",
                 "ii", id, run) &&
           db_do(st,
                 "INSERT INTO main.workloads SELECT ?1, position, name, command, what, threads FROM other.workloads"
                 " WHERE run = ?2",
                 "ii", id, run);
    return good ? id : -1;
}

/* The samples of run `run` of the other file that run `id` of this one has not; *count of them. */
static bool samples_add(struct store *st, int64_t id, int64_t run, size_t *count)
{
    bool good;
    int64_t last = number(st, &good, "SELECT coalesce(max(id), 0) FROM main.samples", 0, 0);
    good = good && db_do(st,
                         "INSERT INTO main.samples (run, variant, workload, block, position, mode, failed, why)"
                         " SELECT ?1, variant, workload, block, position, mode, failed, why FROM other.samples s WHERE run = ?2"
                         " AND NOT EXISTS (SELECT 1 FROM main.samples WHERE run = ?1 AND position = s.position) ORDER BY s.id",
                         "ii", id, run);
    *count = (size_t)sqlite3_changes(st->db);
    static const char *const parts[] = {
        "INSERT INTO main.measured SELECT t.id, m.metric, m.value FROM main.samples t JOIN other.samples s ON s.run = ?2"
        " AND s.position = t.position JOIN other.measured m ON m.sample = s.id WHERE t.run = ?1 AND t.id > ?3",
        "INSERT INTO main.series SELECT t.id, m.point, m.seconds, m.rss_kb, m.lazyfree_kb FROM main.samples t"
        " JOIN other.samples s ON s.run = ?2 AND s.position = t.position JOIN other.series m ON m.sample = s.id"
        " WHERE t.run = ?1 AND t.id > ?3"};
    for (int i = 0; good && *count && i < 2; i++)
        good = db_do(st, parts[i], "iii", id, run, last);
    return good;
}

static bool run_merge(struct store *st, int64_t run, struct store_merged *out)
{
    bool good;
    size_t samples = 0;
    int64_t id = find(st, run, &good);
    bool found = id >= 0;
    if (good && !found)
        good = (id = run_add(st, run)) >= 0;
    good = good && samples_add(st, id, run, &samples) &&
           db_do(st, "INSERT OR IGNORE INTO main.context SELECT ?1, key, value FROM other.context WHERE run = ?2", "ii", id,
                 run) &&
           db_do(st,
                 "UPDATE main.runs SET finished = 1 WHERE id = ?1 AND EXISTS (SELECT 1 FROM other.runs WHERE id = ?2 AND"
                 " finished)",
                 "ii", id, run);
    out->samples += samples;
    *(!found ? &out->runs : samples ? &out->grown : &out->same) += 1;
    return good;
}

/* All runs of the other file, which is attached. */
static bool runs_merge(struct store *st, struct store_merged *out)
{
    bool good, fine = true;
    if (!db_do(st, "BEGIN IMMEDIATE", ""))
        return false;
    sqlite3_stmt *row = db_ask(st, "SELECT id FROM other.runs ORDER BY started, id", "");
    while (db_next(st, row, &good))
        fine = fine && run_merge(st, sqlite3_column_int64(row, 0), out);
    if (good && !fine)
        return db_end(st, false);
    return db_end(st, good);
}

/* --- The other file ------------------------------------------------------------------------------------------------ */

/* Is it one of samples that can be read, whole? */
static bool check(const char *path)
{
    bool good, whole = false;
    char said[256] = "";
    struct store *st = store_open(path, STORE_READ);
    if (!st)
        return false;
    sqlite3_stmt *row = db_ask(st, "PRAGMA quick_check(1)", "");
    while (db_next(st, row, &good)) {
        db_text(row, 0, said, sizeof said);
        whole = strcmp(said, "ok") == 0;
    }
    if (good && !whole)
        db_fail(path, "is damaged (%.*s); sqlite3 FILE .recover saves what can be read", (int)strcspn(said, "\n"), said);
    store_close(st);
    return good && whole;
}

static bool merge_file(struct store *to, const char *path, struct store_merged *out)
{
    struct stat here, there;
    if (!check(path))
        return false;
    if (stat(to->path, &here) == 0 && stat(path, &there) == 0 && here.st_dev == there.st_dev && here.st_ino == there.st_ino) {
        db_fail(path, "is the file that it would be added to; want another");
        return false;
    }
    if (!db_attach(to, path))
        return false;
    bool good = runs_merge(to, out);
    db_detach(to);
    if (!good)
        *out = (struct store_merged){0};
    return good;
}

/* A run in a file of its own. */
static bool store_one(const struct dataset *ds, const char *path)
{
    struct store *st = store_open(path, STORE_WRITE);
    int64_t run = st ? store_run_begin(st, ds) : -1;
    bool good = run >= 0;
    const char **names = xalloc_zeroed(ds->metric_count, sizeof *names);
    for (size_t i = 0; i < ds->metric_count; i++)
        names[i] = ds->metric_names[i];
    for (size_t i = 0; good && i < ds->sample_count; i++)
        good = store_sample_add(st, run, &ds->samples[i], names, ds->samples[i].values, ds->metric_count);
    good = good && (!ds->finished || store_run_finish(st, run, true));
    free(names);
    store_close(st);
    return good;
}

static bool merge_tsv(struct store *to, const char *path, struct store_merged *out)
{
    char why[1024], folder[900], file[1000];
    snprintf(folder, sizeof folder, "%.800s/hakbench-merge-XXXXXX", getenv("TMPDIR") ?: "/tmp");
    struct dataset *ds = dataset_from_tsv(path, why, sizeof why);
    if (!ds) {
        const char *rest = strncmp(why, path, strlen(path)) == 0 ? why + strlen(path) + 1 : why;
        db_fail(path, "%s%s", *rest == ' ' ? "" : "line ", rest + strspn(rest, " "));
        return false;
    }
    bool good = mkdtemp(folder) != NULL;
    if (!good)
        db_fail(folder, "cannot be made: %m; want a folder for temporary files, TMPDIR");
    snprintf(file, sizeof file, "%s/run.db", folder);
    good = good && store_one(ds, file) && merge_file(to, file, out);
    dataset_free(ds);
    for (int i = 0; i < 3; i++) { /* whoever only reads leaves SQLite's own files */
        static const char *const ends[] = {"", "-wal", "-shm"};
        snprintf(file, sizeof file, "%s/run.db%s", folder, ends[i]);
        unlink(file);
    }
    rmdir(folder);
    return good;
}

bool store_merge(struct store *to, const char *path, struct store_merged *out)
{
    size_t length = strlen(path);
    *out = (struct store_merged){0};
    if (length > 4 && strcmp(path + length - 4, ".tsv") == 0)
        return merge_tsv(to, path, out);
    return merge_file(to, path, out);
}
