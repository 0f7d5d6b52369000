/* SPDX-License-Identifier: MIT */
/* store_merge.h - the runs of another file of samples, added to this one.
 */
#ifndef BENCH_STORE_MERGE_H
#define BENCH_STORE_MERGE_H

#include "bench/data/store.h"

struct store_merged {
    size_t runs;    /* that were added */
    size_t grown;   /* that were there and got more samples */
    size_t same;    /* that were there, with all of their samples */
    size_t samples; /* that were added */
};

/* Adds to `to`, which is open for writing, what the file at path has and it has not: all of that, or on a failure nothing. A
 * run is the same when start, seed, command, experiment, variants, workloads and machine agree, and no sample of one position
 * differs; so a second merge adds nothing, and a run that went on in both files is kept twice. path: a file of samples, or the
 * TSV of a run, as export_tsv writes it. false: store_error() says why. */
bool store_merge(struct store *to, const char *path, struct store_merged *out);

#endif
