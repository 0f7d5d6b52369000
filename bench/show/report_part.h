/* SPDX-License-Identifier: MIT */
/* report_part.h - what the parts of a report share.
 */
#ifndef BENCH_REPORT_PART_H
#define BENCH_REPORT_PART_H

#include "bench/judge/gates.h"
#include "bench/judge/verdict.h"
#include "bench/show/report_doc.h"

struct report {
    const struct dataset *ds;
    const struct experiment *e;        /* NULL: a plain run */
    const struct gate_result *gates; /* of e */
    struct doc doc;
    int reference, subject;        /* variants; -1: none. subject: whose costs and rank are told, the last of ours */
    struct comparison *comparison; /* everything against the reference by ops_s, judged together */
    size_t comparison_count;
    const char *drawn[16]; /* plots that were drawn */
    char missing[16][256]; /* why others were not */
    int drawn_count, missing_count;
};

/* Texts for cells, from a few static buffers: "1,534", "3.42", "-" for what was not measured. */
const char *show(double x, int digits);
const char *show_interval(struct stats_interval x, double scale);

bool report_drawn(const struct report *r, const char *plot);
/* Has any sample of this cell, variant or workload (-1: any) a value of this metric? */
bool report_has(const struct report *r, int variant, int workload, const char *metric);
const struct comparison *report_compared(const struct report *r, int variant, int workload);
/* The best of libc and the rivals by ops_s; -1: none. */
int report_best_rival(const struct report *r, int workload);

#endif
