/* SPDX-License-Identifier: MIT */
/* text.h - short texts: the one line that says what is wrong, and lists of names.
 */
#ifndef BENCH_TEXT_H
#define BENCH_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Writes one line and answers false, so that a function can end with it. */
__attribute__((format(printf, 3, 4))) bool text_fail(char *why, size_t size, const char *format, ...);

/* Appends to a text; what does not fit is cut. */
__attribute__((format(printf, 3, 4))) void text_add(char *text, size_t size, const char *format, ...);

/* Index of a name in a NULL-ended list, -1 when it is not there. */
int text_index(const char *const *names, const char *name);

/* " a b c": the names of a NULL-ended list, for messages. Static buffer. */
const char *text_list(const char *const *names);

/* " (a, b?)": up to three of the names that look like this one, mistyped or a part of them; "" without any. Static buffer. */
const char *text_like(const char *name, const char *const *names);

/* Bytes of the UTF-8 character that begins here; 0: it is none, or a control character other than tab and newline. */
int text_letter(const char *text);

#endif
