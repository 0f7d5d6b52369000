/* SPDX-License-Identifier: MIT */
/* baseline.c - reads bench/baselines.tsv. See baseline.h. */
#include "bench/data/baseline.h"
#include "bench/low/tree.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 7 };

static void parse(char *line, struct baseline *b)
{
    char *column[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        column[i] = line ? strsep(&line, "\t\n") : "";
    snprintf(b->name, sizeof b->name, "%s", column[0]);
    snprintf(b->toggles, sizeof b->toggles, "%s", column[1]);
    snprintf(b->variant, sizeof b->variant, "%s", column[2]);
    snprintf(b->command, sizeof b->command, "%s", column[3]);
    b->ops_s = strtod(column[4], NULL) * 1e6;
    snprintf(b->date, sizeof b->date, "%s", column[5]);
    snprintf(b->source, sizeof b->source, "%s", column[6]);
}

size_t baselines(const struct baseline **out)
{
    static struct baseline list[BASELINES_MAX];
    static size_t count;
    char line[1024], path[4096];
    FILE *file = count ? NULL : fopen(tree_path("bench/baselines.tsv", path, sizeof path), "r");
    while (file && count < BASELINES_MAX && fgets(line, sizeof line, file))
        if (line[0] != '#' && line[0] != '\n')
            parse(line, &list[count++]);
    if (file)
        fclose(file);
    *out = list;
    return count;
}
