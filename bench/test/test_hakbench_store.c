/* SPDX-License-Identifier: MIT */
/* test_hakbench_store.c - what was stored is loaded again, whole and unchanged; samples cannot be edited. */
#include "bench/data/export.h"
#include "store_made.h"
#include <sqlite3.h>
#include <time.h>

/* Stores a dataset as the engine does, sample by sample. */
static int64_t store_all(struct store *st, const struct dataset *ds)
{
    int64_t run = store_run_begin(st, ds);
    ck_assert_msg(run > 0, "%s", store_error());
    const char *names[64];
    for (size_t i = 0; i < ds->metric_count; i++)
        names[i] = ds->metric_names[i];
    for (size_t i = 0; i < ds->sample_count; i++)
        ck_assert_msg(store_sample_add(st, run, &ds->samples[i], names, ds->samples[i].values, ds->metric_count), "%s",
                      store_error());
    return run;
}

static char *tsv(const struct dataset *ds)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    export_tsv(out, ds);
    fclose(out);
    return text;
}

/* By way of the TSV, which holds all that a dataset has. */
START_TEST(loaded_as_it_was)
{
    made_begin();
    struct dataset *ds = run_made();
    run_made_sample(ds, (struct ds_sample){0}, "wall_s", 0.1 + 0.2, "user_s", INFINITY, "zz.odd", 1e-310, NULL);
    struct store *st = made_open(STORE_WRITE);
    ds->run = store_all(st, ds);
    store_close(st);
    st = made_open(STORE_READ);
    struct dataset *back = store_load(st, ds->run);
    ck_assert_msg(back, "%s", store_error());
    char *was = tsv(ds), *is = tsv(back);
    ck_assert_str_eq(was, is);
    ck_assert_int_gt(back->samples[1].id, back->samples[0].id);
    store_close(st);
    dataset_free(ds);
    dataset_free(back);
    free(was);
    free(is);
    made_end();
}
END_TEST

START_TEST(start_is_now_unless_given)
{
    made_begin();
    struct store *st = made_open(STORE_WRITE);
    struct dataset *ds = dataset_new();
    int64_t run = store_run_begin(st, ds);
    struct dataset *back = store_load(st, run);
    time_t now = time(NULL);
    struct tm then = {0};
    ck_assert_ptr_nonnull(strptime(back->started, "%Y-%m-%dT%H:%M:%SZ", &then));
    ck_assert_int_le(labs((long)(now - timegm(&then))), 60);
    dataset_free(ds);
    dataset_free(back);
    store_close(st);
    made_end();
}
END_TEST

START_TEST(newest_run_of_an_experiment)
{
    made_begin();
    struct store *st = made_open(STORE_WRITE);
    struct store_run runs[8];
    ck_assert_int_eq(store_latest(st, NULL, false), -1);
    ck_assert_ptr_nonnull(strstr(store_error(), "no run in it"));
    ck_assert_uint_eq(store_runs(st, runs, 8), 0);
    ck_assert_str_eq(store_error(), "");
    struct dataset *ds = run_made_frame();
    int64_t first = store_run_begin(st, ds), second = store_run_begin(st, ds);
    strcpy(ds->experiment, "");
    int64_t plain = store_run_begin(st, ds);
    ck_assert(store_run_finish(st, second, true) && store_run_finish(st, plain, true));
    ck_assert_int_eq(store_latest(st, "12-shared-pool", false), second);
    ck_assert_int_eq(store_latest(st, "12-shared-pool", true), first);
    ck_assert_int_eq(store_latest(st, "", false), plain);
    ck_assert_int_eq(store_latest(st, NULL, true), first);
    ck_assert_int_eq(store_latest(st, "11-front", false), -1);
    ck_assert_ptr_nonnull(strstr(store_error(), "'11-front'; there are of: 12-shared-pool"));
    made_add(st, first, 0);
    ck_assert_uint_eq(store_runs(st, runs, 8), 3);
    ck_assert(runs[0].id == plain && runs[0].finished && runs[2].id == first && !runs[2].finished);
    ck_assert(runs[2].samples == 1 && runs[0].samples == 0 && strcmp(runs[2].experiment, "12-shared-pool") == 0);
    ck_assert_uint_eq(store_runs(st, runs, 2), 2);
    dataset_free(ds);
    store_close(st);
    made_end();
}
END_TEST

/* By nobody: not by another program either. */
START_TEST(samples_are_never_edited)
{
    static const char *const attempts[] = {
        "UPDATE samples SET failed = 1", "DELETE FROM samples",          "UPDATE measured SET value = 2 * value",
        "DELETE FROM measured",          "UPDATE series SET rss_kb = 0", "DELETE FROM series",
    };
    made_begin();
    struct store *st = made_open(STORE_WRITE);
    int64_t run = made_run(st);
    ck_assert_msg(made_add(st, run, 0), "%s", store_error());
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(made_path, &db), SQLITE_OK);
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        ck_assert_int_eq(sqlite3_exec(db, attempts[i], NULL, NULL, NULL), SQLITE_CONSTRAINT);
        ck_assert_str_eq(sqlite3_errmsg(db), "samples are never edited");
    }
    sqlite3_close(db);
    ck_assert_int_eq(made_check(st, run), 1);
    store_close(st);
    made_end();
}
END_TEST

/* Nothing of a sample that is refused stays, and the next one is taken. */
START_TEST(what_does_not_fit_is_refused_whole)
{
    made_begin();
    struct store *st = made_open(STORE_WRITE);
    int64_t run = made_run(st);
    const char *twice[] = {"ops", "ops"};
    ck_assert(made_add(st, run, 0));
    ck_assert(!made_add(st, run, 0));
    ck_assert_ptr_nonnull(strstr(store_error(), "another hakbench"));
    ck_assert(!made_add(st, run + 1, 0));
    ck_assert(!store_sample_add(st, run, &(struct ds_sample){.position = 1, .variant = 9}, NULL, NULL, 0));
    ck_assert(!store_sample_add(st, run, &(struct ds_sample){.position = 1}, twice, (double[]){1, 2}, 2));
    ck_assert_int_eq(made_check(st, run), 1);
    ck_assert_msg(made_add(st, run, 1), "%s", store_error());
    ck_assert_int_eq(made_check(st, run), 2);
    ck_assert_ptr_null(store_load(st, 77));
    ck_assert_ptr_nonnull(strstr(store_error(), "no run 77; runs are 1 to 1"));
    store_close(st);
    made_end();
}
END_TEST

/* Nor by who opened for reading; and nothing is left beside the file when it is closed. */
START_TEST(a_reader_changes_nothing)
{
    made_begin();
    struct store *st = made_open(STORE_WRITE);
    int64_t run = made_run(st);
    store_close(st);
    st = made_open(STORE_READ);
    ck_assert(!made_add(st, run, 0) && store_run_begin(st, &(struct dataset){0}) < 0 && !store_run_finish(st, run, true));
    ck_assert_ptr_nonnull(strstr(store_error(), "may not be written"));
    ck_assert_int_eq(made_check(st, run), 0);
    store_close(st);
    char beside[128];
    snprintf(beside, sizeof beside, "%s-wal", made_path);
    ck_assert_int_ne(access(beside, F_OK), 0);
    snprintf(beside, sizeof beside, "%s-shm", made_path);
    ck_assert_int_ne(access(beside, F_OK), 0);
    made_end();
}
END_TEST

TEST_MAIN("samples in the store", loaded_as_it_was, start_is_now_unless_given, newest_run_of_an_experiment,
          samples_are_never_edited, a_reader_changes_nothing, what_does_not_fit_is_refused_whole)
