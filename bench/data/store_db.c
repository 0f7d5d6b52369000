/* SPDX-License-Identifier: MIT */
/* store_db.c - opening a file of samples with all that can be wrong with it, and SQLite's statements as the store uses them.
 *
 * What must hold: every failure leaves its line in store_error().
 */
#include "bench/data/store_db.h"
#include "bench/data/store_schema.h"
#include "bench/low/xalloc.h"
#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 20000 /* how long another process may hold the file */

static char error[1536];

const char *db_error(void)
{
    return error;
}

void db_fail(const char *path, const char *format, ...)
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
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        db_fail(path, "is a %s; want the name of a file, --db FILE", S_ISDIR(info.st_mode) ? "folder" : "device or pipe");
    else if (!*path || strlen(path) >= sizeof copy)
        db_fail(path, "is not the name of a file; want one of 1 to %zu bytes, --db FILE", sizeof copy - 1);
    else if (stat(folder, &info) != 0)
        db_fail(path, "there is no folder %s; make it, or name another file with --db FILE", folder);
    else if (stat(path, &info) != 0 && access(folder, W_OK) == 0)
        db_fail(path, "no such file: no run was stored there; another one is named with --db FILE");
    else if (stat(path, &info) != 0)
        db_fail(path, "no such file, and its folder %s may not be written; name another file with --db FILE", folder);
    else
        db_fail(path, "cannot be opened: %s may not be %s; name another file with --db FILE",
                access(path, R_OK) == 0 ? folder : "it", access(path, R_OK) == 0 ? "written" : "read");
}

void db_fail_sqlite(const char *path, sqlite3 *db, int status)
{
    switch (status & 0xff) {
    case SQLITE_CANTOPEN:
        fail_open(path);
        break;
    case SQLITE_PERM:
    case SQLITE_READONLY:
        db_fail(path, "may not be written; make it and its folder writable, or name another file with --db FILE");
        break;
    case SQLITE_FULL:
        db_fail(path, "the disk is full; finished samples are kept: free some space, then go on with --resume");
        break;
    case SQLITE_IOERR:
        db_fail(path, "cannot be read or written: %s; finished samples are kept: go on with --resume when that is mended",
                strerror(sqlite3_system_errno(db) ?: errno)); /* SQLite does not note it when a commit fails */
        break;
    case SQLITE_NOTADB:
        db_fail(path, "is not a file of samples; name another with --db FILE");
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        db_fail(path, "another process has held it for %d s; try again when it has ended", BUSY_MS / 1000);
        break;
    case SQLITE_CONSTRAINT:
        db_fail(path, "refused: %s; is another hakbench going on with the same run?", sqlite3_errmsg(db));
        break;
    case SQLITE_CORRUPT:
        db_fail(path, "is damaged (%s); sqlite3 FILE .recover saves what can be read", sqlite3_errmsg(db));
        break;
    default:
        db_fail(path, "%s", sqlite3_errmsg(db));
    }
}

/* --- Statements ---------------------------------------------------------------------------------------------------- */

/* A statement with its parameters bound, one letter each: i int64_t, d double, s text. NULL on failure. */
static sqlite3_stmt *bind(struct store *st, const char *sql, const char *types, va_list list)
{
    sqlite3_stmt *statement;
    error[0] = 0;
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
    db_fail_sqlite(st->path, st->db, status);
    sqlite3_finalize(statement);
    return NULL;
}

sqlite3_stmt *db_ask(struct store *st, const char *sql, const char *types, ...)
{
    va_list list;
    va_start(list, types);
    sqlite3_stmt *statement = bind(st, sql, types, list);
    va_end(list);
    return statement;
}

bool db_next(struct store *st, sqlite3_stmt *statement, bool *good)
{
    errno = 0;
    int status = statement ? sqlite3_step(statement) : SQLITE_ERROR;
    if (status == SQLITE_ROW)
        return true;
    *good = status == SQLITE_DONE;
    if (!*good && statement)
        db_fail_sqlite(st->path, st->db, status);
    sqlite3_finalize(statement);
    return false;
}

bool db_do(struct store *st, const char *sql, const char *types, ...)
{
    bool good;
    va_list list;
    va_start(list, types);
    sqlite3_stmt *statement = bind(st, sql, types, list);
    va_end(list);
    while (db_next(st, statement, &good))
        continue;
    return good;
}

bool db_end(struct store *st, bool good)
{
    good = good && db_do(st, "COMMIT", "");
    if (!good && !sqlite3_get_autocommit(st->db))
        sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
    return good;
}

void db_text(sqlite3_stmt *row, int column, char *out, size_t size)
{
    snprintf(out, size, "%s", (const char *)sqlite3_column_text(row, column) ?: "");
}

/* --- Opening ------------------------------------------------------------------------------------------------------- */

/* Ours, and of what version? -1: not to be used, store_error() says why. */
static int inspect(struct store *st)
{
    sqlite3_exec(st->db, "BEGIN", NULL, NULL, NULL); /* one moment of the file: another process may be making it */
    int version = schema_number(st->db, "PRAGMA user_version");
    int application = version < 0 ? -1 : schema_number(st->db, "PRAGMA application_id");
    int tables = application < 0 ? -1 : schema_number(st->db, "SELECT count(*) FROM sqlite_schema");
    if (tables < 0)
        db_fail_sqlite(st->path, st->db, sqlite3_errcode(st->db));
    sqlite3_exec(st->db, "COMMIT", NULL, NULL, NULL);
    if (tables < 0)
        return -1;
    if (application != SCHEMA_APPLICATION && (tables || version || application))
        db_fail(st->path, "is a database of another program; name another file with --db FILE");
    else if (version > schema_version)
        db_fail(st->path, "has schema version %d, this program knows up to %d; use a newer one, or another file with --db FILE",
                version, schema_version);
    else
        return version;
    return -1;
}

