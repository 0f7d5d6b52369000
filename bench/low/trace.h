/* SPDX-License-Identifier: MIT */
/* trace.h - the format of a recorded trace: of the recorder (bench/trace), the replay (bench/work) and hakbench profile.
 *
 * A trace holds sizes, alignments, threads and order: no address, no name, nothing of the program's data.
 *
 * The file is a row of pages of TRACE_PAGE bytes, so that whatever ends the program (exit, _exit, exec, a signal) leaves a
 * whole trace behind: the recorder writes into a shared mapping of the file. Page 0 is the header; each other page belongs to
 * one thread, and the pages of a thread, in the order of the file, are its events. All numbers are little-endian.
 *
 * An event is a byte - the kind in its low four bits, the gap in the high four - and then varints of seven bits, lowest first.
 * The gap is what lies between the event's sequence number and that of the thread's last event (0 before the first): how many
 * events other threads had in between. A gap of 15 and more is stored as 15, and a varint of the rest follows. Then:
 *
 *     malloc, calloc     size                           calloc: count times size
 *     aligned            size, log2 of the alignment
 *     realloc, free      object [, size]                object: 1 is the newest block that this thread made, 2 the one before
 *     realloc_far, free_far   thread, object [, size]   object: 0 is the first block that this thread made
 *     spawn              thread                         a thread is created, before its first event
 *     end                                               the thread ends; destructors may still have events after it
 *
 * What must hold: sequence numbers grow along each thread, and an object is made before it is freed or reallocated, once. A
 * realloc makes a new object of the thread that calls it. Blocks that were made before recording began, or in a call that
 * failed, are no part of the trace. Thread 0 is the one that began recording.
 */
#ifndef BENCH_TRACE_H
#define BENCH_TRACE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_MAGIC   "HAKTRACE"
#define TRACE_VERSION 1
#define TRACE_PAGE    4096
#define TRACE_GAP_MAX 15 /* does not fit beside the kind */

/* Page 0. Bytes after it are zero. */
struct trace_header {
    char magic[8];
    uint32_t version;
    uint32_t closed; /* 1: recording ended in an orderly way, and the counts of events and objects are set */
    uint64_t pages;  /* of this file, with the header; there may be unused bytes after them */
    uint64_t threads;
    uint64_t events, objects;
    uint64_t forked;           /* 1: of a fork's child, from its first call on; blocks that its parent made are not in it */
    uint64_t children, missed; /* children of fork that were not recorded, and their calls: so far, they may live on */
};

/* Every other page. */
struct trace_page {
    uint32_t thread;
    uint32_t used; /* bytes of events; an event lies within one page */
    unsigned char bytes[TRACE_PAGE - 8];
};

enum trace_kind {
    TRACE_NONE,
    TRACE_MALLOC,
    TRACE_CALLOC,
    TRACE_ALIGNED,
    TRACE_REALLOC,
    TRACE_FREE,
    TRACE_REALLOC_FAR,
    TRACE_FREE_FAR,
    TRACE_SPAWN,
    TRACE_END,
    TRACE_KINDS
};

/* How many varints follow an event of each kind, beside the gap. */
static const unsigned char trace_fields[TRACE_KINDS] = {
    [TRACE_MALLOC] = 1, [TRACE_CALLOC] = 1,      [TRACE_ALIGNED] = 2,  [TRACE_REALLOC] = 2,
    [TRACE_FREE] = 1,   [TRACE_REALLOC_FAR] = 3, [TRACE_FREE_FAR] = 2, [TRACE_SPAWN] = 1,
};

static inline int trace_makes(enum trace_kind kind)
{
    return (kind >= TRACE_MALLOC && kind <= TRACE_REALLOC) || kind == TRACE_REALLOC_FAR;
}

#define TRACE_VARINT_MAX 10
#define TRACE_FIELDS_MAX 3
#define TRACE_EVENT_MAX  (1 + TRACE_VARINT_MAX * (1 + TRACE_FIELDS_MAX))

static_assert(sizeof(struct trace_page) == TRACE_PAGE, "a page is a page");

#endif
