/* SPDX-License-Identifier: MIT */
/* disturbance.h - was the machine to itself while a run was measured? From what the run keeps.
 */
#ifndef BENCH_DISTURBANCE_H
#define BENCH_DISTURBANCE_H

#include "bench/data/dataset.h"


/* "load 7.1 at the start on 2 processors; others took 45 % of them; ..."; "" when nothing is known to have disturbed it. */
char *disturbance_text(const struct dataset *ds, char *out, size_t size);

#endif
