/* SPDX-License-Identifier: MIT */
/* profile_rank.h - the functions of a profile by how far its two sides differ.
 */
#ifndef BENCH_PROFILE_RANK_H
#define BENCH_PROFILE_RANK_H

#include "bench/data/profile.h"

/* A function, whoever calls it: its own instructions per operation. */
struct profile_row {
    const char *name; /* of the profile */
    double per_op[PROFILE_SIDES];
};

/* All functions into out, those that differ most first; free() it. Answers how many. */
size_t profile_rank(const struct profile *p, struct profile_row **out);

/* Instructions of one operation. */
double profile_per_op(const struct profile *p, int side, double instructions);

#endif
