/* SPDX-License-Identifier: MIT */
/* report_data.h - a dataset made by hand, with figures that a reader can check: what the tests of gates, plots and reports use.
 *
 * Two variants and a twin, glibc, two rivals that were measured and one that is not installed; four workloads, one of them over
 * time and two with threads. Values are even numbers with a small, fixed ripple from block to block.
 */
#ifndef BENCH_TEST_REPORT_DATA_H
#define BENCH_TEST_REPORT_DATA_H

#include "bench/data/dataset.h"
#include <stdio.h>
#include <string.h>

enum { DATA_A, DATA_B, DATA_TWIN, DATA_GLIBC, DATA_MIMALLOC, DATA_JEMALLOC, DATA_MISSING, DATA_VARIANTS };
enum { DATA_SEED, DATA_LARSON_1, DATA_LARSON_4, DATA_IDLE, DATA_WORKLOADS };
enum { DATA_BLOCKS = 10 };

static inline void data_add(struct dataset *ds, int v, int w, enum mode mode, int block, const char *names[],
                            const double *values)
{
    struct ds_sample s = {.id = (int64_t)ds->sample_count + 1,
                          .variant = v,
                          .workload = w,
                          .block = block,
                          .position = (int)ds->sample_count,
                          .mode = mode};
    int index = dataset_add_sample(ds, &s);
    for (int i = 0; names[i]; i++)
        dataset_set(ds, index, names[i], values[i]);
}

static inline void data_variants(struct dataset *ds)
{
    const struct ds_variant variants[DATA_VARIANTS] = {{"A", "hakmem", "PHASE=11", "p11", "aa11", "", -1, 0},
                                                       {"B", "hakmem", "PHASE=12", "p12", "bb12", "", -1, 0},
                                                       {"A-twin", "hakmem", "PHASE=11", "p11", "aa11", "", 0, 0},
                                                       {"glibc", "libc", "", "", "", "2.36", -1, 0},
                                                       {"mimalloc", "rival", "", "", "cc01", "2.0.9", -1, 0},
                                                       {"jemalloc", "rival", "", "", "cc02", "5.3", -1, 0},
                                                       {"tcmalloc", "rival", "", "", "", "", -1, 1}};
    const struct ds_workload workloads[DATA_WORKLOADS] = {
        {"random_mixed-seed", "random_mixed 200000 4096 1234567", "cold start, as the seed ran", 1},
        {"larson-1", "larson 1 8 1000 1000 100 42 1", "slots passed to new threads", 1},
        {"larson-4", "larson 1 8 1000 1000 100 42 4", "slots passed to new threads", 4},
        {"burst_idle", "burst_idle 67108864 4 1", "99 % freed, then idle", 1}};
    for (int i = 0; i < DATA_VARIANTS; i++)
        dataset_add_variant(ds, &variants[i]);
    for (int i = 0; i < DATA_WORKLOADS; i++)
        dataset_add_workload(ds, &workloads[i]);
}

/* M ops/s of each variant on each workload but the last. */
static inline double data_speed(int v, int w)
{
    static const double speed[DATA_VARIANTS][3] = {
        {10, 40, 120}, {50, 44, 150}, {10, 40, 120}, {40, 30, 90}, {44, 42, 130}, {42, 36, 110}, {0}};
    return speed[v][w];
}

static inline void data_timing(struct dataset *ds)
{
    static const double ripple[DATA_BLOCKS] = {1, 1.004, 0.997, 1.002, 0.999, 1.006, 0.995, 1.001, 0.998, 1.003};
    const char *names[] = {"ops_s", "ops", "seconds", "wall_s", "user_s", "sys_s", "rss_peak", "faults", NULL};
    for (int block = 0; block < DATA_BLOCKS; block++)
        for (int w = 0; w < DATA_IDLE; w++)
            for (int v = 0; v < DATA_MISSING; v++) {
                double ops_s = data_speed(v, w) * 1e6 * ripple[(block + 3 * v) % DATA_BLOCKS], ops = 200000;
                double faults = v == DATA_A || v == DATA_TWIN ? 2400 : 700 + v;
                double values[] = {ops_s,       ops,           ops / ops_s,    0.002 + ops / ops_s,
                                   ops / ops_s, faults * 1e-6, 4096 + 512 * v, faults};
                data_add(ds, v, w, MODE_TIME, block, names, values);
            }
}

