/* SPDX-License-Identifier: MIT */
/* output.h - a file that is written whole, or not at all: under another name until all of it is there. A device, a pipe and
 * /dev/stdout are written to as they are; a link stays one.
 */
#ifndef BENCH_OUTPUT_H
#define BENCH_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/* Could such a file be written there? false: errno says why not. Leaves nothing behind. */
bool output_possible(const char *path);

/* Opens "<path>.new", or the device. NULL: errno says why. */
FILE *output_open(const char *path);

/* Closes it, and gives it its name if nothing failed; else what stood there before stays, and errno says why. */
bool output_close(FILE *file, const char *path);

/* A folder and those above it; `above`: only those above. Those that are there are left alone. false: errno says why not. */
bool output_folder(const char *path, bool above);

#endif
