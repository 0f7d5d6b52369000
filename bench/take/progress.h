/* SPDX-License-Identifier: MIT */
/* progress.h - the progress line on standard error: one that is rewritten on a terminal, else a plain line now and then.
 */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>

/* total: samples, weight: what all of them are expected to take, seconds. */
void progress_start(int total, double weight);
void progress_step(const char *stage, const char *variant, const char *workload);
void progress_done(double weight); /* one more sample has finished */
void progress_clear(void);         /* before something else is printed; the next step draws it again */
double progress_now(void);         /* monotonic seconds */

#endif
