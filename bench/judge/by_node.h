/* SPDX-License-Identifier: MIT */
/* by_node.h - a comparison on each machine of a run, on each kind of machine, and on all.
 *
 * Pure; not thread-safe.
 */
#ifndef BENCH_BY_NODE_H
#define BENCH_BY_NODE_H

#include "bench/data/nodes.h"
#include "bench/judge/verdict.h"

/* The comparison on one machine alone. */
struct node_effect {
    size_t pairs;
    struct stats_interval gain; /* median, with its own interval where there are pairs enough */
};
struct node_effect by_node_effect(const struct dataset *ds, const struct nodes *n, int node, const struct comparison *c);

/* Comparisons once more, judged together by the samples of one kind of machine. */
void by_node_judge_kind(const struct dataset *ds, const struct nodes *n, const char *kind, struct comparison *c, size_t count,
                        double margin);

/* The kinds, each once: into out[n->count]; how many. */
size_t by_node_kinds(const struct nodes *n, const char **out);

#endif
