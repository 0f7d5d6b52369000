/* SPDX-License-Identifier: MIT */
/* launcher.h - what launch.c and the launcher process share.
 */
#ifndef BENCH_LAUNCHER_H
#define BENCH_LAUNCHER_H

#include "bench/data/dataset.h"
#include <sys/resource.h>

enum { COUNTERS = 7, POINTS_MAX = 2000 };
extern const char *const counter_names[COUNTERS];

/* What comes back through a pipe, followed by that many points; all of it fits into the pipe, so that nobody waits. */
struct ending {
    int status; /* as of wait */
    bool timed_out;
    double wall_s;
    struct rusage usage;        /* of the child and of what it waited for */
    double hwm_kb;              /* VmHWM when it ended; NAN: could not be read */
    double counters[COUNTERS];  /* NAN: not here */
    size_t points;
};

/* Opens the hardware counters of a process, to start when it executes a program; -1 where there is none. */
void counters_open(int pid, int fds[COUNTERS]);
void counters_read(const int fds[COUNTERS], double values[COUNTERS]); /* and closes them */

/* The `--launch` mode of hakbench: a parent that is freshly executed and small, since a child inherits ru_maxrss. */
int launcher_main(int argc, char **argv);

#endif
