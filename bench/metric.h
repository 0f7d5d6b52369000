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
extern const char *const mode_names[MODES]; /* time count strace instructions memory */

struct metric {
    const char *name, *unit, *what;
    int better;     /* +1: more is better, -1: less is better, 0: neither */
    enum mode mode; /* the kind of run that yields it */
    bool derived;
};

/* The fixed list, ended by a NULL name. stored: ops_s ops seconds wall_s user_s sys_s rss_peak (KiB) rss_own (KiB, VmHWM as the
 * launcher read it) faults major_faults switches switches_forced; count: superslabs_peak syscalls_own mmap munmap
 * mremap madvise mincore; strace: syscalls (mmap+munmap+mremap+madvise+mincore of the whole process) syscalls_all;
 * instructions: instructions instructions_allocator; memory: rss_settled (KiB, the last samples, LazyFree subtracted) rss_max
 * live_kb (as the workload says); derived: syscalls_per_op faults_per_op instructions_per_op (of the allocator) front_hit_rate
 * rss_per_live. */
extern const struct metric metrics[];

/* Metrics that only a run can name: stat.<counter>, strace.<call> ... Ended by a NULL name. */
extern const struct metric metric_families[];

/* NULL: no such metric. One of a family is answered by an entry of its own, which stays. Not thread-safe. */
const struct metric *metric_find(const char *name);

/* "ops_s, seconds, ..." for error messages; static. */
const char *metric_names(void);

#endif
