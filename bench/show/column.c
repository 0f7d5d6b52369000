/* SPDX-License-Identifier: MIT */
/* column.c - the table of columns. See column.h.
 */
#include "bench/show/column.h"
#include <stddef.h>
#include <string.h>

static const struct column columns[] = {
    {"syscalls", "syscalls", 1, 0,
     "mmap, munmap, mremap, madvise and mincore of the whole process, counted by strace in a run of its own"},
    {"faults", "faults", 1, 0, "minor page faults"},
    {"faults_per_op", "faults / 1,000 ops", 1e-3, 2, ""},
    {"major_faults", "major faults", 1, 0, ""},
    {"superslabs_peak", "SuperSl", 1, 0, "most SuperSlabs mapped at once, by the allocator's own counters in a run of its own"},
    {"rss_peak", "peak MiB", 1024, 2, "peak resident memory of the process"},
    {"rss_max", "at most, MiB", 1024, 2, ""},
    {"rss_settled", "settled, MiB", 1024, 2, ""},
    {"live_kb", "live, MiB", 1024, 2, ""},
    {"rss_per_live", "settled / live", 1, 2, ""},
    {"instructions", "instructions", 1, 0, ""},
    {"instructions_allocator", "of the allocator", 1, 0, ""},
    {"instructions_share", "share, %", 1e-2, 1, ""},
    {"instructions_per_op", "instr/op", 1, 1,
     "instructions of the allocator per operation, counted by callgrind in a run of its own"},
    {"instructions_all_per_op", "all instr/op", 1, 1, ""},
};

const struct column *column_of(const char *metric)
{
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (strcmp(columns[i].metric, metric) == 0)
            return &columns[i];
    static struct column other;
    other = (struct column){.metric = metric, .head = metric, .one = 1, .digits = 2, .words = ""};
    return &other;
}