/* SQLite does not wait for others when it changes the journal mode, so this does. In WAL mode readers and the one writer do not
 * wait for each other. synchronous = NORMAL: a commit survives the end of the process, and costs no fsync beside a measurement;
 * when the power fails the newest samples may be missing, but the file is whole. */
static bool prepare_writing(struct store *st)
{
    int status = SQLITE_READONLY; /* SQLite opens such a file for writing all the same */
    bool writable = sqlite3_db_readonly(st->db, "main") == 0;
    for (int waited = 0; writable && waited < BUSY_MS; waited += 5) {
        status = sqlite3_exec(st->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if (status != SQLITE_BUSY)
            break;
        sqlite3_sleep(5);
    }
    if (status == SQLITE_OK)
        status = sqlite3_exec(st->db, "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    if (status == SQLITE_OK)
        status = schema_migrate(st->db, schema_steps, schema_version);
    if (status == SQLITE_OK)
        return true;
    db_fail_sqlite(st->path, st->db, status);
    return false;
}

enum { URI_ROOM = 3 * sizeof((struct store *)0)->path + 32 };

/* A path as a URI, with what SQLite is told beside it: "mode=ro". */
static void uri_write(const char *path, const char *told, char out[URI_ROOM])
{
    size_t used = (size_t)sprintf(out, "file:");
    for (const char *p = path; *p; p++)
        used += (size_t)sprintf(out + used, strchr("%?#", *p) ? "%%%02X" : "%c", *p);
    sprintf(out + used, "?%s", told);
}

/* A file in a folder that may not be written: SQLite then reads it only when promised that nobody else changes it. */
static int open_unchanging(struct store *st)
{
    char uri[URI_ROOM];
    uri_write(st->path, "immutable=1", uri);
    sqlite3_close(st->db);
    return sqlite3_open_v2(uri, &st->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
}

/* Is there nothing beside the file that belongs to it? After a run that was killed there is. */
static bool journal_empty(const struct store *st)
{
    char journal[sizeof st->path + 8];
    struct stat info;
    snprintf(journal, sizeof journal, "%s-wal", st->path);
    return stat(journal, &info) != 0 || info.st_size == 0;
}

/* A reader, too, opens for writing where it may, and then promises not to: else SQLite leaves its files beside this one. */
static int open_file(struct store *st, bool write)
{
    struct stat info;
    char uri[URI_ROOM];
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | (write ? SQLITE_OPEN_CREATE : 0);
    uri_write(st->path, "", uri);
    int status = stat(st->path, &info) == 0 && !S_ISREG(info.st_mode) ? SQLITE_CANTOPEN
                                                                      : sqlite3_open_v2(uri, &st->db, flags, NULL);
    if (status == SQLITE_OK)
        sqlite3_busy_timeout(st->db, BUSY_MS);
    if (status == SQLITE_OK && !write && schema_number(st->db, "PRAGMA user_version") < 0 &&
        (sqlite3_errcode(st->db) == SQLITE_READONLY || sqlite3_errcode(st->db) == SQLITE_CANTOPEN) && journal_empty(st))
        status = open_unchanging(st);
    if (status == SQLITE_OK && !write)
        sqlite3_exec(st->db, "PRAGMA query_only = ON", NULL, NULL, NULL);
    return status;
}

struct store *db_open(const char *path, bool write)
{
    struct store *st = xalloc_need(calloc(1, sizeof *st));
    error[0] = 0;
    snprintf(st->path, sizeof st->path, "%s", path);
    int status = *path && strlen(path) < sizeof st->path ? open_file(st, write) : SQLITE_CANTOPEN;
    int version = status == SQLITE_OK ? inspect(st) : -1;
    if (status != SQLITE_OK)
        db_fail_sqlite(path, st->db, status);
    else if (version == 0 && !write)
        db_fail(path, "is empty: no run was stored there; another one is named with --db FILE");
    else if (version >= 0 && (!write ? version == schema_version : prepare_writing(st)))
        return st;
    db_close(st);
    if (write || version <= 0)
        return NULL;
    db_close(db_open(path, true)); /* an older file: migrate it, then it can be read */
    return *error ? NULL : db_open(path, false);
}

bool db_attach(struct store *st, const char *path)
{
    static const char *const ways[] = {"mode=ro", "immutable=1"};
    char uri[URI_ROOM];
    for (int i = 0; i < 2; i++) {
        uri_write(path, ways[i], uri);
        if (!db_do(st, "ATTACH ? AS other", "s", uri))
            return false;
        if (schema_number(st->db, "PRAGMA other.user_version") >= 0)
            return true;
        db_fail_sqlite(path, st->db, sqlite3_errcode(st->db));
        db_detach(st);
    }
    return false;
}

void db_detach(struct store *st)
{
    sqlite3_exec(st->db, "DETACH other", NULL, NULL, NULL);
}

void db_close(struct store *st)
{
    if (!st)
        return;
    sqlite3_close(st->db);
    free(st);
}
