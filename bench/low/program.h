/* SPDX-License-Identifier: MIT */
/* program.h - the file of a program: where it is, and whether a library can be preloaded into it.
 */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* The executable file that a program's name stands for, through PATH where the name has no slash. false: why holds one line. */
bool program_find(const char *name, char *path, size_t room, char *why, size_t size);

/* Can a library be preloaded into it? Not where it is linked statically or runs with another user's rights: why says so. */
bool program_preloads(const char *path, char *why, size_t size);

#endif
