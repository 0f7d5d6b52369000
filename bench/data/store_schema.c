/* SPDX-License-Identifier: MIT */
/* store_schema.c - the tables of the store, as the steps that made them.
 *
 * A run is its row, its context, and the variants and workloads as they were when it began, by their indices in the dataset. A
 * sample refers to these indices. Samples and what was measured are only ever inserted: triggers refuse anything else, whoever
 * asks.
 */
#include "bench/data/store_schema.h"
#include <stdio.h>

#define ONLY_INSERTED(table)                                                                                                 \
    "CREATE TRIGGER " table "_update BEFORE UPDATE ON " table " BEGIN SELECT RAISE(ABORT, 'samples are never edited'); END;" \
    "CREATE TRIGGER " table "_delete BEFORE DELETE ON " table " BEGIN SELECT RAISE(ABORT, 'samples are never edited'); END;"

const char *const schema_steps[] = {
    "CREATE TABLE runs (id INTEGER PRIMARY KEY, experiment TEXT NOT NULL, command TEXT NOT NULL, started TEXT NOT NULL,"
    "  seed INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE context (run INTEGER NOT NULL REFERENCES runs, key TEXT NOT NULL, value TEXT NOT NULL,"
    "  PRIMARY KEY (run, key)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE variants (run INTEGER NOT NULL REFERENCES runs, position INTEGER NOT NULL, label TEXT NOT NULL,"
    "  kind TEXT NOT NULL, toggles TEXT NOT NULL, variant TEXT NOT NULL, sha256 TEXT NOT NULL, version TEXT NOT NULL,"
    "  twin_of INTEGER NOT NULL, missing INTEGER NOT NULL, PRIMARY KEY (run, position), UNIQUE (run, label))"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE workloads (run INTEGER NOT NULL REFERENCES runs, position INTEGER NOT NULL, name TEXT NOT NULL,"
    "  command TEXT NOT NULL, what TEXT NOT NULL, threads INTEGER NOT NULL, PRIMARY KEY (run, position), UNIQUE (run, name))"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE samples (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, variant INTEGER NOT NULL, workload INTEGER NOT NULL,"
    "  block INTEGER NOT NULL, position INTEGER NOT NULL, mode TEXT NOT NULL, failed INTEGER NOT NULL, why TEXT NOT NULL,"
    "  FOREIGN KEY (run, variant) REFERENCES variants, FOREIGN KEY (run, workload) REFERENCES workloads) STRICT;"
    "CREATE UNIQUE INDEX samples_by_run ON samples (run, position);"
    "CREATE TABLE measured (sample INTEGER NOT NULL REFERENCES samples, metric TEXT NOT NULL, value REAL NOT NULL,"
    "  PRIMARY KEY (sample, metric)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE series (sample INTEGER NOT NULL REFERENCES samples, point INTEGER NOT NULL, seconds REAL NOT NULL,"
    "  rss_kb REAL NOT NULL, lazyfree_kb REAL NOT NULL, PRIMARY KEY (sample, point)) STRICT, WITHOUT ROWID;"
    ONLY_INSERTED("samples")
    ONLY_INSERTED("measured")
    ONLY_INSERTED("series"),
};
const int schema_version = sizeof schema_steps / sizeof *schema_steps;

int schema_number(sqlite3 *db, const char *pragma)
{
    sqlite3_stmt *question;
    if (sqlite3_prepare_v2(db, pragma, -1, &question, NULL) != SQLITE_OK)
        return -1;
    int number = sqlite3_step(question) == SQLITE_ROW ? sqlite3_column_int(question, 0) : -1;
    return sqlite3_finalize(question) == SQLITE_OK ? number : -1;
}

int schema_migrate(sqlite3 *db, const char *const *steps, int count)
{
    char stamp[96];
    int status = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (status != SQLITE_OK)
        return status;
    int version = schema_number(db, "PRAGMA user_version"); /* asked again: another process may have been here first */
    if (version < 0)
        status = sqlite3_errcode(db);
    if (version < count)
        snprintf(stamp, sizeof stamp, "PRAGMA application_id = %d; PRAGMA user_version = %d", SCHEMA_APPLICATION, count);
    else
        stamp[0] = 0;
    for (; status == SQLITE_OK && version < count; version++)
        status = sqlite3_exec(db, steps[version], NULL, NULL, NULL);
    if (status == SQLITE_OK)
        status = sqlite3_exec(db, stamp, NULL, NULL, NULL);
    if (status == SQLITE_OK)
        status = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    if (status != SQLITE_OK)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}
