/* SPDX-License-Identifier: MIT */
/* harvest.h - what one run of a workload yielded: from its texts to named values.
 */
#ifndef BENCH_HARVEST_H
#define BENCH_HARVEST_H

#include "bench/data/dataset.h"

struct launch_value { char name[64]; double value; };
struct launch_result {
    struct launch_value *values; size_t value_count; /* every metric that the run yielded, by name */
    struct ds_point *series; size_t series_count;    /* MODE_MEMORY */
    char variant[64];   /* what hak_variant() said inside the process (MODE_COUNT); "" when it is not ours */
    char checksum[32];  /* of the workload's result line */
    char text[16384];   /* the tail of what it said */
    bool failed;
    char why[256];      /* one line: what failed, and what the workload said last */
};

/* NAN: the run did not yield it. */
double launch_value(const struct launch_result *r, const char *name);

void harvest_add(struct launch_result *r, const char *name, double value);
void harvest_result_line(struct launch_result *r, enum mode mode); /* ops, seconds, ops_s; work.* */
void harvest_own_counters(struct launch_result *r);                /* HAKMEM_STATS=json: stat.* and what is summed from them */
void harvest_strace(struct launch_result *r);                      /* the table of strace -c */
void harvest_memory(struct launch_result *r);                      /* from the series */
/* A callgrind file, read from its beginning. library: whose calls are the allocator's; NULL: libc's. Both paths without links.
 * false: not understood. */
bool harvest_callgrind(struct launch_result *r, int fd, const char *program, const char *library);

#endif
