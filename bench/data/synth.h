/* SPDX-License-Identifier: MIT */
/* synth.h - a trace made from a profile: another program that asks of malloc what the profiled one does.
 *
 * It has the program's runs of blocks made and freed, lives, sizes by life, kinds of calls, growth and alignments; its live
 * blocks over time; the order in which blocks of about one life are freed; and as many blocks that another thread frees. What a
 * profile does not hold is not there: which sizes follow each other.
 */
#ifndef BENCH_SYNTH_H
#define BENCH_SYNTH_H

#include "bench/data/asked.h"

enum { SYNTH_THREADS = 256, SYNTH_CALLS = 1 << 27 };

struct synth_order {
    uint64_t calls, seed; /* calls: at most SYNTH_CALLS */
    uint32_t threads; /* at most SYNTH_THREADS */
};

/* Writes the trace whole or not at all; the same bytes for the same order. false: why holds one line. */
bool synth_write(const struct asked *a, const struct synth_order *order, const char *path, char *why, size_t size);

#endif
