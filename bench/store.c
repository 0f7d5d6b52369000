/* store.c - the samples on disk, in SQLite: opening with all that can be wrong with a file, appending, loading.
 *
 * May include SQLite and bench/dataset.h. What must hold: whoever has been told that a sample is stored finds it again, whatever
 * ends this process; nothing of a sample is visible before all of it is.
 */
#include "bench/store.h"
#include "bench/store_schema.h"
#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 20000 /* how long another process may hold the file */

struct store {
    sqlite3 *db;
    char path[1024];
};

static char error[1536];

const char *store_error(void)
{
    return error;
}

__attribute__((format(printf, 2, 3))) static void fail(const char *path, const char *format, ...)
{
    va_list list;
    int used = snprintf(error, sizeof error, "%.1024s: ", path);
    va_start(list, format);
    vsnprintf(error + used, sizeof error - (size_t)used, format, list);
    va_end(list);
}

/* Why a file cannot be opened, from the file system: SQLite only says that it cannot. */
static void fail_open(const char *path)
{
    char copy[1024];
    struct stat info;
    snprintf(copy, sizeof copy, "%s", path);
    const char *folder = dirname(copy);
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        fail(path, "is a folder; want the name of a file, --db FILE");
    else if (stat(folder, &info) != 0)
        fail(path, "there is no folder %s; make it, or name another file with --db FILE", folder);
    else if (access(path, F_OK) != 0 && errno == ENOENT && access(folder, W_OK) == 0)
        fail(path, "no such file: no run was stored there; another one is named with --db FILE");
    else
        fail(path, "cannot be opened: the file or its folder %s may not be %s; name another with --db FILE", folder,
             access(path, R_OK) == 0 || access(path, F_OK) != 0 ? "written" : "read");
}

/* Leaves the line for an SQLite result code of the last call. */
static void fail_sqlite(const char *path, sqlite3 *db, int status)
{
    switch (status & 0xff) {
    case SQLITE_CANTOPEN:
        fail_open(path);
        break;
    case SQLITE_PERM:
    case SQLITE_READONLY:
        fail(path, "may not be written; make it and its folder writable, or name another file with --db FILE");
        break;
    case SQLITE_FULL:
        fail(path, "the disk is full; finished samples are kept: free some space, then go on with --resume");
        break;
    case SQLITE_IOERR:
        fail(path, "cannot be read or written: %s; finished samples are kept: go on with --resume when that is mended",
             strerror(sqlite3_system_errno(db)));
        break;
    case SQLITE_NOTADB:
        fail(path, "is not a file of samples; name another with --db FILE");
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        fail(path, "another process has held it for %d s; try again when it has ended", BUSY_MS / 1000);
        break;
    case SQLITE_CORRUPT:
        fail(path, "is damaged (%s); sqlite3 FILE .recover saves what can be read", sqlite3_errmsg(db));
        break;
    default:
        fail(path, "%s", sqlite3_errmsg(db));
    }
}

/* --- Statements -------------------------------------------------------------------------------------------------------- */

/* A statement with its parameters bound, one letter each: i int64_t, d double, s text. NULL on failure. */
static sqlite3_stmt *bind(struct store *st, const char *sql, const char *types, va_list list)
{
    sqlite3_stmt *statement;
    int status = sqlite3_prepare_v2(st->db, sql, -1, &statement, NULL);
    for (int i = 1; status == SQLITE_OK && *types; i++, types++) {
        if (*types == 'i')
            status = sqlite3_bind_int64(statement, i, va_arg(list, int64_t));
        else if (*types == 'd')
            status = sqlite3_bind_double(statement, i, va_arg(list, double));
        else
            status = sqlite3_bind_text(statement, i, va_arg(list, const char *), -1, SQLITE_TRANSIENT);
    }
    if (status == SQLITE_OK)
        return statement;
    fail_sqlite(st->path, st->db, status);
    sqlite3_finalize(statement);
    return NULL;
}

static sqlite3_stmt *ask(struct store *st, const char *sql, const char *types, ...)
{
    va_list list;
    va_start(list, types);
    sqlite3_stmt *statement = bind(st, sql, types, list);
    va_end(list);
    return statement;
}

