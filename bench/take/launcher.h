/* launcher.h - what launch.c and the launcher process share. For bench/take/launch.c, launcher.c and harvest.c only.
 */
#ifndef BENCH_LAUNCHER_H
#define BENCH_LAUNCHER_H

#include "bench/take/launch.h"
#include <sys/resource.h>

enum { COUNTERS = 7, POINTS_MAX = 2000 };
extern const char *const counter_names[COUNTERS];

/* What comes back through a pipe, followed by that many points; all of it fits into the pipe, so that nobody waits. */
struct outcome {
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

/* harvest.c: from texts to values. */
void harvest_add(struct launch_result *r, const char *name, double value);
void harvest_result_line(struct launch_result *r, enum mode mode); /* ops, seconds, ops_s; work.* */
void harvest_own_counters(struct launch_result *r);                /* HAKMEM_STATS=json: stat.* and what is summed from them */
void harvest_strace(struct launch_result *r);                      /* the table of strace -c */
void harvest_memory(struct launch_result *r);                      /* from the series */
/* A callgrind file, read from its beginning. library: whose calls are the allocator's; NULL: libc's. Both paths without links.
 * false: not understood. */
bool harvest_callgrind(struct launch_result *r, int fd, const char *program, const char *library);

#endif
