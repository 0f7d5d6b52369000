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
#include <string.h>

static char sample_file[ENV_PATH_MAX];
static uint64_t sample_signal, sample_dumps; /* sample_dumps: atomic */
static const char sample_file_words[] = "begins the name of heap profiles; without it: hakmem. .PROCESS.NUMBER.heap follows";
static const struct knob sample_knobs[] KNOB_SECTION = {
    {"PROFILE_SIGNAL", "0", "", &sample_signal, 0, 0, 31, "a signal at which the heap profile is written, too (0: none)", NULL},
    {.name = "PROFILE_FILE", .standard = "-", .path = sample_file, .words = sample_file_words},
};

enum { DUMP_NAME = ENV_PATH_MAX + 64 };

static char *dump_number(char *to, uint64_t value)
{
    char digits[24], *from = digits + sizeof digits;
    do
        *--from = (char)('0' + value % 10);
    while (value /= 10);
    size_t length = (size_t)(digits + sizeof digits - from);
    memcpy(to, from, length);
    return to + length;
}

static void dump_name(char *to)
{
    strcpy(to, *sample_file ? sample_file : "hakmem");
    to += strlen(to);
    *to++ = '.';
    to = dump_number(to, os_pid());
    *to++ = '.';
    to = dump_number(to, __atomic_add_fetch(&sample_dumps, 1, __ATOMIC_RELAXED));
    strcpy(to, ".heap");
}

static void dump_address(struct report *r, uintptr_t value)
{
    char digits[24], *from = digits + sizeof digits;
    *--from = '\0';
    do
        *--from = "0123456789abcdef"[value % 16];
    while (value /= 16);
    report_string(r, " 0x");
    report_string(r, from);
}

/* "blocks: bytes [blocks: bytes] @" */
static void dump_counts(struct report *r, const struct sample_stack *s)
{
    report_number(r, load_relaxed(&s->live_blocks));
    report_string(r, ": ");
    report_number(r, load_relaxed(&s->live_bytes));
    report_string(r, " [");
    report_number(r, load_relaxed(&s->all_blocks));
    report_string(r, ": ");
    report_number(r, load_relaxed(&s->all_bytes));
    report_string(r, "] @");
}

static void dump_maps(void *context, const char *text, size_t length)
{
    char piece[256];
    for (size_t n; length > 0; text += n, length -= n) {
        n = length < sizeof piece - 1 ? length : sizeof piece - 1;
        memcpy(piece, text, n);
        piece[n] = '\0';
        report_string(context, piece);
    }
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
    report_string(r, "heap profile: ");
    dump_counts(r, &sum);
    report_string(r, " heap_v2/");
    report_number(r, sample_interval);
    for (const struct sample_stack *s = sample_stacks; s < sample_stacks + SAMPLE_STACKS; s++) {
        if (!dump_filled(s))
            continue;
        report_string(r, "\n  ");
        dump_counts(r, s);
        for (uint64_t i = 0; i < s->depth; i++)
            dump_address(r, s->address[i]);
    }
    report_string(r, "\n\nMAPPED_LIBRARIES:\n");
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
