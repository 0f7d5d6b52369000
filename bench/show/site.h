/* SPDX-License-Identifier: MIT */
/* site.h - static pages: trends with rivals beside them, phases, experiments. They ask nothing of a network and need no script.
 */
#ifndef BENCH_SITE_H
#define BENCH_SITE_H

#include "bench/judge/trend.h"

struct site_experiment {
    char name[64], question[512];
    char folder[512], file[32]; /* of its newest report; file "": none */
    char started[32];           /* of the samples of that */
};
struct site_trend {
    struct trend trend;
    char plot[192]; /* of its files, without .svg */
};
struct site {
    const char *folder;   /* made where it is missing */
    const char *revision; /* of the tree, "" where there is none */
    const struct commits *commits;
    struct site_trend *trend;
    size_t trend_count; /* as they were first measured */
    struct site_experiment *experiment;
    size_t experiment_count;
    const char *phases; /* the table of phases, as Markdown; "" for none */
};

/* A name of a file and of an element of a page: letters, digits, - and _ only. */
void site_name(const char *text, char *out, size_t size);

/* index.html, <experiment>.html and plots/; each page is written whole or not at all. false: why holds one line. */
bool site_write(const struct site *s, char *why, size_t size);

#endif
