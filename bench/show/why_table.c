/* SPDX-License-Identifier: MIT */
/* why_table.c - prints a profile of two sides. See why_table.h.
 */
#include "bench/show/why_table.h"
#include "bench/judge/profile_rank.h"
#include "bench/low/metric.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FUNCTIONS_SHOWN = 10 };

static void row_print(FILE *out, const char *name, const double v[PROFILE_SIDES], int digits)
{
    double difference = v[1] - v[0];
    if (fabs(difference) < 0.005)
        difference = 0; /* of either sign */
    fprintf(out, "  %-40.40s", name);
    for (int side = 0; side < PROFILE_SIDES; side++)
        if (isnan(v[side]))
            fprintf(out, " %12s", "-");
        else
            fprintf(out, " %12.*f", digits, v[side]);
    if (isnan(v[0]) || isnan(v[1]))
        fprintf(out, " %12s\n", "-");
    else
        fprintf(out, " %+12.*f\n", digits, difference);
}

static void functions_print(FILE *out, const struct profile *p)
{
    struct profile_row *rows;
    size_t count = profile_rank(p, &rows), shown = 0;
    double all[PROFILE_SIDES], rest[PROFILE_SIDES];
    for (int side = 0; side < PROFILE_SIDES; side++)
        rest[side] = all[side] = profile_per_op(p, side, p->frames[0].total[side]);
    fprintf(out, "  %-40s %12s %12s %12s\n", "instructions per operation", "before, A", "after, B", "difference");
    for (; shown < count && shown < FUNCTIONS_SHOWN; shown++) {
        row_print(out, rows[shown].name, rows[shown].per_op, 2);
        for (int side = 0; side < PROFILE_SIDES; side++)
            rest[side] -= rows[shown].per_op[side];
    }
    char others[64];
    snprintf(others, sizeof others, "%zu other functions", count - shown);
    if (count > shown)
        row_print(out, others, (double[]){fabs(rest[0]), fabs(rest[1])}, 2);
    row_print(out, "all", all, 2);
    free(rows);
}

static bool is_memory_call(const char *name)
{
    for (int i = 0; i < MEMORY_CALLS; i++)
        if (strcmp(name, memory_calls[i]) == 0)
            return true;
    return false;
}

/* strace names no call that a side did not make: none is 0, unless it was not asked at all. */
static double count_of(const struct profile *p, const struct profile_count *c, int side)
{
    bool asked = false;
    for (size_t i = 0; i < p->count_count; i++)
        asked |= strcmp(p->counts[i].name, "syscalls_all") == 0 && !isnan(p->counts[i].value[side]);
    return isnan(c->value[side]) && asked ? 0 : c->value[side];
}

static void faults_print(FILE *out, const struct profile *p)
{
    static const char *const kinds[][2] = {{"faults", "page faults: minor"}, {"major_faults", "page faults: major"}};
    for (int kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < p->count_count; i++)
            if (strcmp(p->counts[i].name, kinds[kind][0]) == 0)
                row_print(out, kinds[kind][1], p->counts[i].value, 0);
}

/* Those of memory, those that differ, and all together. */
static void calls_print(FILE *out, const struct profile *p)
{
    const struct profile_count *all = NULL;
    for (size_t i = 0; i < p->count_count; i++) {
        const struct profile_count *c = &p->counts[i];
        double v[] = {count_of(p, c, 0), count_of(p, c, 1)};
        char name[80];
        if (strcmp(c->name, "syscalls_all") == 0)
            all = c;
        if (strncmp(c->name, "strace.", 7) != 0 || (v[0] == v[1] && !is_memory_call(c->name + 7)))
            continue;
        snprintf(name, sizeof name, "system calls: %s", c->name + 7);
        row_print(out, name, v, 0);
    }
    if (all)
        row_print(out, "system calls: all", all->value, 0);
    else
        fprintf(out, "  system calls: not counted, strace is not installed (make deps)\n");
}

void why_table_print(FILE *out, const struct profile *p)
{
    functions_print(out, p);
    fprintf(out, "  %-40s %12s %12s %12s\n", "in one run", "before, A", "after, B", "difference");
    calls_print(out, p);
    faults_print(out, p);
}
