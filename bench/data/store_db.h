/* SPDX-License-Identifier: MIT */
/* store_db.h - what store.c asks of the database; private to the store.
 */
#ifndef BENCH_STORE_DB_H
#define BENCH_STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

struct store {
    sqlite3 *db;
    char path[1024];
};

/* What went wrong last, in one line: what store_error() answers. */
const char *db_error(void);

/* Leaves "<path>: ..." in store_error(); the second for the SQLite result code of the last call. */
__attribute__((format(printf, 2, 3))) void db_fail(const char *path, const char *format, ...);
void db_fail_sqlite(const char *path, sqlite3 *db, int status);

/* Opens a file of samples; write: creates and migrates it. NULL on failure. */
struct store *db_open(const char *path, bool write);
void db_close(struct store *st);

/* Another file of samples, to be read as `other` beside this one, which is `main`; until db_detach. */
bool db_attach(struct store *st, const char *path);
void db_detach(struct store *st);

/* A statement with its parameters bound, one letter each: i int64_t, d double, s text. NULL on failure. */
sqlite3_stmt *db_ask(struct store *st, const char *sql, const char *types, ...);

/* The next row? false at the end, which finalizes the statement (NULL is fine); then *good tells the end from a failure. */
bool db_next(struct store *st, sqlite3_stmt *statement, bool *good);

/* Runs a statement to its end. */
bool db_do(struct store *st, const char *sql, const char *types, ...);

/* Ends a transaction: for good, or as if it had not been; answers which. */
bool db_end(struct store *st, bool good);

/* A column as text, "" for NULL. */
void db_text(sqlite3_stmt *row, int column, char *out, size_t size);

#endif
