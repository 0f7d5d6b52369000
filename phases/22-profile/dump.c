/* SPDX-License-Identifier: MIT */
/* dump.c - the profile as text, in the form of gperftools, which pprof, google-pprof and jeprof read: a line for each stack,
 * and the process's mappings, so that a reader finds the names of the functions.
 *
 *   heap profile: blocks: bytes [blocks: bytes] @ heap_v2/interval       of samples: live, and all there ever were
 *     blocks: bytes [blocks: bytes] @ 0xaddress 0xaddress ...            where the newest call returns to comes first
 *   MAPPED_LIBRARIES:
 *   (what /proc/self/maps holds)
 *
 * Each dump is a file of its own, HAKMEM_PROFILE_FILE.<process>.<number>.heap: one at the program's end, and one at each signal
 * HAKMEM_PROFILE_SIGNAL. Everything here may run in a signal handler.
 */
#include "core/heap/env.h"
#include "core/low/log.h"
#include "core/low/os.h"
#include "core/low/report.h"
#include "core/seam/sample.h"
#include <errno.h>
#include <signal.h>

static char sample_file[ENV_PATH_MAX];
static uint64_t sample_signal, sample_dumps; /* sample_dumps: atomic */
static const char sample_file_words[] = "begins the name of heap profiles; without it: hakmem. .PROCESS.NUMBER.heap follows";
static const struct knob sample_knobs[] KNOB_SECTION = {
    {"PROFILE_SIGNAL", "0", "", &sample_signal, 0, 0, 31, "a signal at which the heap profile is written, too (0: none)", NULL},
    {.name = "PROFILE_FILE", .standard = "-", .path = sample_file, .words = sample_file_words},
};

enum { DUMP_NAME = ENV_PATH_MAX + 64 };

static void dump_name(char *out)
{
    struct report to = {.text = out, .size = DUMP_NAME, .cut = true};
    uint64_t number = __atomic_add_fetch(&sample_dumps, 1, __ATOMIC_RELAXED);
    report_add(&to, "%s.%u.%u.heap", *sample_file ? sample_file : "hakmem", os_pid(), number);
    report_char(&to, '\0');
}

/* "blocks: bytes [blocks: bytes] @" */
static void dump_counts(struct report *r, const struct sample_stack *s)
{
    report_add(r, "%u: %u [%u: %u] @", load_relaxed(&s->live_blocks), load_relaxed(&s->live_bytes),
               load_relaxed(&s->all_blocks), load_relaxed(&s->all_bytes));
}

static void dump_maps(void *context, const char *text, size_t length)
{
    for (const char *end = text + length; text < end; text++)
        report_char(context, *text);
}

/* A stack that is being filled has no block yet. */
static bool dump_filled(const struct sample_stack *s)
{
    return __atomic_load_n(&s->hash, __ATOMIC_ACQUIRE) > 1;
}

static void dump_write(struct report *r)
{
    struct sample_stack sum = {0};
    for (const struct sample_stack *s = sample_stacks; s < sample_stacks + SAMPLE_STACKS; s++) {
        sum.live_blocks += load_relaxed(&s->live_blocks);
        sum.live_bytes += load_relaxed(&s->live_bytes);
        sum.all_blocks += load_relaxed(&s->all_blocks);
        sum.all_bytes += load_relaxed(&s->all_bytes);
    }
    report_add(r, "heap profile: ");
    dump_counts(r, &sum);
    report_add(r, " heap_v2/%u", sample_interval);
    for (const struct sample_stack *s = sample_stacks; s < sample_stacks + SAMPLE_STACKS; s++) {
        if (!dump_filled(s))
            continue;
        report_add(r, "\n  ");
        dump_counts(r, s);
        for (uint64_t i = 0; i < s->depth; i++)
            report_add(r, " %p", (void *)s->address[i]);
    }
    report_add(r, "\n\nMAPPED_LIBRARIES:\n");
    os_read_file("/proc/self/maps", dump_maps, r, OS_META);
}

void sample_dump(void)
{
    char name[DUMP_NAME];
    struct report r;
    int saved = errno;
    dump_name(name);
    os_remove_file(name); /* of an earlier process that had this number */
    report_open(&r, name);
    dump_write(&r);
    report_close(&r);
    errno = saved;
}

static void dump_handle(int number)
{
    (void)number;
    sample_dump();
}

void sample_dump_start(void)
{
    struct sigaction action = {.sa_handler = dump_handle, .sa_flags = SA_RESTART | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    if (sample_signal && sigaction((int)sample_signal, &action, NULL) != 0)
        log_line("hakmem: HAKMEM_PROFILE_SIGNAL=%u: no handler can be set for this signal: ignored", sample_signal);
}
