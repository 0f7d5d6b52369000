/* SPDX-License-Identifier: MIT */
/* report.h - a text that leaves in one piece: what the allocator says of itself, many lines long. No stdio, no allocation.
 *
 * A report is gathered in a mapping and written with one write, so that reports of processes that share a file or a pipe do not
 * mix. Without memory for the mapping, or when it is full, the report goes out in pieces: it is never cut.
 */
#ifndef HAK_REPORT_H
#define HAK_REPORT_H

#include "core/low/compiler.h"

enum { REPORT_BYTES = 64 << 10 };

struct report {
    char *text;       /* the mapping, or spare */
    size_t size, used;
    const char *path; /* the file that it is appended to; NULL: standard error */
    int saved_errno;
    char spare[256];
};

void report_open(struct report *r, const char *path);
void report_string(struct report *r, const char *text);
void report_json_string(struct report *r, const char *text); /* within quotes: what JSON wants escaped is */
void report_number(struct report *r, uint64_t value);

/* Writes it. To standard error, too, when the file cannot be opened. errno is what it was at report_open. */
void report_close(struct report *r);

#endif
