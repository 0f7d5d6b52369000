/* SPDX-License-Identifier: MIT */
/* asked.h - what a program asked of malloc, as distributions, from recorded traces (bench/low/trace.h).
 *
 * Sizes and growth have two bins for each power of two, everything else has one. A run: calls of one thread that follow each
 * other.
 */
#ifndef BENCH_ASKED_H
#define BENCH_ASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ASKED_BINS = 64, ASKED_LIVES = 40, ASKED_NAME = 64, ASKED_COMMON = 128, ASKED_COMMON_SIZE = 1 << 20 };

enum asked_list {
    ASKED_KIND,        /* calls of each kind, in the order of enum asked_kind */
    ASKED_SIZE,        /* bytes that malloc and its like were asked for */
    ASKED_LIFE_CALLS,  /* calls of the whole program from a block's making to its end */
    ASKED_LIFE_BYTES,  /* bytes asked for meanwhile */
    ASKED_MAKE_RUN,    /* blocks made in a row */
    ASKED_FREE_RUN,    /* blocks freed in a row */
    ASKED_GROWTH,      /* realloc: bytes after to bytes before; bin ASKED_BINS / 2 is from 1 to less than 1.41 */
    ASKED_ALIGNMENT,   /* of the aligned family */
    ASKED_FAR_AFTER,   /* calls until another thread freed a block */
    ASKED_LIVE,        /* live bytes at 64 moments, evenly over the calls: values, not counts */
    ASKED_LIVE_BLOCKS, /* blocks at the same moments */
    ASKED_LISTS
};

enum asked_kind { ASKED_MALLOC, ASKED_CALLOC, ASKED_ALIGNED, ASKED_REALLOC, ASKED_FREE, ASKED_FREE_FAR, ASKED_KINDS };

enum { ASKED_STEP_MAX = 8, ASKED_STEPS = 2 * ASKED_STEP_MAX + 1 };

/* A size to the byte; 0 of count: none. */
struct asked_size {
    uint32_t size;
    double count;
};

struct asked {
    char name[ASKED_NAME];
    double list[ASKED_LISTS][ASKED_BINS];
    double pairs[ASKED_BINS][ASKED_LIVES];  /* blocks by bin of size and of life in calls; the last bin: never freed */
    struct asked_size common[ASKED_COMMON]; /* the most frequent ones below ASKED_COMMON_SIZE, by size */
    /* Blocks by bin of life, and by how many live blocks, in the order of making, the one lies after (from ASKED_STEP_MAX + 1
     * on) or before (below) the last one of that bin that was freed; ASKED_STEP_MAX: farther than that, or the first. */
    double steps[ASKED_LIVES][ASKED_STEPS];
    double calls, blocks, left, peak_bytes, peak_blocks, threads, processes, cut; /* cut: traces whose recording did not end */
    double forked;           /* traces of fork's children, which are not among the processes */
    double children, missed; /* fork's children that were not recorded, and their calls */
    uint64_t most; /* calls of the process whose live bytes are listed */
};

/* The share of each bin; false: nothing is there, and all are 0. */
bool asked_shares(const struct asked *a, enum asked_list list, double share[ASKED_BINS]);

/* The bin of ASKED_SIZE that a size belongs to. */
int asked_size_bin(uint64_t size);

/* Adds the trace in a file. live: of the process with the most calls. false: why holds one line, and nothing was added. */
bool asked_read_trace(struct asked *a, const char *path, char *why, size_t size);

#endif
