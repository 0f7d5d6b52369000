/* SPDX-License-Identifier: MIT */
/* shot.h - one run of a workload under a variant: what prepares it, the run itself, what cleans up behind it.
 */
#ifndef BENCH_SHOT_H
#define BENCH_SHOT_H

#include "bench/plan/variant.h"
#include "bench/data/profile.h"
#include "bench/plan/workload.h"
#include "bench/take/harvest.h"

struct shot {
    const struct workload *workload;
    const struct variant *variant;
    enum mode mode;
    int cpu;           /* for what has one thread; -1: not pinned */
    double timeout;    /* as in launch.h */
    const char *prepare, *cleanup; /* command lines, not timed and without the variant; NULL: none */
    struct profile *profile;       /* as in launch.h */
    int side;
};

/* Takes it. false: prepare or cleanup failed, why holds one line, or more with what it said last. Whether the run failed stands
 * in out, which launch_free frees in any case. */
bool shot_take(const struct shot *s, struct launch_result *out, char *why, size_t size);

/* "NAME under VARIANT: exit status 3; its last lines:" and those, at most five, each on a line of its own. */
void shot_failure(const struct shot *s, const struct launch_result *r, char *out, size_t size);

#endif
