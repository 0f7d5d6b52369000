/* bench.h - the small benchmark of `make bench`: what the runner fills and the report prints.
 *
 * A cell is one workload under one allocator. Ratios are formed within a workload only.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "bench/sample.h"

#define ROUNDS_MAX 99
#define ALLOCATORS_MAX 16
#define BASELINES_MAX 16

struct allocator {
    char label[64];     /* as printed */
    char variant[64];   /* ours: what note and process must answer; empty for others */
    char library[1024]; /* for LD_PRELOAD; empty: the C library's own */
};

struct workload {
    const char *command, *what;
    double weight; /* how long it takes, compared with the others: for the time left */
};

struct cell {
    double mops[ROUNDS_MAX];
    long peak_kb[ROUNDS_MAX], faults[ROUNDS_MAX];
    int samples;
    bool failed;
    bool counted, counted_own; /* the counting runs were made: by strace, by the allocator itself */
    uint64_t calls[CALLS], calls_own[CALLS], superslabs;
};

/* A figure published elsewhere. It is shown beside its own workload and no other. */
struct baseline {
    char name[32], toggles[64], command[80], mops[16], date[16], source[80];
};

struct bench {
    struct allocator allocators[ALLOCATORS_MAX];
    int allocator_count;
    int glibc; /* index of what ratios refer to */
    struct baseline baselines[BASELINES_MAX];
    int baseline_count;
    char missing[128]; /* rivals that are not installed */
    int rounds;
    bool strace;
};

extern const struct workload workloads[];
extern const int workload_count;

void report_print(const struct bench *bench, const struct cell *cells);

#endif
