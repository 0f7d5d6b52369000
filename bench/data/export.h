/* SPDX-License-Identifier: MIT */
/* export.h - a run as text: TSV, which reads back and is what gets committed where a result is cited, and JSON.
 */
#ifndef BENCH_EXPORT_H
#define BENCH_EXPORT_H

#include "bench/data/dataset.h"
#include <stdio.h>

/* Samples as TSV or JSON, with all that a report needs. The order depends on what is in the dataset only, so that a committed
 * file diffs well. Errors of writing are the stream's: ask ferror. */
void export_tsv(FILE *out, const struct dataset *ds);
void export_json(FILE *out, const struct dataset *ds);

#endif
