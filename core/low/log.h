/* SPDX-License-Identifier: MIT */
/* log.h - the one way the allocator speaks: a line on standard error through write(2).
 *
 * Never called from a hot path.
 */
#ifndef HAK_LOG_H
#define HAK_LOG_H

#include "core/low/compiler.h"

/* Writes the line, in the formats of report.h, cut at 1,023 bytes, with a newline added. Thread-safe, signal-safe. */
void log_line(const char *format, ...);

/* "hakmem: free(0x1234): what [variant p0]", then abort(). api: the function that the program called. */
_Noreturn void log_bad_pointer(const char *api, const void *p, const char *what);

/* The same for free_sized and free_aligned_sized: "size 48 given, block holds 32". */
_Noreturn void log_bad_size(const char *api, const void *p, size_t given, size_t holds);

#define BAD_FOREIGN "not a block of this allocator (foreign, or already freed)"
#define BAD_MISALIGNED "misaligned pointer"
#define BAD_INTERIOR "pointer into the middle of a block"
#define BAD_FREED "already freed"

#endif
