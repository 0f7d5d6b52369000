/* SPDX-License-Identifier: MIT */
/* store_made.h - a folder of its own for a test of the store, and samples to put there. */
#ifndef STORE_MADE_H
#define STORE_MADE_H

#include "bench/data/store.h"
#include "run_made.h"
#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char made_folder[64], made_path[96];

/* A new folder, open to all, and the path of a file in it that is not there yet. */
static inline void made_begin(void)
{
    strcpy(made_folder, "/tmp/hakbench-store-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(made_folder));
    chmod(made_folder, 0777);
    snprintf(made_path, sizeof made_path, "%s/results.db", made_folder);
}

static inline void made_end(void)
{
    DIR *folder = opendir(made_folder);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    rmdir(made_folder);
}

static inline struct store *made_open(enum store_access access_wanted)
{
    struct store *st = store_open(made_path, access_wanted);
    ck_assert_msg(st, "%s", store_error());
    return st;
}

/* A run with the frame of run_made.h. */
__attribute__((unused)) static int64_t made_run(struct store *st)
{
    struct dataset *ds = run_made_frame();
    int64_t run = store_run_begin(st, ds);
    ck_assert_msg(run > 0, "%s", store_error());
    dataset_free(ds);
    return run;
}

enum { MADE_METRICS = 24, MADE_POINTS = 40 };

/* Sample k of a run: MADE_METRICS values and MADE_POINTS points, all of them told by k. */
__attribute__((unused)) static bool made_add(struct store *st, int64_t run, int k)
{
    char names[MADE_METRICS][16];
    const char *name[MADE_METRICS];
    double values[MADE_METRICS];
    struct ds_point points[MADE_POINTS];
    for (int i = 0; i < MADE_METRICS; i++) {
        snprintf(names[i], sizeof names[i], "stat.m%02d", i);
        name[i] = names[i];
        values[i] = 100.0 * k + i;
    }
    for (int i = 0; i < MADE_POINTS; i++)
        points[i] = (struct ds_point){i, k, i + k};
    struct ds_sample s = {
        .variant = k % 2, .position = k, .block = k / 4, .mode = MODE_COUNT, .series = points, .series_count = MADE_POINTS};
    return store_sample_add(st, run, &s, name, values, MADE_METRICS);
}

/* Is every sample of a run whole, and are they 0 .. count - 1? Answers the count. */
__attribute__((unused)) static int made_check(struct store *st, int64_t run)
{
    struct dataset *ds = store_load(st, run);
    ck_assert_msg(ds, "%s", store_error());
    for (size_t k = 0; k < ds->sample_count; k++) {
        const struct ds_sample *s = &ds->samples[k];
        ck_assert_uint_eq(ds->metric_count, MADE_METRICS);
        ck_assert_int_eq(s->position, (int)k);
        ck_assert_uint_eq(s->series_count, MADE_POINTS);
        for (int i = 0; i < MADE_METRICS; i++)
            ck_assert_double_eq(s->values[i], 100.0 * (double)k + i);
        ck_assert_double_eq(s->series[MADE_POINTS - 1].rss_kb, (double)k);
    }
    int count = (int)ds->sample_count;
    dataset_free(ds);
    return count;
}

#endif
