/* SPDX-License-Identifier: MIT */
/* fill.h - measures commits of a range, so that there is a history.
 */
#ifndef BENCH_FILL_H
#define BENCH_FILL_H

#include "bench/cmd/measure.h"
#include "bench/data/history.h"

struct fill {
    const char *range, *workload, *metric, *toggles, *db; /* toggles: of the variant, without a revision */
    int repeat;                                           /* samples of each commit; 0: 10 timing samples, or one count */
    const char *command;                                  /* how the user asked, for the record and to go on with */
};

/* Builds and measures every commit of the range that has too few samples of this machine, several in a run, interleaved, with
 * the C library's allocator beside them. A commit that does not build is named and left out. Ends on failure, and on an
 * interrupt with EXIT_INTERRUPTED; the same call goes on. */
void fill_run(const struct fill *f);

/* This machine, as history_machine names it. */
void fill_machine(char *out, size_t size);

#endif
