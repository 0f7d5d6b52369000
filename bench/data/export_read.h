/* SPDX-License-Identifier: MIT */
/* export_read.h - a run from the text that export_tsv wrote.
 */
#ifndef BENCH_EXPORT_READ_H
#define BENCH_EXPORT_READ_H

#include "bench/data/dataset.h"

/* What export_tsv wrote, as a dataset again; exporting that gives the same bytes. NULL: why holds one line with file, line of
 * the file, and what is wrong there. */
struct dataset *dataset_from_tsv(const char *path, char *why, size_t size);

#endif