/* The next row? false at the end, which finalizes; then *good tells the end from a failure. */
static bool next_row(struct store *st, sqlite3_stmt *statement, bool *good)
{
    int status = statement ? sqlite3_step(statement) : SQLITE_ERROR;
    if (status == SQLITE_ROW)
        return true;
    *good = status == SQLITE_DONE;
    if (!*good && statement)
        fail_sqlite(st->path, st->db, status);
    sqlite3_finalize(statement);
    return false;
}

/* Runs a statement that answers no rows. */
static bool run(struct store *st, const char *sql, const char *types, ...)
{
    bool good;
    va_list list;
    va_start(list, types);
    sqlite3_stmt *statement = bind(st, sql, types, list);
    va_end(list);
    while (next_row(st, statement, &good))
        continue;
    return good;
}

/* Ends a transaction: for good, or as if it had not been. */
static bool end(struct store *st, bool good)
{
    good = good && run(st, "COMMIT", "");
    if (!good && !sqlite3_get_autocommit(st->db))
        sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
    return good;
}

static void text(sqlite3_stmt *row, int column, char *out, size_t size)
{
    snprintf(out, size, "%s", (const char *)sqlite3_column_text(row, column) ?: "");
}

/* --- Opening ----------------------------------------------------------------------------------------------------------- */

/* Ours, and of what version? -1: not to be used, store_error() says why. */
static int inspect(struct store *st)
{
    int version = schema_number(st->db, "PRAGMA user_version");
    int application = version < 0 ? -1 : schema_number(st->db, "PRAGMA application_id");
    int tables = application < 0 ? -1 : schema_number(st->db, "SELECT count(*) FROM sqlite_schema");
    if (tables < 0)
        fail_sqlite(st->path, st->db, sqlite3_errcode(st->db));
    else if (application != SCHEMA_APPLICATION && (tables || version || application))
        fail(st->path, "is a database of another program; name another file with --db FILE");
    else if (version > schema_version)
        fail(st->path, "has schema version %d, this program knows up to %d; use the newer hakbench, or another file with --db FILE",
             version, schema_version);
    else
        return version;
    return -1;
}

/* SQLite does not wait for others when it changes the journal mode, so this does. In WAL mode readers and the one writer do not
 * wait for each other. synchronous = NORMAL: a commit survives the end of the process, and costs no fsync beside a measurement; when
 * the power fails the newest samples may be missing, but the file is whole. */
