/* SPDX-License-Identifier: MIT */
/* report.h - a text of what the allocator says of itself: one line (log.h), or many that leave in one piece. No stdio, no
 * allocation, no locale.
 *
 * Many lines are gathered in a mapping and written with one write, so that reports of processes that share a file or a pipe do
 * not mix. Without memory for the mapping, or when it is full, the report goes out in pieces: it is never cut.
 */
#ifndef HAK_REPORT_H
#define HAK_REPORT_H

#include "core/low/compiler.h"
#include <stdarg.h>

enum { REPORT_BYTES = 64 << 10 };

struct report {
    char *text;       /* the mapping, or spare */
    size_t size, used;
    const char *path; /* the file that it is appended to; NULL: standard error */
    int saved_errno;
    bool cut;         /* what does not fit into text is left out */
    char spare[256];
};

void report_open(struct report *r, const char *path);

/* Formats %s, %j (text within the quotes of JSON: what must be escaped is), %u (uint64_t), %d (int), %p and %%. */
void report_add(struct report *r, const char *format, ...);
void report_list(struct report *r, const char *format, va_list *args);
void report_char(struct report *r, char c);

/* Writes it. To standard error, too, when the file cannot be opened. errno is what it was at report_open. */
void report_close(struct report *r);

#endif
