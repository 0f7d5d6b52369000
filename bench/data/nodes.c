/* SPDX-License-Identifier: MIT */
/* nodes.c - reads the machines of a run from its context. See nodes.h.
 */
#include "bench/data/nodes.h"
#include "bench/low/xalloc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *node_of_block(const struct dataset *ds, int block)
{
    char key[32];
    snprintf(key, sizeof key, DS_NODE "%d", block);
    return dataset_context(ds, key);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int find(const struct nodes *n, const char *name)
{
    for (size_t i = 0; i < n->count; i++)
        if (strncmp(n->name[i], name, sizeof *n->name - 1) == 0)
            return (int)i;
    return -1;
}

/* Every block with samples: its machine's name is noted, once. */
static void names_collect(const struct dataset *ds, struct nodes *n, bool *seen)
{
    for (size_t i = 0; i < ds->sample_count; i++) {
        int block = ds->samples[i].block;
        const char *name = seen[block] ? "" : node_of_block(ds, block);
        seen[block] = true;
        if (*name && find(n, name) < 0)
            snprintf(n->name[n->count++], sizeof *n->name, "%.63s", name);
    }
    qsort(n->name, n->count, sizeof *n->name, by_name);
}

struct nodes *nodes_of(const struct dataset *ds)
{
    struct nodes *n = xalloc_zeroed(1, sizeof *n);
    for (size_t i = 0; i < ds->sample_count; i++)
        if ((size_t)ds->samples[i].block >= n->blocks)
            n->blocks = (size_t)ds->samples[i].block + 1;
    bool *seen = xalloc_zeroed(n->blocks, sizeof *seen);
    n->name = xalloc_zeroed(n->blocks, sizeof *n->name);
    names_collect(ds, n, seen);
    n->of = xalloc_zeroed(n->blocks, sizeof *n->of);
    for (size_t b = 0; b < n->blocks; b++)
        n->of[b] = seen[b] && n->count ? find(n, node_of_block(ds, (int)b)) : -1;
    n->kind = xalloc_zeroed(n->count, sizeof *n->kind);
    for (size_t i = 0; i < n->count; i++) {
        char key[sizeof DS_CPU + 64];
        snprintf(key, sizeof key, DS_CPU "%s", n->name[i]);
        n->kind[i] = dataset_context(ds, key);
    }
    free(seen);
    return n;
}

void nodes_free(struct nodes *n)
{
    if (!n)
        return;
    free(n->name);
    free(n->kind);
    free(n->of);
    free(n);
}

int nodes_at(const struct nodes *n, int block)
{
    return block >= 0 && (size_t)block < n->blocks ? n->of[block] : -1;
}

struct dataset nodes_view(const struct dataset *ds, const struct nodes *n, int node, const char *kind)
{
    struct dataset view = *ds;
    view.samples = xalloc_zeroed(ds->sample_count, sizeof *view.samples);
    view.sample_count = 0;
    for (size_t i = 0; i < ds->sample_count; i++) {
        int at = nodes_at(n, ds->samples[i].block);
        if (kind ? at >= 0 && strcmp(n->kind[at], kind) == 0 : at == node)
            view.samples[view.sample_count++] = ds->samples[i];
    }
    return view;
}
