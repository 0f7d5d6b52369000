/* SPDX-License-Identifier: MIT */
/* counters.h - the counters of another process, computed from what lies in its memory. */
#ifndef HAK_STAT_COUNTERS_H
#define HAK_STAT_COUNTERS_H

#include "packaging/stat/target.h"

enum { COUNTERS_MOST = 256, COUNTER_NAME = 32 };

struct counter {
    char name[COUNTER_NAME]; /* one that begins with '_' is not for people */
    uint64_t value;
};

struct counters {
    size_t count;
    struct counter at[COUNTERS_MOST];
};

/* Reads all; ends the program when the process has ended or another library is in it. */
void counters_read(const struct target *t, struct counters *c);

#endif
