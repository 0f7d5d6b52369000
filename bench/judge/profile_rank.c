/* SPDX-License-Identifier: MIT */
/* profile_rank.c - sums the frames of a profile by function, and sorts them. See profile_rank.h.
 */
#include "bench/judge/profile_rank.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

double profile_per_op(const struct profile *p, int side, double instructions)
{
    return p->ops[side] > 0 ? instructions / p->ops[side] : instructions;
}

static int by_name(const void *a, const void *b)
{
    const struct profile_row *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static int by_difference(const void *a, const void *b)
{
    const struct profile_row *x = a, *y = b;
    double dx = fabs(x->per_op[1] - x->per_op[0]), dy = fabs(y->per_op[1] - y->per_op[0]);
    return dx < dy ? 1 : dx > dy ? -1 : strcmp(x->name, y->name);
}

size_t profile_rank(const struct profile *p, struct profile_row **out)
{
    struct profile_row *rows = xalloc_zeroed(p->frame_count, sizeof *rows);
    size_t count = 0;
    for (size_t i = 1; i < p->frame_count; i++) {
        rows[i - 1].name = p->frames[i].name;
        for (int side = 0; side < PROFILE_SIDES; side++)
            rows[i - 1].per_op[side] = profile_per_op(p, side, p->frames[i].self[side]);
    }
    qsort(rows, p->frame_count - 1, sizeof *rows, by_name);
    for (size_t i = 0; i + 1 < p->frame_count; i++)
        if (count && strcmp(rows[count - 1].name, rows[i].name) == 0)
            for (int side = 0; side < PROFILE_SIDES; side++)
                rows[count - 1].per_op[side] += rows[i].per_op[side];
        else
            rows[count++] = rows[i];
    qsort(rows, count, sizeof *rows, by_difference);
    *out = rows;
    return count;
}
