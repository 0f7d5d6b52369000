/* gates.h - the gates of an experiment, judged on a run.
 */
#ifndef BENCH_GATES_H
#define BENCH_GATES_H

#include "bench/judge/expect.h"

/* One result for each line of e->expect; free() them. */
struct expect_result *gates_judge(const struct dataset *ds, const struct experiment *e);

#endif