static inline void data_counts(struct dataset *ds)
{
    const char *names[] = {"superslabs_peak",
                           "syscalls_own",
                           "mmap",
                           "munmap",
                           "mremap",
                           "madvise",
                           "mincore",
                           "ops",
                           "stat.lazy.hits",
                           "stat.lazy.misses",
                           "stat.front.hits",
                           "stat.front.misses",
                           "stat.pool.stage0_hot",
                           "stat.pool.stage3_new",
                           "stat.remote_frees",
                           "stat.os.mmap.superslab",
                           "stat.os.mmap.mid",
                           NULL};
    const double a[] = {20, 3020, 1521, 1499, 0, 0, 0, 200000, 0, 20, 99000, 600, 0, 0, 0, 20, 1500};
    const double b[] = {2, 3, 3, 0, 0, 0, 0, 200000, 0, 2, 99500, 500, 35, 2, 0, 2, 0};
    for (int twice = 0; twice < 2; twice++) {
        data_add(ds, DATA_A, DATA_SEED, MODE_COUNT, twice, names, a);
        data_add(ds, DATA_B, DATA_SEED, MODE_COUNT, twice, names, b);
    }
    const char *calls[] = {"syscalls",       "syscalls_all",  "strace.mmap",     "strace.munmap", "strace.madvise",
                           "strace.mincore", "strace_s.mmap", "strace_s.munmap", "ops",           NULL};
    for (int v = 0; v < DATA_MISSING; v++) {
        double many = v == DATA_A || v == DATA_TWIN;
        const double values[] = {many ? 3034 : 17,
                                 many ? 3060 : 45,
                                 many ? 1534 : 16,
                                 many ? 1500 : 1,
                                 0,
                                 0,
                                 many ? 0.012 : 0.0002,
                                 many ? 0.02 : 0.00001,
                                 200000};
        data_add(ds, v, DATA_SEED, MODE_STRACE, 0, calls, values);
    }
    const char *instructions[] = {"instructions", "instructions_allocator", "ops", NULL};
    data_add(ds, DATA_A, DATA_SEED, MODE_INSTRUCTIONS, 0, instructions, (const double[]){9e6, 6e6, 200000});
    data_add(ds, DATA_B, DATA_SEED, MODE_INSTRUCTIONS, 0, instructions, (const double[]){6.2e6, 3.2e6, 200000});
}

/* RSS rises to 64 MiB in two seconds and falls, for some at once, for others after a while. */
static inline void data_memory(struct dataset *ds)
{
    const char *names[] = {"rss_settled", "rss_max", "live_kb", NULL};
    for (int v = 0; v < DATA_MISSING; v++) {
        double floor_kb = 4096 + 4096.0 * v, falls = 2 + v;
        data_add(ds, v, DATA_IDLE, MODE_MEMORY, 0, names, (const double[]){floor_kb, 65536 + floor_kb, 3000});
        for (int t = 0; t <= 80; t++) {
            double s = t / 10.0, up = s < 2 ? s / 2 : 1, down = s > falls ? 1 : 0;
            dataset_add_point(ds, (int)ds->sample_count - 1, (struct ds_point){s, floor_kb + 65536 * (down ? 0 : up), 0});
        }
    }
}

static inline struct dataset *data_make(void)
{
    struct dataset *ds = dataset_new();
    ds->run = 7;
    ds->seed = 1;
    ds->finished = true;
    snprintf(ds->experiment, sizeof ds->experiment, "by-hand");
    snprintf(ds->command, sizeof ds->command, "hakbench experiment by-hand");
    snprintf(ds->started, sizeof ds->started, "2026-11-23T10:00:00Z");
    dataset_set_context(ds, "cpu", "Example CPU, 2 cores");
    dataset_set_context(ds, "kernel", "Linux 6.1");
    dataset_set_context(ds, "git", "0123abc");
    data_variants(ds);
    data_timing(ds);
    data_counts(ds);
    data_memory(ds);
    return ds;
}

#endif
