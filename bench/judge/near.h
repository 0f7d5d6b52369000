/* SPDX-License-Identifier: MIT */
/* near.h - how far two profiles lie apart.
 *
 * The distance is the mean over seven parts, each from 0 (equal) to 1. Of sizes, lives in calls, lives in bytes, runs of blocks
 * made, runs of blocks freed and growth: the area between the two cumulative distributions in bins (the first Wasserstein
 * distance, also called earth mover's; Vallender 1974), where NEAR_BINS bins apart count as 1. Of kinds of calls, which have no
 * order: half the sum of the differences of their shares (total variation). A list that one profile has and the other has not
 * (no realloc, say) counts as 1, and as nothing where neither has it.
 */
#ifndef BENCH_NEAR_H
#define BENCH_NEAR_H

#include "bench/data/asked.h"

enum { NEAR_BINS = 8, NEAR_PARTS = 7 };
#define NEAR_COVERED 0.15 /* a program is covered where a workload is at most this far */

extern const enum asked_list near_parts[NEAR_PARTS];

/* part: each part's own distance, NAN where neither has it; may be NULL. */
double near_distance(const struct asked *a, const struct asked *b, double part[NEAR_PARTS]);

#endif
