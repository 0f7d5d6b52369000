/* SPDX-License-Identifier: MIT */
/* xalloc.h - memory of the workbench itself: it ends with one line when there is none, so that callers need not ask.
 */
#ifndef BENCH_XALLOC_H
#define BENCH_XALLOC_H

#include <stddef.h>

/* p; or the end of the program, when p is NULL. Around malloc, realloc, strdup ... */
void *xalloc_need(void *p);

/* Zeroed room for count values, and at least for one. free() it. */
void *xalloc_zeroed(size_t count, size_t size);

/* What ends the program, after the line: abort() unless main says otherwise. Does not return. */
extern void (*xalloc_end)(void);

#endif
