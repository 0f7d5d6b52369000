/* SPDX-License-Identifier: MIT */
/* by_node.c - see by_node.h. */
#include "bench/judge/by_node.h"
#include <stdlib.h>
#include <string.h>

struct node_effect by_node_effect(const struct dataset *ds, const struct nodes *n, int node, const struct comparison *c)
{
    struct dataset one = nodes_view(ds, n, node, NULL);
    struct comparison here = {.a = c->a, .b = c->b, .workload = c->workload};
    strcpy(here.metric, c->metric);
    verdict_judge(&one, &here, 1, RULE_MARGIN);
    free(one.samples);
    return (struct node_effect){here.pairs, here.gain};
}

void by_node_judge_kind(const struct dataset *ds, const struct nodes *n, const char *kind, struct comparison *c, size_t count,
                        double margin)
{
    struct dataset some = nodes_view(ds, n, -1, kind);
    verdict_judge(&some, c, count, margin);
    free(some.samples);
}

size_t by_node_kinds(const struct nodes *n, const char **out)
{
    size_t count = 0;
    for (size_t i = 0; i < n->count; i++) {
        size_t k = 0;
        while (k < count && strcmp(out[k], n->kind[i]) != 0)
            k++;
        if (k == count)
            out[count++] = n->kind[i];
    }
    return count;
}
