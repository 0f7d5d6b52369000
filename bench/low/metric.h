/* SPDX-License-Identifier: MIT */
/* metric.h - what can be measured: names, units, which way is better, and which kind of run yields it.
 *
 * A value is always a double under a name. Names of the fixed list are below; `stat.<counter>` is any counter of the
 * allocator's own JSON (stat.front.hits, stat.os.mmap.superslab); `strace.<call>` any system call that strace counted,
 * `strace_s.<call>` the seconds that it took; `perf.<event>` a hardware counter (perf.cycles, perf.instructions, perf.branches,
 * perf.branch_misses, perf.cache_references, perf.cache_misses, perf.dtlb_misses), absent where the machine has none;
 * `work.<key>` a figure of the workload's own result line, in memory runs; `phase.<folder>` the work of a phase (proof.h).
 * Derived metrics are computed from others when asked for, never stored.
 */
#ifndef BENCH_METRIC_H
#define BENCH_METRIC_H

#include <stdbool.h>

enum mode {
    MODE_TIME,         /* timing runs: repeated, interleaved, judged with statistics */
    MODE_COUNT,        /* one run with the allocator's own counters (HAKMEM_STATS=json); counts and budgets */
    MODE_STRACE,       /* one run under strace -f -c */
    MODE_INSTRUCTIONS, /* callgrind: instructions of the whole process and of the allocator */
    MODE_MEMORY,       /* one run with RSS sampled over time from outside */
    MODES
};
struct mode_row {
    const char *name, *what;
    double weight; /* how much longer than a timing sample one of this mode takes, roughly: for the time left */
};
extern const struct mode_row mode_rows[MODES];

/* The system calls of memory: each is a metric, and strace.<call> and strace_s.<call>, too. `syscalls` is their sum. */
enum { MEMORY_CALLS = 5 };
extern const char *const memory_calls[MEMORY_CALLS];

struct metric {
    const char *name, *unit, *what;
    int better;     /* +1: more is better, -1: less is better, 0: neither */
    enum mode mode; /* the kind of run that yields it */
    bool derived;
};

/* The fixed list, ended by a NULL name. `hakbench list metrics` prints it. */
extern const struct metric metrics[];

/* Metrics that only a run can name: stat.<counter>, strace.<call> ... Ended by a NULL name. */
extern const struct metric metric_families[];

/* NULL: no such metric. One of a family is answered by an entry of its own, which stays. Not thread-safe. */
const struct metric *metric_find(const char *name);

/* "ops_s, seconds, ..." for error messages; static. */
const char *metric_names(void);

/* " (rss_peak, rss_own?)": those that a mistyped name may mean, as text_like. */
const char *metric_like(const char *name);

#endif
