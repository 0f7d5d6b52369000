/* sample.h - one sample: one fresh process of one workload under one allocator, and what was seen of it.
 *
 * Knows nothing of repeats, order or tables.
 */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SAMPLE_SECONDS_MAX 120 /* a workload still running then is ended and counts as failed */
#define SAMPLE_ARGS_MAX 32
#define SAMPLE_TEXT_MAX 16384

enum sample_call { CALL_MMAP, CALL_MUNMAP, CALL_MREMAP, CALL_MADVISE, CALL_MINCORE, CALL_OTHER, CALLS };
extern const char *const sample_call_names[CALLS];

/* What to run. The workload gets a clean environment: PATH, LANG, and what is named here. */
struct sample_order {
    const char *command; /* program and arguments, separated by single blanks */
    const char *library; /* for LD_PRELOAD; NULL: the C library's own allocator */
    bool stats;          /* HAKMEM_STATS=json */
    bool strace;         /* under strace -f -c: its table ends the text */
};

struct sample {
    double mops;     /* from the workload's own key=value line; 0 when it printed none */
    long peak_kb;    /* ru_maxrss, untouched by the size of this program: see sample_launcher() */
    long faults;     /* minor */
    char text[SAMPLE_TEXT_MAX]; /* all that the workload, or strace, said */
};

/* The `--launch` mode of the runner: a parent that is freshly executed and small, because a child inherits its parent's
 * ru_maxrss. argv: fd library-or-`-` stats-or-`-` program arguments... */
int sample_launcher(char **argv);

/* Runs it. False: it failed, and why holds one line that says how. */
bool sample_take(const struct sample_order *order, struct sample *out, char *why, size_t why_size);

/* The pid to be ended when the user interrupts; 0 when nothing runs. */
extern volatile int sample_running;

/* System calls of the process by name: from strace's table, or from the allocator's own JSON (also the number under key). */
bool sample_calls_strace(const char *text, uint64_t calls[CALLS]);
bool sample_calls_own(const char *text, uint64_t calls[CALLS]);
bool sample_json_number(const char *text, const char *key, uint64_t *out);

/* The variant's name: in a file's ELF note, and as said by the running allocator in its JSON. Empty: none found. */
void sample_variant_of_file(const char *path, char *out, size_t size);
void sample_variant_of_text(const char *text, char *out, size_t size);

#endif
