/* SPDX-License-Identifier: MIT */
/* quiet.h - what others do on this machine while something is measured: their share of the processors, steal, swap.
 */
#ifndef BENCH_QUIET_H
#define BENCH_QUIET_H

#include <stdbool.h>
#include <stddef.h>

struct quiet {
    double busy_s, steal_s, own_s, at_s; /* of all processors; of this process and what it waited for; by the clock */
    double swapped;                      /* pages */
    int processors;
};

/* Now. */
struct quiet quiet_mark(void);

/* "others 3.1 %, steal 0.0 %, swapped 0 pages, 34.2 s" since then: shares of all processors. */
char *quiet_text(const struct quiet *since, char *out, size_t size);

/* Waits until others take less than QUIET_SHARE for a second, for so many seconds at most; false: they still do. */
#define QUIET_SHARE 0.05
bool quiet_wait(int seconds);

#endif