static bool prepare_writing(struct store *st)
{
    int status;
    for (int waited = 0; (status = sqlite3_exec(st->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL)) == SQLITE_BUSY &&
                         waited < BUSY_MS; waited += 5)
        sqlite3_sleep(5);
    if (status == SQLITE_OK)
        status = sqlite3_exec(st->db, "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    if (status == SQLITE_OK)
        status = schema_migrate(st->db, schema_steps, schema_version);
    if (status == SQLITE_OK)
        return true;
    fail_sqlite(st->path, st->db, status);
    return false;
}

/* A file in a folder that may not be written: SQLite then reads it only when promised that nobody else changes it. */
static int open_unchanging(struct store *st)
{
    char uri[3 * sizeof st->path + 32] = "file:";
    size_t used = strlen(uri);
    for (const char *p = st->path; *p; p++)
        used += (size_t)sprintf(uri + used, strchr("%?#", *p) ? "%%%02X" : "%c", *p);
    strcpy(uri + used, "?immutable=1");
    sqlite3_close(st->db);
    return sqlite3_open_v2(uri, &st->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
}

static int open_file(struct store *st, enum store_access access_wanted)
{
    int flags = access_wanted == STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    int status = sqlite3_open_v2(st->path, &st->db, flags, NULL);
    if (status == SQLITE_OK && access_wanted == STORE_READ) {
        char journal[sizeof st->path + 8];
        snprintf(journal, sizeof journal, "%s-wal", st->path);
        sqlite3_busy_timeout(st->db, BUSY_MS);
        if (schema_number(st->db, "PRAGMA user_version") < 0 && sqlite3_errcode(st->db) == SQLITE_CANTOPEN &&
            access(journal, F_OK) != 0)
            status = open_unchanging(st);
    }
    if (status == SQLITE_OK)
        sqlite3_busy_timeout(st->db, BUSY_MS);
    return status;
}

struct store *store_open(const char *path, enum store_access access_wanted)
{
    error[0] = 0;
    struct store *st = calloc(1, sizeof *st);
    if (!st || !*path || strlen(path) >= sizeof st->path) {
        fail(st ? path : "store", "%s", st ? "want the name of a file, --db FILE" : "out of memory");
        free(st);
        return NULL;
    }
    strcpy(st->path, path);
    int status = open_file(st, access_wanted);
    int version = status == SQLITE_OK ? inspect(st) : -1;
    if (status != SQLITE_OK)
        fail_sqlite(path, st->db, status);
    else if (version == 0 && access_wanted == STORE_READ)
        fail(path, "is empty: no run was stored there; another one is named with --db FILE");
    else if (version >= 0 && (access_wanted == STORE_READ ? version == schema_version : prepare_writing(st)))
        return st;
    store_close(st);
    if (access_wanted == STORE_WRITE || version <= 0)
        return NULL;
    store_close(store_open(path, STORE_WRITE)); /* an older file: migrate it, then it can be read */
    return *error ? NULL : store_open(path, STORE_READ);
}

void store_close(struct store *st)
{
    if (!st)
        return;
    sqlite3_close(st->db);
    free(st);
}

/* --- Appending --------------------------------------------------------------------------------------------------------- */

static bool add_variants(struct store *st, int64_t id, const struct dataset *ds)
{
    bool good = true;
    for (size_t i = 0; good && i < ds->variant_count; i++) {
        const struct ds_variant *v = &ds->variants[i];
        good = run(st, "INSERT INTO variants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "iissssssii", id, (int64_t)i, v->label, v->kind,
                   v->toggles, v->variant, v->sha256, v->version, (int64_t)v->twin_of, (int64_t)v->missing);
    }
    return good;
}

static bool add_workloads(struct store *st, int64_t id, const struct dataset *ds)
{
    bool good = true;
    for (size_t i = 0; good && i < ds->workload_count; i++) {
        const struct ds_workload *w = &ds->workloads[i];
        good = run(st, "INSERT INTO workloads VALUES (?, ?, ?, ?, ?, ?)", "iisssi", id, (int64_t)i, w->name, w->command, w->what,
                   (int64_t)w->threads);
    }
    return good;
}

int64_t store_run_begin(struct store *st, const struct dataset *ds)
{
    if (!run(st, "BEGIN IMMEDIATE", ""))
        return -1;
    bool good = run(st,
                    "INSERT INTO runs (experiment, command, started, seed)"
                    " VALUES (?, ?, coalesce(nullif(?, ''), strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), ?)",
                    "sssi", ds->experiment, ds->command, ds->started, (int64_t)ds->seed);
    int64_t id = sqlite3_last_insert_rowid(st->db);
    for (size_t i = 0; good && i < ds->context_count; i++)
        good = run(st, "INSERT INTO context VALUES (?, ?, ?)", "iss", id, ds->context[i].key, ds->context[i].value);
    good = good && add_variants(st, id, ds) && add_workloads(st, id, ds);
    return end(st, good) ? id : -1;
}

bool store_sample_add(struct store *st, int64_t run_id, const struct ds_sample *s, const char *const *names, const double *values,
                      size_t count)
{
    if (!run(st, "BEGIN IMMEDIATE", ""))
        return false;
    bool good = run(st,
                    "INSERT INTO samples (run, variant, workload, block, position, mode, failed, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    "iiiiisis", run_id, (int64_t)s->variant, (int64_t)s->workload, (int64_t)s->block, (int64_t)s->position,
                    mode_names[s->mode], (int64_t)s->failed, s->why);
    int64_t id = sqlite3_last_insert_rowid(st->db);
    for (size_t i = 0; good && i < count; i++)
        good = isnan(values[i]) || run(st, "INSERT INTO measured VALUES (?, ?, ?)", "isd", id, names[i], values[i]);
    for (size_t i = 0; good && i < s->series_count; i++)
        good = run(st, "INSERT INTO series VALUES (?, ?, ?, ?, ?)", "iiddd", id, (int64_t)i, s->series[i].seconds,
                   s->series[i].rss_kb, s->series[i].lazyfree_kb);
    return end(st, good);
}

bool store_run_finish(struct store *st, int64_t run_id)
{
    return run(st, "UPDATE runs SET finished = 1 WHERE id = ?", "i", run_id);
}

/* --- Loading ----------------------------------------------------------------------------------------------------------- */

static bool load_context(struct store *st, struct dataset *ds)
{
    bool good;
    sqlite3_stmt *row = ask(st, "SELECT key, value FROM context WHERE run = ? ORDER BY key", "i", ds->run);
    while (next_row(st, row, &good))
        dataset_set_context(ds, (const char *)sqlite3_column_text(row, 0), (const char *)sqlite3_column_text(row, 1));
    return good;
}

static bool load_variants(struct store *st, struct dataset *ds)
{
    bool good;
    sqlite3_stmt *row = ask(st,
                            "SELECT label, kind, toggles, variant, sha256, version, twin_of, missing FROM variants"
                            " WHERE run = ? ORDER BY position", "i", ds->run);
    while (next_row(st, row, &good)) {
        struct ds_variant v = {.twin_of = sqlite3_column_int(row, 6), .missing = sqlite3_column_int(row, 7)};
        text(row, 0, v.label, sizeof v.label);
        text(row, 1, v.kind, sizeof v.kind);
        text(row, 2, v.toggles, sizeof v.toggles);
        text(row, 3, v.variant, sizeof v.variant);
        text(row, 4, v.sha256, sizeof v.sha256);
        text(row, 5, v.version, sizeof v.version);
        dataset_add_variant(ds, &v);
    }
    return good;
}

static bool load_workloads(struct store *st, struct dataset *ds)
{
    bool good;
    sqlite3_stmt *row = ask(st, "SELECT name, command, what, threads FROM workloads WHERE run = ? ORDER BY position", "i", ds->run);
    while (next_row(st, row, &good)) {
        struct ds_workload w = {.threads = sqlite3_column_int(row, 3)};
        text(row, 0, w.name, sizeof w.name);
        text(row, 1, w.command, sizeof w.command);
        text(row, 2, w.what, sizeof w.what);
        dataset_add_workload(ds, &w);
    }
    return good;
}

static bool load_measured(struct store *st, struct dataset *ds, int sample)
{
    bool good, all;
    int64_t id = ds->samples[sample].id;
    sqlite3_stmt *row = ask(st, "SELECT metric, value FROM measured WHERE sample = ? ORDER BY metric", "i", id);
    while (next_row(st, row, &good))
        dataset_set(ds, sample, (const char *)sqlite3_column_text(row, 0), sqlite3_column_double(row, 1));
    row = ask(st, "SELECT seconds, rss_kb, lazyfree_kb FROM series WHERE sample = ? ORDER BY point", "i", id);
    while (next_row(st, row, &all))
        dataset_add_point(ds, sample, (struct ds_point){sqlite3_column_double(row, 0), sqlite3_column_double(row, 1),
                                                        sqlite3_column_double(row, 2)});
    return good && all;
}

static bool load_samples(struct store *st, struct dataset *ds)
{
    bool good, whole = true;
    sqlite3_stmt *row = ask(st,
                            "SELECT id, variant, workload, block, position, mode, failed, why FROM samples"
                            " WHERE run = ? ORDER BY position", "i", ds->run);
    while (next_row(st, row, &good)) {
        char mode[32];
        struct ds_sample s = {.id = sqlite3_column_int64(row, 0), .variant = sqlite3_column_int(row, 1),
                              .workload = sqlite3_column_int(row, 2), .block = sqlite3_column_int(row, 3),
                              .position = sqlite3_column_int(row, 4), .failed = sqlite3_column_int(row, 6)};
        text(row, 5, mode, sizeof mode);
        text(row, 7, s.why, sizeof s.why);
        while (s.mode < MODES && strcmp(mode_names[s.mode], mode) != 0)
            s.mode++;
        if (s.mode == MODES || (unsigned)s.variant >= ds->variant_count || (unsigned)s.workload >= ds->workload_count)
            fail(st->path, "is damaged: sample %lld refers to what is not there", (long long)s.id);
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
    sqlite3_stmt *row = ask(st, "SELECT experiment, command, started, seed, finished FROM runs WHERE id = ?", "i", ds->run);
    while (next_row(st, row, &good)) {
        found = true;
        text(row, 0, ds->experiment, sizeof ds->experiment);
        text(row, 1, ds->command, sizeof ds->command);
        text(row, 2, ds->started, sizeof ds->started);
        ds->seed = (uint64_t)sqlite3_column_int64(row, 3);
        ds->finished = sqlite3_column_int(row, 4);
    }
    if (good && !found) {
        int newest = schema_number(st->db, "SELECT coalesce(max(id), 0) FROM runs");
        fail(st->path, newest > 0 ? "no run %lld; runs are 1 to %d" : "no run %lld; no run was stored yet", (long long)ds->run, newest);
    }
    return found && good;
}

struct dataset *store_load(struct store *st, int64_t run_id)
{
    error[0] = 0;
    if (!run(st, "BEGIN", "")) /* one moment of the file, while others append */
        return NULL;
    struct dataset *ds = dataset_new();
    ds->run = run_id;
    bool good = load_run(st, ds) && load_context(st, ds) && load_variants(st, ds) && load_workloads(st, ds) && load_samples(st, ds);
    if (end(st, good))
        return ds;
    dataset_free(ds);
    return NULL;
}

int64_t store_latest(struct store *st, const char *experiment, bool unfinished_only)
{
    bool good, listed;
    int64_t id = -1;
    error[0] = 0;
    const char *name = experiment ? experiment : "";
    sqlite3_stmt *row = ask(st, "SELECT max(id) FROM runs WHERE ?1 IN ('', experiment) AND NOT (?2 AND finished)", "si", name,
                            (int64_t)unfinished_only);
    while (next_row(st, row, &good))
        id = sqlite3_column_type(row, 0) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, 0);
    if (!good || id >= 0)
        return good ? id : -1;
    const char *kind = unfinished_only ? "unfinished run" : "run";
    row = ask(st,
              "SELECT group_concat(experiment, ' ') FROM (SELECT DISTINCT experiment FROM runs"
              " WHERE experiment <> '' AND NOT (?1 AND finished) ORDER BY experiment)", "i", (int64_t)unfinished_only);
    while (next_row(st, row, &listed)) {
        const char *names = (const char *)sqlite3_column_text(row, 0);
        if (*name)
            fail(st->path, "no %s of experiment '%s'; there are of: %.512s", kind, name, names ? names : "none");
        else
            fail(st->path, "no %s in it", kind);
    }
    return -1;
}

size_t store_runs(struct store *st, struct store_run *out, size_t max)
{
    bool good;
    size_t count = 0;
    error[0] = 0;
    sqlite3_stmt *row = ask(st,
                            "SELECT id, experiment, started, command, finished, (SELECT count(*) FROM samples WHERE run = runs.id)"
                            " FROM runs ORDER BY id DESC LIMIT ?", "i", (int64_t)max);
    while (next_row(st, row, &good)) {
        struct store_run *r = &out[count++];
        *r = (struct store_run){.id = sqlite3_column_int64(row, 0), .finished = sqlite3_column_int(row, 4),
                                .samples = (uint64_t)sqlite3_column_int64(row, 5)};
        text(row, 1, r->experiment, sizeof r->experiment);
        text(row, 2, r->started, sizeof r->started);
        text(row, 3, r->command, sizeof r->command);
    }
    return good ? count : 0;
}
