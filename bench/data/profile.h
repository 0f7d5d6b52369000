/* SPDX-License-Identifier: MIT */
/* profile.h - what each function costs on two sides, as one tree of calls, and counts by name beside it.
 *
 * Both sides are in the same tree: a frame that only one of them has costs the other one nothing.
 */
#ifndef BENCH_PROFILE_H
#define BENCH_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

enum { PROFILE_DEPTH = 16, PROFILE_SIDES = 2 }; /* callers of a function that are told apart */

/* A function as it is called by these callers. self: instructions of its own; total: with what it calls. */
struct profile_frame {
    char *name;
    int parent, child, next; /* index of the caller, of the first callee, of the next callee of the same caller; -1: none */
    double self[PROFILE_SIDES], total[PROFILE_SIDES];
};

struct profile_count {
    char name[64];
    double value[PROFILE_SIDES]; /* NAN: not counted */
    double ops[PROFILE_SIDES];   /* operations of the run that counted */
};

struct profile {
    struct profile_frame *frames; /* [0] is "all", above everything */
    size_t frame_count;
    struct profile_count *counts; /* in the order in which they came */
    size_t count_count;
    double ops[PROFILE_SIDES];    /* operations that the instructions are for */
};

struct profile *profile_new(void);
void profile_free(struct profile *p); /* NULL is fine */

/* One side of it, from a callgrind file made with --separate-callers, read from its beginning. Names are those of functions:
 * clones that the compiler made (.part.0) and versions (@@GLIBC_2.34) count as the function. false: not understood. */
bool profile_read(struct profile *p, int side, int fd);

void profile_count_set(struct profile *p, int side, const char *name, double value, double ops);

#endif
