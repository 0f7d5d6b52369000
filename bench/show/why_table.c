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

/* A run that lasts so long, not so many operations, counts more where it is faster: per operation it tells the same. */
static bool is_per_operation(const struct profile *p)
{
    for (size_t i = 0; i < p->count_count; i++) {
        const double *ops = p->counts[i].ops;
        if (ops[0] > 0 && ops[1] > 0 && ops[0] != ops[1])
            return true;
    }
    return false;
}

/* strace names no call that a side did not make: none is 0, unless it was not asked at all. */
static void count_print(FILE *out, const struct profile *p, const char *name, const struct profile_count *c, bool asked)
{
    double v[PROFILE_SIDES];
    bool per_operation = is_per_operation(p);
    for (int side = 0; side < PROFILE_SIDES; side++) {
        v[side] = asked && isnan(c->value[side]) ? 0 : c->value[side];
        v[side] *= per_operation && c->ops[side] > 0 ? 1e6 / c->ops[side] : 1;
    }
    row_print(out, name, v, per_operation ? 1 : 0);
}

static void faults_print(FILE *out, const struct profile *p)
{
    static const char *const kinds[][2] = {{"faults", "page faults: minor"}, {"major_faults", "page faults: major"}};
    for (int kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < p->count_count; i++)
            if (strcmp(p->counts[i].name, kinds[kind][0]) == 0)
                count_print(out, p, kinds[kind][1], &p->counts[i], false);
}

/* Those of memory, those that differ, and all together. */
static void calls_print(FILE *out, const struct profile *p)
{
    const struct profile_count *all = NULL;
    for (size_t i = 0; i < p->count_count; i++) {
        const struct profile_count *c = &p->counts[i];
        char name[80];
        if (strcmp(c->name, "syscalls_all") == 0)
            all = c;
        if (strncmp(c->name, "strace.", 7) != 0 || (c->value[0] == c->value[1] && !is_memory_call(c->name + 7)))
            continue;
        snprintf(name, sizeof name, "system calls: %s", c->name + 7);
        count_print(out, p, name, c, true);
    }
    if (all)
        count_print(out, p, "system calls: all", all, false);
    else
        fprintf(out, "  system calls: not counted, strace is not installed (make deps)\n");
}

void why_table_print(FILE *out, const struct profile *p)
{
    functions_print(out, p);
    fprintf(out, "  %-40s %12s %12s %12s\n", is_per_operation(p) ? "per million operations" : "in one run",
            "before, A", "after, B", "difference");
    calls_print(out, p);
    faults_print(out, p);
}
