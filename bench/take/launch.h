/* SPDX-License-Identifier: MIT */
/* launch.h - one sample: one fresh process of one workload under one allocator, and what was seen of it.
 *
 * Knows nothing of repeats, order or storage. Nothing here is thread-safe: one sample at a time in a process.
 */
#ifndef BENCH_LAUNCH_H
#define BENCH_LAUNCH_H

#include "bench/data/profile.h"
#include "bench/take/harvest.h"
#include <signal.h>

/* What to run. The workload gets a clean environment: PATH, LANG, and what is named here. */
struct launch_order {
    const char *command;      /* program (a path) and arguments, separated by single blanks */
    char *const *words;       /* NULL; or the words of the command, which is any program then: what it prints may be anything */
    const char *folder;       /* where it runs; NULL: here */
    const char *library;      /* for LD_PRELOAD; NULL or "": the C library's own allocator */
    const char *const *environment; /* "HAKMEM_X=1" ..., NULL-ended; NULL: none */
    enum mode mode;
    int cpu;                  /* pinned to this one; -1: not pinned (multi-threaded workloads) */
    double timeout;           /* seconds; 0: the default, 120, and ten times that under strace and callgrind */
    bool plain;               /* the program is no workload: it prints no result line */
    struct profile *profile;  /* NULL, or where MODE_INSTRUCTIONS puts what each function costs, instead of two figures; */
    int side;                 /* as this side of it */
};

/* Runs it. false: it failed, why says how; values hold what was measured all the same. Free with launch_free. */
bool launch_take(const struct launch_order *order, struct launch_result *out);
void launch_free(struct launch_result *r);

/* For a signal handler: the running workload is ended, and none is started any more until launch_stopped is set to 0. */
void launch_stop(int signal_number);
extern volatile sig_atomic_t launch_stopped; /* the signal's number */

/* What is executed with --launch: this program itself, unless a test says otherwise. */
extern const char *launch_program;

/* Can mode be run here? strace and valgrind may be missing. */
bool launch_can(enum mode mode);

/* Does this machine have hardware counters (perf_event_open)? Their metrics, perf.*, are of user mode and
 * come with MODE_TIME. */
bool launch_has_counters(void);

#endif
