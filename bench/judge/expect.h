/* expect.h - the gates: one line of `expect`, checked before the run and judged after it.
 *
 *   line  = side op side [on workload]         op = <= >= < > ==
 *   side  = term { + term }                    term = factor { (* or /) factor }
 *   factor = number [% KiB MiB GiB] | metric(label) | geomean(metric(label)) | ( side )
 *
 * label is a variant's, a rival's, or best_rival. Memory is in KiB. `on` may be left out where there is only one workload.
 * geomean is the geometric mean over all workloads of the run, and needs no `on`; one of them without a value, and it has none.
 *
 * A line that has a metric of time in it (ops_s, seconds ...) is judged pair by pair: held when the 95 % interval of left /
 * right clears 1 wholly, failed when it misses it wholly, undecided otherwise; == asks for an interval within the margin. All
 * others are counts and budgets, judged exactly by the median of each cell. A cell whose every sample failed fails its gate.
 */
#ifndef BENCH_EXPECT_H
#define BENCH_EXPECT_H

#include "bench/data/dataset.h"
#include "bench/data/experiment.h"
#include "bench/judge/outcome.h"

struct expect_result {
    enum gate gate;
    char text[256];       /* the line */
    char figure[256];     /* what was measured: "2 <= 6", "1.342 [1.301, 1.377] x" */
    double slack, lo, hi; /* how far inside its bound, as a ratio with interval: > 1 held; NAN where not measured */
};

/* Syntax and names. false: why holds one line, with the valid names where a name was wrong. */
bool expect_check(const char *text, const struct experiment *e, char *why, size_t size);

/* The modes that its metrics need on a workload (NULL: on any), as bits; 0 when it is about another, or does not parse. */
unsigned expect_modes(const char *text, const char *workload);

struct expect_result expect_judge(const char *text, const struct dataset *ds, double margin);

#endif
