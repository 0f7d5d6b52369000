/* SPDX-License-Identifier: MIT */
/* test_hakbench_store_migrate.c - an older file becomes a newer one and keeps what it holds; all steps are taken or none; a
 * file of a newer schema is left alone.
 *
 * The file of version 1 below stays as it is when the schema grows: it is what such a file is.
 */
#include "bench/data/store_schema.h"
#include "store_made.h"

static sqlite3 *open_plain(void)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(made_path, &db), SQLITE_OK);
    return db;
}

static void query(const char *sql)
{
    sqlite3 *db = open_plain();
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static int number(const char *sql)
{
    sqlite3 *db = open_plain();
    int answer = schema_number(db, sql);
    sqlite3_close(db);
    return answer;
}

/* As schema version 1 was released. */
static const char version_1[] =
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
    "INSERT INTO runs VALUES (1, '11-front', 'hakbench ab', '2026-01-02T03:04:05Z', -2, 1);"
    "INSERT INTO context VALUES (1, 'cpu', 'old');"
    "INSERT INTO variants VALUES (1, 0, 'A', 'hakmem', 'PHASE=11', 'p11', 'aa', '', -1, 0),"
    "  (1, 1, 'jemalloc', 'rival', '', '', 'bb', 'libjemalloc.so.2', -1, 1);"
    "INSERT INTO workloads VALUES (1, 0, 'larson-seed', 'larson 1', 'old', 4);"
    "INSERT INTO samples VALUES (7, 1, 0, 0, 0, 0, 'time', 0, ''), (9, 1, 0, 0, 1, 1, 'memory', 1, 'why not');"
    "INSERT INTO measured VALUES (7, 'ops_s', 12.5), (7, 'faults', 3), (9, 'rss_settled', 88);"
    "INSERT INTO series VALUES (9, 0, 0.5, 100, 20), (9, 1, 1.0, 90, 10);"
    "PRAGMA application_id = 1212238658; PRAGMA user_version = 1";

static void check_version_1(enum store_access access_wanted)
{
    struct store *st = made_open(access_wanted);
    struct dataset *ds = store_load(st, 1);
    ck_assert_msg(ds, "%s", store_error());
    ck_assert_str_eq(ds->experiment, "11-front");
    ck_assert_str_eq(ds->started, "2026-01-02T03:04:05Z");
    ck_assert_uint_eq(ds->seed, UINT64_MAX - 1);
    ck_assert(ds->finished);
    ck_assert_str_eq(dataset_context(ds, "cpu"), "old");
    ck_assert_str_eq(ds->variants[1].version, "libjemalloc.so.2");
    ck_assert_int_eq(ds->variants[1].missing, 1);
    ck_assert_int_eq(ds->workloads[0].threads, 4);
    ck_assert_uint_eq(ds->sample_count, 2);
    ck_assert_double_eq(dataset_value(ds, &ds->samples[0], "ops_s"), 12.5);
    ck_assert_str_eq(ds->samples[1].why, "why not");
    ck_assert_double_eq(ds->samples[1].series[1].lazyfree_kb, 10);
    dataset_free(ds);
    store_close(st);
    ck_assert_int_eq(number("PRAGMA user_version"), schema_version);
}

START_TEST(version_1_for_reading)
{
    made_begin();
    query(version_1);
    check_version_1(STORE_READ);
    made_end();
}
END_TEST

START_TEST(version_1_for_writing)
{
    made_begin();
    query(version_1);
    check_version_1(STORE_WRITE);
    struct store *st = made_open(STORE_WRITE);
    ck_assert_int_eq(made_run(st), 2);
    ck_assert(made_add(st, 2, 0));
    store_close(st);
    made_end();
}
END_TEST

START_TEST(newer_is_left_alone)
{
    char newer[64], both[64];
    made_begin();
    query(version_1);
    snprintf(newer, sizeof newer, "PRAGMA user_version = %d", schema_version + 5);
    query(newer);
    snprintf(both, sizeof both, "version %d, this program knows up to %d", schema_version + 5, schema_version);
    for (enum store_access a = STORE_READ; a <= STORE_WRITE; a++) {
        ck_assert_ptr_null(store_open(made_path, a));
        ck_assert_msg(strstr(store_error(), both) && !strchr(store_error(), '\n'), "%s", store_error());
    }
    ck_assert_int_eq(number("PRAGMA user_version"), schema_version + 5);
    made_end();
}
END_TEST

/* The mechanism, with steps of its own: from each older version to the newest. */
static const char *const steps[] = {
    "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)",
    "ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 10; UPDATE t SET b = a + 100",
    "CREATE TABLE u AS SELECT a, b, a + b AS c FROM t; DROP TABLE t; ALTER TABLE u RENAME TO t",
};

START_TEST(each_step_once_from_any_version)
{
    for (int from = 0; from <= 3; from++) {
        made_begin();
        sqlite3 *db = open_plain();
        ck_assert_int_eq(schema_migrate(db, steps, from), SQLITE_OK);
        ck_assert_int_eq(schema_number(db, "PRAGMA user_version"), from);
        ck_assert_int_eq(schema_migrate(db, steps, 3), SQLITE_OK);
        ck_assert_int_eq(schema_migrate(db, steps, 3), SQLITE_OK);
        ck_assert_int_eq(schema_migrate(db, steps, 1), SQLITE_OK); /* an older program that comes later takes nothing back */
        ck_assert_int_eq(schema_number(db, "PRAGMA user_version"), 3);
        ck_assert_int_eq(schema_number(db, "PRAGMA application_id"), SCHEMA_APPLICATION);
        ck_assert_int_eq(schema_number(db, "SELECT c FROM t"), 102);
        ck_assert_int_eq(schema_number(db, "SELECT count(*) FROM t"), 1);
        sqlite3_close(db);
        made_end();
    }
}
END_TEST

START_TEST(all_steps_or_none)
{
    const char *const broken[] = {steps[0], steps[1], "DROP TABLE t; no such word"};
    made_begin();
    sqlite3 *db = open_plain();
    ck_assert_int_eq(schema_migrate(db, broken, 1), SQLITE_OK);
    ck_assert_int_ne(schema_migrate(db, broken, 3), SQLITE_OK);
    ck_assert_int_eq(schema_number(db, "PRAGMA user_version"), 1);
    ck_assert_int_eq(schema_number(db, "SELECT count(*) FROM pragma_table_info('t')"), 1);
    ck_assert_int_eq(schema_number(db, "SELECT a FROM t"), 1);
    ck_assert_int_eq(schema_migrate(db, steps, 3), SQLITE_OK); /* no transaction was left open */
    sqlite3_close(db);
    made_end();
}
END_TEST

TEST_MAIN("older and newer files", version_1_for_reading, version_1_for_writing, newer_is_left_alone,
          each_step_once_from_any_version, all_steps_or_none)
