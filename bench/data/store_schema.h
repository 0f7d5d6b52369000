/* SPDX-License-Identifier: MIT */
/* store_schema.h - the tables of the store and how an older file becomes a newer one. For store.c and its tests.
 */
#ifndef BENCH_STORE_SCHEMA_H
#define BENCH_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>

/* Step i turns a file of schema version i into one of version i + 1; version 0 is an empty file. Append only: a step that has
 * once been released is never changed. The file's version stands in PRAGMA user_version. */
extern const char *const schema_steps[];
extern const int schema_version; /* what this program reads and writes: the number of steps */

/* PRAGMA application_id of a file of ours ("HAKB"), so that a database of another program is not taken for one. */
#define SCHEMA_APPLICATION 0x48414B42

/* A PRAGMA that answers one number; -1: sqlite3_errcode tells why not. */
int schema_number(sqlite3 *db, const char *pragma);

/* Brings the file to version `count` in one transaction: all steps or none, and another process waits or finds it done. An
 * SQLite result code. */
int schema_migrate(sqlite3 *db, const char *const *steps, int count);

#endif
