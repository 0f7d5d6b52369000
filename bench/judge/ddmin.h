/* SPDX-License-Identifier: MIT */
/* ddmin.h - delta debugging: the smallest set of flips that makes the difference (Zeller and Hildebrandt 2002).
 *
 * Between a good and a bad end lie n flips, bit i for flip i; a set is the good end with these flips made. The oracle tells
 * whether a set behaves like the bad end. Pure: what a flip is and how it is measured only the oracle knows.
 */
#ifndef BENCH_DDMIN_H
#define BENCH_DDMIN_H

#include <stdbool.h>
#include <stdint.h>

#define DDMIN_FLIPS_MAX 20

enum ddmin_answer { DDMIN_GOOD, DDMIN_BAD, DDMIN_UNRESOLVED, DDMIN_STOP }; /* STOP: interrupted, or cannot go on */

struct ddmin {
    int flips; /* 1..DDMIN_FLIPS_MAX */
    enum ddmin_answer (*ask)(uint32_t set, void *context);
    void *context;
    int votes; /* a flaky oracle is asked until one answer leads by this many; 1: it is believed */
    int cap;   /* and at most so often for one set; then that is unresolved */
};

enum ddmin_end {
    DDMIN_FOUND,         /* cause is bad; less any one of its flips it is not, or cannot be resolved */
    DDMIN_NO_DIFFERENCE, /* all flips together are not bad */
    DDMIN_GOOD_IS_BAD,   /* no flip at all is bad already */
    DDMIN_UNDECIDED,     /* an end could not be resolved */
    DDMIN_STOPPED
};

struct ddmin_result {
    enum ddmin_end end;
    uint32_t cause;         /* the flips found */
    uint32_t unsure;        /* those of cause that could not be shown to be needed: without them the set is unresolved */
    enum ddmin_answer rest; /* all flips but those of cause: when bad too, there is a second cause */
    int asked, sets;        /* calls of the oracle; different sets */
};

/* Each set is decided once and remembered. Not thread-safe when the oracle is not. */
struct ddmin_result ddmin_run(const struct ddmin *d);

#endif
