/* SPDX-License-Identifier: MIT */
/* more.h - more samples for what is undecided: pairs are doubled, of the cells that need it only, within a budget of time.
 */
#ifndef BENCH_MORE_H
#define BENCH_MORE_H

#include "bench/data/experiment.h"
#include "bench/take/engine.h"

#define MORE_COUNTS_MAX 24 /* samples of a cell in a counting mode, at most */

#define MORE_HELP                                                                                                              \
    "spend up to so long, in all, on more pairs of what is undecided; 0: none, but the counts and memory runs without which "  \
    "a gate cannot be judged (two; six of memory and of several threads)"

/* Takes them for the run *ds of the plan, and puts the newest samples into *ds: for throughput against the reference, and for
 * the gates of e (NULL: none). false: interrupted, or why holds one line. */
bool more_take(struct store *st, const struct plan *plan, const struct experiment *e, int reference, double seconds,
               struct dataset **ds, bool *interrupted, char *why, size_t size);

#endif
