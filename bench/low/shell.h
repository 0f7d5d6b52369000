/* SPDX-License-Identifier: MIT */
/* shell.h - runs a command line of the shell and keeps what it says.
 */
#ifndef BENCH_SHELL_H
#define BENCH_SHELL_H

#include <stddef.h>

/* Answers the exit status. out: the beginning of the standard output, as much as fits. */
int shell_run(const char *command, char *out, size_t size);

/* The last line of a text, which is cut behind it. */
char *shell_last_line(char *text);

#endif
