/* SPDX-License-Identifier: MIT */
/* run_made.h - a run made by hand, for tests of what works on one: two variants, a twin, a rival that is missing, two
 * workloads.
 */
#ifndef RUN_MADE_H
#define RUN_MADE_H

#include "bench/data/dataset.h"
#include "core/test/test.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MADE_A, MADE_B, MADE_TWIN, MADE_MISSING };

/* The frame without samples. */
static inline struct dataset *run_made_frame(void)
{
    struct dataset *ds = dataset_new();
    strcpy(ds->experiment, "12-shared-pool");
    strcpy(ds->command, "hakbench experiment 12-shared-pool --seed 7");
    strcpy(ds->started, "2026-02-03T04:05:06Z");
    ds->seed = 0xfedcba9876543210u;
    dataset_set_context(ds, "kernel", "Linux 6.1 \"odd\" \\ text");
    dataset_set_context(ds, "cpu", "A CPU\twith a tab\nand a line");
    dataset_set_context(ds, "empty", "");
    dataset_set_context(ds, "dash", "-");
    static const struct ds_variant variants[] = {
        {.label = "A", .kind = "hakmem", .toggles = "PHASE=11", .variant = "p11", .sha256 = "aa", .twin_of = -1},
        {.label = "B",
         .kind = "hakmem",
         .toggles = "PHASE=12 HAKMEM_SS_LRU_MB=8",
         .variant = "p12",
         .sha256 = "bb",
         .twin_of = -1},
        {.label = "B twin", .kind = "hakmem", .toggles = "PHASE=12", .variant = "p12", .sha256 = "bb", .twin_of = MADE_B},
        {.label = "jemalloc", .kind = "rival", .twin_of = -1, .missing = 1},
    };
    static const struct ds_workload workloads[] = {
        {.name = "random_mixed-seed", .command = "random_mixed 200000 4096 1234567", .what = "cold", .threads = 1},
        {.name = "larson-seed", .command = "larson 1 8 1000", .what = "threads", .threads = 2},
    };
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
        ck_assert_int_eq(dataset_add_variant(ds, &variants[i]), (int)i);
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
        ck_assert_int_eq(dataset_add_workload(ds, &workloads[i]), (int)i);
    return ds;
}

/* A sample with the values given as pairs, name and number, ended by NULL. */
__attribute__((unused, sentinel)) static int run_made_sample(struct dataset *ds, struct ds_sample s, ...)
{
    va_list list;
    va_start(list, s);
    s.position = (int)ds->sample_count;
    int index = dataset_add_sample(ds, &s);
    for (const char *name; (name = va_arg(list, const char *));)
        dataset_set(ds, index, name, va_arg(list, double));
    va_end(list);
    return index;
}

/* Samples of every kind: timing in two blocks, one failed, counting, strace, memory with a series. */
__attribute__((unused)) static struct dataset *run_made(void)
{
    struct dataset *ds = run_made_frame();
    for (int block = 0; block < 2; block++)
        for (int i = 0; i < 4; i++) {
            int variant = i == 0 || i == 3 ? MADE_A : MADE_B;
            struct ds_sample s = {.variant = variant, .block = block};
            run_made_sample(ds, s, "ops_s", 1e6 * (variant + 1) + block + i / 3.0, "ops", 200000.0, "faults", 100.0 + i, NULL);
        }
    struct ds_sample failed = {.variant = MADE_TWIN, .workload = 1, .block = 1, .failed = true, .why = "died\tof \"it\"\n\xff"};
    run_made_sample(ds, failed, "wall_s", 0.1, NULL);
    struct ds_sample count = {.variant = MADE_B, .mode = MODE_COUNT};
    run_made_sample(ds, count, "stat.front.hits", 99.0, "stat.front.misses", 1.0, "superslabs_peak", 8.0, NULL);
    struct ds_sample strace = {.variant = MADE_B, .mode = MODE_STRACE};
    run_made_sample(ds, strace, "syscalls", 50.0, "ops", 1000.0, "ops_s", 5.0, "strace.mmap", 41.0, NULL);
    struct ds_sample memory = {.variant = MADE_B, .mode = MODE_MEMORY};
    int index = run_made_sample(ds, memory, "rss_settled", 3000.0, "live_kb", 1500.0, NULL);
    for (int i = 0; i < 3; i++)
        dataset_add_point(ds, index, (struct ds_point){0.1 * i, 1000 + i, 0.5 * i});
    return ds;
}

#endif
