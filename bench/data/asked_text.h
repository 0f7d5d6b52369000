/* SPDX-License-Identifier: MIT */
/* asked_text.h - what a program asked of malloc, as a text file, and what its bins mean.
 */
#ifndef BENCH_ASKED_TEXT_H
#define BENCH_ASKED_TEXT_H

#include "bench/data/asked.h"
#include <stdio.h>

extern const char *const asked_names[ASKED_LISTS + 1];
extern const char *const asked_kinds[ASKED_KINDS + 1];

/* A profile as text, and back; false: why holds one line. */
void asked_write(const struct asked *a, FILE *out);
bool asked_read(struct asked *a, const char *path, char *why, size_t size);

/* The least value of a bin of a list. */
double asked_from(enum asked_list list, int bin);

#endif
