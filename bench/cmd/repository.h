/* SPDX-License-Identifier: MIT */
/* repository.h - the commits of hakmem's tree, as git tells them.
 */
#ifndef BENCH_REPOSITORY_H
#define BENCH_REPOSITORY_H

#include "bench/data/history.h"

/* The commits that lead to `range` ("HEAD", "v1.0..HEAD"), each after its parents. false: why holds one line. Free with
 * repository_free. */
bool repository_read(const char *range, struct commits *out, char *why, size_t size);
void repository_free(struct commits *c);

/* A history_place: context is a struct commits. Remembers what it was asked; not thread-safe. */
history_place repository_place;

#endif
