/* SPDX-License-Identifier: MIT */
/* more.c - which cells are undecided, and the plan that goes on with these. See more.h.
 */
#include "bench/cmd/more.h"
#include "bench/judge/gates.h"
#include "bench/judge/verdict.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What is undecided: workloads by mode, variants by workload. */
struct open {
    uint64_t workloads[MODES];
    uint64_t variants[PLAN_VARIANTS_MAX]; /* bits of workloads */
    size_t pairs[MODES];                  /* wanted next, but of timing runs */
    size_t count;
};

static void open_add(struct open *o, enum mode mode, int variant, uint64_t works)
{
    o->workloads[mode] |= works;
    o->variants[variant] |= works;
    o->count++;
}

static void comparisons_open(const struct dataset *ds, int reference, double margin, struct open *o)
{
    size_t n = 0;
    struct comparison *c = xalloc_zeroed(ds->variant_count * ds->workload_count, sizeof *c);
    for (int w = 0; w < (int)ds->workload_count; w++)
        for (int v = 0; v < (int)ds->variant_count; v++)
            if (v != reference && ds->variants[v].twin_of < 0)
                c[n++] = (struct comparison){.a = reference, .b = v, .workload = w, .metric = "ops_s"};
    verdict_judge(ds, c, n, margin);
    for (size_t i = 0; i < n; i++)
        if (verdict_open(&c[i]) && c[i].pairs < RULE_PAIRS_MAX) {
            open_add(o, MODE_TIME, c[i].b, (uint64_t)1 << c[i].workload);
            o->variants[reference] |= (uint64_t)1 << c[i].workload;
        }
    free(c);
}

/* Counts and memory runs that a gate asks for next: what the rule needs at least, then twice as many. */
static size_t pairs_next(const struct evidence *e)
{
    if (e->pairs >= RULE_RANGE_PAIRS)
        return 2 * e->pairs;
    return e->needed < RULE_RANGE_PAIRS ? e->needed : RULE_RANGE_PAIRS;
}

/* least: only counts and memory that are too few to compare anything. */
static void gates_open(const struct dataset *ds, const struct experiment *e, bool least, struct open *o)
{
    struct gate_result *gates = gates_judge(ds, e);
    for (unsigned i = 0; i < e->expect_count; i++) {
        const struct gate_result *g = &gates[i];
        size_t next = pairs_next(&g->evidence), most = g->mode == MODE_TIME ? RULE_PAIRS_MAX : MORE_COUNTS_MAX;
        if (least)
            most = g->mode == MODE_TIME ? 0 : RULE_RANGE_PAIRS;
        if (!gate_open(g) || g->evidence.pairs >= most)
            continue;
        for (int v = 0; v < (int)ds->variant_count; v++)
            if (g->variants >> v & 1)
                open_add(o, g->mode, v, g->workloads);
        o->pairs[g->mode] = next > o->pairs[g->mode] ? next : o->pairs[g->mode];
    }
    free(gates);
}

/* The plan once more: other cells are left out, and there is twice as much of these. Identical binaries go along. */
static bool plan_more(struct plan *p, const struct open *o, uint64_t *skip)
{
    for (size_t v = 0; v < p->variant_count; v++)
        skip[v] |= (int)v == p->twin ? 0 : ~o->variants[v];
    p->skip = skip;
    p->modes = 0;
    for (int m = 0; m < MODES; m++) {
        p->except[m] |= ~o->workloads[m];
        if (!o->workloads[m])
            continue;
        p->modes |= 1u << m;
        if (m == MODE_TIME)
            p->repeat = 2 * p->repeat < RULE_PAIRS_MAX ? 2 * p->repeat : RULE_PAIRS_MAX;
        else
            p->mode_counts[m] = (int)o->pairs[m];
    }
    return p->modes != 0;
}

bool more_take(struct store *st, const struct plan *plan, const struct experiment *e, int reference, double seconds,
               struct dataset **ds, bool *interrupted, char *why, size_t size)
{
    struct plan next = *plan;
    double left = seconds;
    *interrupted = false;
    for (;;) {
        uint64_t skip[PLAN_VARIANTS_MAX] = {0};
        struct open open = {0};
        size_t before = (*ds)->sample_count;
        bool least = left <= 0;
        if (!least && plan->modes & 1u << MODE_TIME)
            comparisons_open(*ds, reference, e ? e->margin : RULE_MARGIN, &open);
        if (e)
            gates_open(*ds, e, least, &open);
        for (size_t v = 0; plan->skip && v < plan->variant_count; v++)
            skip[v] = plan->skip[v];
        for (int m = 0; m < MODES; m++)
            next.except[m] = plan->except[m];
        if (!open.count || !plan_more(&next, &open, skip))
            return true;
        next.resume = (*ds)->run;
        next.budget_left = &left;
        int64_t run = engine_run(st, &next, interrupted, why, size);
        struct dataset *more = run < 0 ? NULL : store_load(st, run);
        if (run >= 0 && !more)
            return text_fail(why, size, "%s", store_error());
        if (!more || *interrupted) {
            dataset_free(more);
            return false;
        }
        dataset_free(*ds);
        *ds = more;
        if (more->sample_count == before && least)
            return true;
        left = more->sample_count == before ? 0 : left;
    }
}
