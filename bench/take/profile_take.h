/* SPDX-License-Identifier: MIT */
/* profile_take.h - one side of a profile: a workload once under callgrind, once under strace, once for its page faults.
 */
#ifndef BENCH_PROFILE_TAKE_H
#define BENCH_PROFILE_TAKE_H

#include "bench/data/profile.h"
#include "bench/plan/variant.h"
#include "bench/plan/workload.h"

/* What the workload runs when it is counted: its command for counting, where it has one. */
const char *profile_command(const struct workload *w);

/* Without strace there are no counts of system calls. timeout: seconds of each run, 0: the default. false: why holds one
 * line. */
bool profile_take(struct profile *p, int side, const struct variant *v, const struct workload *w, double timeout, char *why,
                  size_t size);

#endif
