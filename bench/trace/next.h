/* SPDX-License-Identifier: MIT */
/* next.h - the allocator in line after the recorder: the C library's, or another preloaded one.
 */
#ifndef BENCH_TRACE_NEXT_H
#define BENCH_TRACE_NEXT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct next {
    void *(*malloc)(size_t), *(*calloc)(size_t, size_t), *(*realloc)(void *, size_t), *(*memalign)(size_t, size_t);
    void *(*aligned_alloc)(size_t, size_t), *(*valloc)(size_t), *(*pvalloc)(size_t);
    int (*posix_memalign)(void **, size_t, size_t);
    void (*free)(void *);
    int (*pthread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
};

#pragma GCC visibility push(hidden)
extern struct next real;
extern bool next_known;

/* Looks `real` up; false within that. The loader makes the first call, so that no other thread exists. */
bool next_find(void);

/* Whether the functions of `real` can be called. */
static inline bool ready(void)
{
    return __builtin_expect(next_known, 1) || next_find();
}

/* What dlsym itself may ask for during the look-up: never freed. early_room: bytes from p to the end of all of it. */
void *early_get(size_t size);
bool early_owns(const void *p);
size_t early_room(const void *p);

/* One line on standard error: what is wrong, about what, and what follows. error: errno, or 0. */
void say(const char *what, const char *name, int error, const char *then);
#pragma GCC visibility pop

#endif
