/* SPDX-License-Identifier: MIT */
/* preload.h - a library under a name that LD_PRELOAD can hold.
 *
 * LD_PRELOAD ends names at blanks and colons, so that such a file goes by a link in a temporary folder of its own.
 */
#ifndef BENCH_PRELOAD_H
#define BENCH_PRELOAD_H

#include <stdbool.h>
#include <stddef.h>

struct preload {
    const char *name; /* for LD_PRELOAD; NULL where there is no library */
    char folder[256], link[280]; /* "" where there is no link */
};

/* library: NULL for none. false: why holds one line. */
bool preload_open(struct preload *p, const char *library, char *why, size_t size);

/* Removes link and folder. */
void preload_close(struct preload *p);

#endif
