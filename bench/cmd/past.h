/* SPDX-License-Identifier: MIT */
/* past.h - the runs of a store, for commands that look back over all of them.
 */
#ifndef BENCH_PAST_H
#define BENCH_PAST_H

#include "bench/data/history.h"
#include "bench/data/store.h"

/* All runs that have samples, the oldest first; workload: NULL, or only those that have it. */
struct past {
    struct dataset **run;
    size_t count;
};
struct past past_load(struct store *st, const char *workload); /* command_bad on failure */
void past_free(struct past *p);

/* The history of a workload by a metric on a machine, from all of them. Free with history_free. */
struct history *past_history(const struct past *p, const char *workload, const char *metric, const char *machine,
                             struct commits *c);

/* The machines that runs are of, each once, with a blank before it: for messages. machine: is it among them? Static buffer. */
const char *past_machines(const struct past *p, const char *machine, bool *among);

#endif
