/* SPDX-License-Identifier: MIT */
/* words.h - a command line as a user writes it: its words, as a shell reads blanks, quotes and backslashes.
 */
#ifndef BENCH_WORDS_H
#define BENCH_WORDS_H

#include <stddef.h>

/* The words of a line, NULL-ended, at least one. Nothing but blanks, quotes and backslashes is special. NULL: why holds one
 * line. Free with words_free. */
char **words_split(const char *line, char *why, size_t size);
void words_free(char **words); /* NULL is fine */

#endif
