/* SPDX-License-Identifier: MIT */
/* metric.c - the list of what can be measured, and the entries made on the spot for counters that only a run can name.
 */
#include "bench/low/metric.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include <stdlib.h>
#include <string.h>

const struct mode_row mode_rows[MODES] = {
    [MODE_TIME] = {"time", "throughput, faults and peak memory", 1},
    [MODE_COUNT] = {"count", "the allocator's own counters", 1},
    [MODE_STRACE] = {"strace", "system calls by strace", 2},
    [MODE_INSTRUCTIONS] = {"instructions", "instructions by callgrind", 15},
    [MODE_MEMORY] = {"memory", "memory over time", 1},
};

const char *const memory_calls[MEMORY_CALLS] = {"mmap", "munmap", "mremap", "madvise", "mincore"};

const struct metric metrics[] = {
    {"ops_s", "1/s", "operations per second, as the workload timed itself", +1, MODE_TIME, false},
    {"ops", "", "operations", 0, MODE_TIME, false},
    {"seconds", "s", "duration of the operations, as the workload timed itself", -1, MODE_TIME, false},
    {"wall_s", "s", "duration of the process", -1, MODE_TIME, false},
    {"user_s", "s", "CPU time of the process in user space", -1, MODE_TIME, false},
    {"sys_s", "s", "CPU time of the process in the kernel", -1, MODE_TIME, false},
    {"rss_peak", "KiB", "peak resident memory: ru_maxrss of the process, or rss_own if that is more", -1, MODE_TIME, false},
    {"rss_own", "KiB", "peak resident memory, VmHWM as the launcher read it", -1, MODE_TIME, false},
    {"faults", "", "minor page faults", -1, MODE_TIME, false},
    {"major_faults", "", "major page faults", -1, MODE_TIME, false},
    {"switches", "", "voluntary context switches", -1, MODE_TIME, false},
    {"switches_forced", "", "involuntary context switches", 0, MODE_TIME, false},
    {"superslabs_peak", "", "most SuperSlabs mapped at once", -1, MODE_COUNT, false},
    {"syscalls_own", "", "system calls the allocator made, by its own count", -1, MODE_COUNT, false},
    {"mmap", "", "mmap calls of the allocator, by its own count", -1, MODE_COUNT, false},
    {"munmap", "", "munmap calls of the allocator, by its own count", -1, MODE_COUNT, false},
    {"mremap", "", "mremap calls of the allocator, by its own count", -1, MODE_COUNT, false},
    {"madvise", "", "madvise calls of the allocator, by its own count", -1, MODE_COUNT, false},
    {"mincore", "", "mincore calls of the allocator, by its own count", -1, MODE_COUNT, false},
    {"syscalls", "", "mmap, munmap, mremap, madvise and mincore calls of the process, by strace", -1, MODE_STRACE, false},
    {"syscalls_all", "", "all system calls of the process, by strace", -1, MODE_STRACE, false},
    {"instructions", "", "instructions of the process, by callgrind", -1, MODE_INSTRUCTIONS, false},
    {"instructions_allocator", "", "instructions of the allocator, by callgrind", -1, MODE_INSTRUCTIONS, false},
    {"rss_settled", "KiB", "resident memory at the end, without what is marked LazyFree", -1, MODE_MEMORY, false},
    {"rss_max", "KiB", "most resident memory that was sampled", -1, MODE_MEMORY, false},
    {"live_kb", "KiB", "memory in live blocks, as the workload says", 0, MODE_MEMORY, false},
    {"syscalls_per_op", "", "syscalls / ops", -1, MODE_STRACE, true},
    {"faults_per_op", "", "faults / ops", -1, MODE_TIME, true},
    {"instructions_per_op", "", "instructions_allocator / ops", -1, MODE_INSTRUCTIONS, true},
    {"instructions_all_per_op", "", "instructions / ops: the allocator, the program and the rest", -1, MODE_INSTRUCTIONS, true},
    {"instructions_share", "", "instructions_allocator / instructions", -1, MODE_INSTRUCTIONS, true},
    {"front_hit_rate", "", "allocations served by the front, of those that asked it (0 to 1)", +1, MODE_COUNT, true},
    {"rss_per_live", "", "rss_settled / live_kb", -1, MODE_MEMORY, true},
    {NULL, NULL, NULL, 0, 0, false},
};

/* A name is of a family when it begins as the family's does, up to the bracket. */
const struct metric metric_families[] = {
    {"stat.<counter>", "", "any counter of the allocator: stat.front.hits", 0, MODE_COUNT, false},
    {"strace.<call>", "", "calls of this name, by strace: strace.mmap", 0, MODE_STRACE, false},
    {"strace_s.<call>", "s", "time in calls of this name, by strace", 0, MODE_STRACE, false},
    {"work.<key>", "", "any figure of the workload's own result line", 0, MODE_MEMORY, false},
    {"phase.<folder>", "", "what a phase counts of its own work, by phases/<folder>/proof", 0, MODE_COUNT, false},
    {"perf.<event>", "", "a hardware counter, in user space, where the machine has them", 0, MODE_TIME, false},
    {NULL, NULL, NULL, 0, 0, false},
};

/* Entries made for names of families; kept until the process ends, since callers hold on to them. */
struct made {
    struct made *next;
    struct metric metric;
    char name[64];
};
static struct made *made;

static const struct metric *metric_make(const char *name, const struct metric *family)
{
    for (struct made *m = made; m; m = m->next)
        if (strcmp(m->name, name) == 0)
            return &m->metric;
    struct made *m = xalloc_need(malloc(sizeof *m));
    strcpy(m->name, name);
    m->metric = *family;
    m->metric.name = m->name;
    m->next = made;
    return &(made = m)->metric;
}

const struct metric *metric_find(const char *name)
{
    for (const struct metric *m = metrics; m->name; m++)
        if (strcmp(m->name, name) == 0)
            return m;
    for (const struct metric *f = metric_families; f->name; f++) {
        size_t length = strcspn(f->name, "<");
        if (strncmp(name, f->name, length) == 0 && name[length] && strlen(name) < sizeof made->name)
            return metric_make(name, f);
    }
    return NULL;
}

const char *metric_names(void)
{
    static char text[1024];
    text[0] = 0;
    for (const struct metric *m = metrics; m->name; m++)
        text_add(text, sizeof text, "%s, ", m->name);
    for (const struct metric *f = metric_families; f->name; f++)
        text_add(text, sizeof text, "%s%s", f == metric_families ? "" : ", ", f->name);
    return text;
}

const char *metric_like(const char *name)
{
    const char *names[sizeof metrics / sizeof *metrics];
    size_t count = 0;
    while (metrics[count].name) {
        names[count] = metrics[count].name;
        count++;
    }
    names[count] = NULL;
    return text_like(name, names);
}
