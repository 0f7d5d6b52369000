/* SPDX-License-Identifier: MIT */
/* gates.c - from the samples to evidence for each gate, which rule.c decides. See gates.h.
 */
#include "bench/judge/gates.h"
#include "bench/data/nodes.h"
#include "bench/judge/expect.h"
#include "bench/judge/expect_parse.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const bound_names[EXPECT_OPS] = {"at most", "at least", "below", "above", "exactly"};

enum { PER_BLOCK = 8 }; /* samples of one cell in one block, at most */

/* One metric(label) found in a dataset. */
struct cell {
    int variant;
    const char *unit;
    enum mode mode;
    bool time; /* a duration, or a rate */
    double median;
    double *value; /* [slots]; NAN where this pair has no sample */
};

/* A line and what was found for it. */
struct found {
    const struct dataset *ds;
    struct expect_line line;
    struct cell cell[EXPECT_TERMS];
    size_t slots;
    int workload; /* -1: all */
};

static bool is_time(const struct metric *m)
{
    return m->mode == MODE_TIME && (strcmp(m->unit, "s") == 0 || strcmp(m->unit, "1/s") == 0);
}

/* --- Cells ---------------------------------------------------------------------------------------------------------------- */

/* A geometric mean is over all workloads, anything else of one: those of a term are from first to below end. */
struct span {
    int first, end;
};

static double span_median(const struct dataset *ds, int variant, struct span works, const char *metric)
{
    double sum = 0;
    for (int w = works.first; w < works.end; w++)
        sum += log(dataset_median(ds, variant, w, metric));
    int count = works.end - works.first;
    return count == 1 ? dataset_median(ds, variant, works.first, metric) : exp(sum / count);
}

/* The best of libc and the rivals by a metric; -1 when none was measured. */
static int best_rival(const struct dataset *ds, struct span works, const struct metric *m)
{
    int best = -1;
    double most = -INFINITY;
    for (size_t v = 0; v < ds->variant_count; v++) {
        if (strcmp(ds->variants[v].kind, "hakmem") == 0 || ds->variants[v].twin_of >= 0)
            continue;
        double x = span_median(ds, (int)v, works, m->name) * (m->better ? m->better : 1);
        if (x > most) {
            most = x;
            best = (int)v;
        }
    }
    return best;
}

/* Why a cell has no value: a sample of it failed, in whatever run (answers true), or there are none. */
static bool cell_failed(const struct dataset *ds, int variant, struct span works, char *why, size_t size)
{
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        if (s->variant == variant && s->workload >= works.first && s->workload < works.end && s->failed) {
            text_fail(why, size, "%s: %s", ds->variants[variant].label, s->why);
            return true;
        }
    }
    return false;
}

/* Values by pair: the k-th sample of block b stands in slot b * PER_BLOCK + k. */
static void cell_values(const struct dataset *ds, int variant, int workload, const struct metric *m, double *value,
                        size_t slots)
{
    for (size_t i = 0; i < slots; i++)
        value[i] = NAN;
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        bool mine = s->variant == variant && s->workload == workload && s->mode == m->mode && !s->failed;
        double x = mine ? dataset_value(ds, s, m->name) : NAN;
        for (size_t k = (size_t)s->block * PER_BLOCK; !isnan(x) && k < ((size_t)s->block + 1) * PER_BLOCK; k++)
            if (isnan(value[k])) {
                value[k] = x;
                break;
            }
    }
}

/* The same; of several workloads the geometric means of what stands in a slot of each. */
static double *span_values(const struct dataset *ds, int variant, struct span works, const struct metric *m, size_t slots)
{
    double *value = xalloc_zeroed(2 * slots, sizeof *value), *one = value + slots;
    cell_values(ds, variant, works.first, m, value, slots);
    for (int w = works.first + 1; w < works.end; w++) {
        cell_values(ds, variant, w, m, one, slots);
        for (size_t k = 0; k < slots; k++)
            value[k] = exp((log(value[k]) * (w - works.first) + log(one[k])) / (w - works.first + 1));
    }
    return value;
}

/* Fills in a cell; otherwise the result says why there is none. */
static bool cell_find(const struct dataset *ds, const struct expect_term *term, int workload, size_t slots, struct cell *out,
                      struct gate_result *r)
{
    const struct metric *m = metric_find(term->metric);
    bool best = strcmp(term->label, BEST_RIVAL) == 0;
    struct span works = {workload, workload + 1};
    if (term->mean)
        works = (struct span){0, (int)ds->workload_count};
    bool here = m && works.first >= 0 && works.first < works.end;
    out->variant = !here ? -1 : best ? best_rival(ds, works, m) : dataset_variant(ds, term->label);
    if (out->variant < 0) {
        snprintf(r->figure, sizeof r->figure, "%s", best ? "no rival was measured" : "not in this run");
        return false;
    }
    const struct ds_variant *v = &ds->variants[out->variant];
    out->unit = m->unit;
    out->mode = m->mode;
    out->time = is_time(m);
    out->median = span_median(ds, out->variant, works, m->name);
    if (!isnan(out->median)) {
        out->value = span_values(ds, out->variant, works, m, slots);
        return true;
    }
    if (v->missing)
        snprintf(r->figure, sizeof r->figure, "%s is not installed", v->label);
    else if (cell_failed(ds, out->variant, works, r->figure, sizeof r->figure))
        r->gate = GATE_FAILED;
    else
        snprintf(r->figure, sizeof r->figure, "no value of %s for %s (mode %s)", m->name, v->label, mode_rows[m->mode].name);
    return false;
}

static const char *value_text(double x, const char *unit, char *out, size_t size)
{
    if (isnan(x))
        snprintf(out, size, "-");
    else if (strcmp(unit, "KiB") == 0)
        snprintf(out, size, "%.4g MiB", x / 1024);
    else if (strcmp(unit, "1/s") == 0)
        snprintf(out, size, "%.4g M/s", x / 1e6);
    else if ((x == floor(x) || fabs(x) >= 1e4) && fabs(x) < 1e15)
        snprintf(out, size, "%.0f", x);
    else
        snprintf(out, size, "%.4g", x);
    return out;
}

/* --- Budgets: one variant against a number -------------------------------------------------------------------------------- */

static bool holds(enum expect_op op, double left, double right)
{
    switch (op) {
    case OP_AT_MOST:
        return left <= right;
    case OP_AT_LEAST:
        return left >= right;
    case OP_BELOW:
        return left < right;
    case OP_ABOVE:
        return left > right;
    default:
        return left == right;
    }
}

/* How far inside its bound, > 1 where there is room; 0 / 0 is just at it. */
static double slack(enum expect_op op, double left, double right)
{
    if (left == right)
        return 1;
    double ratio = op == OP_AT_MOST || op == OP_BELOW || (op == OP_EQUAL && left > right) ? right / left : left / right;
    return isnan(ratio) ? 0 : ratio;
}

/* Decided by the medians, without statistics. */
static void judge_budget(const struct expect_line *line, const struct cell *cell, struct gate_result *r)
{
    double median[EXPECT_TERMS];
    char left_text[64], right_text[64];
    for (int i = 0; i < line->term_count; i++)
        median[i] = cell[i].median;
    double left = expect_value(line, line->left, median), right = expect_value(line, line->right, median);
    r->gate = holds(line->op, left, right) ? GATE_HELD : GATE_FAILED;
    r->slack = r->lo = r->hi = slack(line->op, left, right);
    const struct expect_node *n = &line->node[line->left];
    const char *unit = n->kind == NODE_DIVIDE ? "" : cell[0].unit;
    snprintf(r->figure, sizeof r->figure, "%s; bound: %s %s", value_text(left, unit, left_text, sizeof left_text),
             bound_names[line->op], value_text(right, unit, right_text, sizeof right_text));
}

/* --- Comparisons: the rule ------------------------------------------------------------------------------------------------ */

static bool is_upward(const struct expect_line *line)
{
    return line->op == OP_AT_LEAST || line->op == OP_ABOVE || line->op == OP_EQUAL;
}

static enum claim claim_of(enum expect_op op)
{
    return op == OP_EQUAL ? CLAIM_EQUAL : op == OP_BELOW || op == OP_ABOVE ? CLAIM_ABOVE : CLAIM_AT_LEAST;
}

/* The metrics of the line's own kind of run are taken pair by pair, others by their medians: a duration, where there is one. */
static enum mode mode_of(const struct found *f)
{
    for (int i = 0; i < f->line.term_count; i++)
        if (f->cell[i].time)
            return MODE_TIME;
    return f->cell[0].mode;
}

/* Both sides, pair by pair, and the machine of each; how many. */
static size_t sides(const struct found *f, double *left, double *right, int *node)
{
    struct nodes *nodes = nodes_of(f->ds);
    double one[EXPECT_TERMS];
    enum mode mode = mode_of(f);
    size_t n = 0;
    for (size_t k = 0; k < f->slots; k++) {
        bool whole = true;
        for (int i = 0; i < f->line.term_count; i++) {
            one[i] = f->cell[i].mode == mode ? f->cell[i].value[k] : f->cell[i].median;
            whole &= !isnan(one[i]);
        }
        if (!whole)
            continue;
        left[n] = expect_value(&f->line, f->line.left, one);
        right[n] = expect_value(&f->line, f->line.right, one);
        node[n++] = nodes_at(nodes, (int)(k / PER_BLOCK));
    }
    nodes_free(nodes);
    return n;
}

/* Counts of one thread vary by chance of address only. */
static bool is_counted(const struct found *f)
{
    enum mode mode = mode_of(f);
    bool one = mode != MODE_TIME && mode != MODE_MEMORY;
    for (size_t w = 0; w < f->ds->workload_count; w++)
        one &= (f->workload >= 0 && (int)w != f->workload) || f->ds->workloads[w].threads <= 1;
    return one;
}

/* A/A by the line's first metric of that kind: the twin of a variant that the line names, or any other. */
static struct stats_interval floor_of(const struct found *f, const struct gate_result *r)
{
    struct evidence e = {.gain = {NAN, NAN, NAN}};
    struct span works = {f->workload < 0 ? 0 : f->workload, f->workload < 0 ? (int)f->ds->workload_count : f->workload + 1};
    const struct metric *m = metric_find(f->line.term[0].metric);
    int twin = -1;
    for (int v = 0; v < (int)f->ds->variant_count; v++) {
        int of = f->ds->variants[v].twin_of;
        bool named = false, itself = false;
        if (of < 0)
            continue;
        for (int i = 0; i < f->line.term_count; i++) {
            named |= f->cell[i].variant == of;
            itself |= f->cell[i].variant == v;
        }
        if (itself)
            return e.gain; /* this is the A/A comparison itself */
        if (twin < 0 || named)
            twin = v;
    }
    if (twin < 0)
        return e.gain;
    double *a = span_values(f->ds, f->ds->variants[twin].twin_of, works, m, f->slots);
    double *b = span_values(f->ds, twin, works, m, f->slots);
    size_t n = 0;
    for (size_t k = 0; k < f->slots; k++)
        if (!isnan(a[k]) && !isnan(b[k])) {
            a[n] = a[k];
            b[n++] = b[k];
        }
    evidence_take(&e, b, a, n, false, !is_upward(&f->line), r->claim, RULE_MARGIN);
    free(a);
    free(b);
    return isnan(e.gain.lo) || e.exact ? (struct stats_interval){NAN, NAN, NAN} : e.gain;
}

static void measure(const struct found *f, double margin, struct gate_result *r)
{
    double *left = xalloc_zeroed(2 * f->slots, sizeof *left), *right = left + f->slots;
    int *node = xalloc_zeroed(f->slots, sizeof *node);
    size_t n = sides(f, left, right, node);
    r->claim = claim_of(f->line.op);
    r->mode = mode_of(f);
    r->workloads = f->workload < 0 ? ~(uint64_t)0 : (uint64_t)1 << f->workload;
    for (int i = 0; i < f->line.term_count; i++)
        r->variants |= (uint64_t)1 << f->cell[i].variant;
    evidence_take_nodes(&r->evidence, left, right, node, n, is_counted(f), !is_upward(&f->line), r->claim, margin);
    r->ruled = true;
    r->slack = r->evidence.gain.value;
    r->lo = r->evidence.gain.lo;
    r->hi = r->evidence.gain.hi;
    bool compares = false;
    for (int i = 1; i < f->line.term_count; i++)
        compares |= f->cell[i].variant != f->cell[0].variant;
    if (compares && !r->evidence.exact)
        r->evidence.floor = floor_of(f, r);
    free(node);
    free(left);
}

/* A leading number on the right is shown as the bound, and times are shown as ratios to what follows it. */
static void figure_make(const struct found *f, struct gate_result *r)
{
    const struct expect_node *node = &f->line.node[f->line.right];
    bool scaled = node->kind == NODE_MULTIPLY && f->line.node[node->left].kind == NODE_NUMBER, up = is_upward(&f->line);
    double bound = scaled ? f->line.node[node->left].number : 1;
    struct stats_interval g = r->evidence.gain, ratio = up ? g : (struct stats_interval){1 / g.value, 1 / g.hi, 1 / g.lo};
    char interval[64] = "(no interval)", text[64] = "";
    if (node->kind == NODE_NUMBER || mode_of(f) != MODE_TIME || !f->cell[0].time)
        bound = 1;
    if (!isnan(ratio.lo))
        snprintf(interval, sizeof interval, "[%.3f, %.3f]", ratio.lo * bound, ratio.hi * bound);
    if (!f->cell[0].time && node->kind != NODE_NUMBER && ratio.lo == ratio.hi)
        text_add(r->figure, sizeof r->figure, "; %.3f of the bound, the same in %zu pairs", ratio.value, r->evidence.pairs);
    else if (!f->cell[0].time && node->kind != NODE_NUMBER && isnan(ratio.value))
        text_add(r->figure, sizeof r->figure, "; %zu pair%s", r->evidence.pairs, r->evidence.pairs == 1 ? "" : "s");
    else if (!f->cell[0].time && node->kind != NODE_NUMBER)
        text_add(r->figure, sizeof r->figure, "; %.3f %s of the bound, %zu pair%s", ratio.value, interval, r->evidence.pairs,
                 r->evidence.pairs == 1 ? "" : "s");
    else if (node->kind == NODE_NUMBER)
        snprintf(r->figure, sizeof r->figure, "%s; %.3f %s of the bound, %zu samples",
                 value_text(ratio.value * node->number, f->cell[0].unit, text, sizeof text), ratio.value, interval,
                 r->evidence.pairs);
    else if (isnan(ratio.value))
        snprintf(r->figure, sizeof r->figure, "no ratio, since a side is 0; bound: %s %.4g, %zu pairs", bound_names[f->line.op],
                 bound, r->evidence.pairs);
    else
        snprintf(r->figure, sizeof r->figure, "%.3f %s x; bound: %s %.4g, %zu pairs", ratio.value * bound, interval,
                 bound_names[f->line.op], bound, r->evidence.pairs);
}

/* All that a line rests on, before the lines are corrected for each other. */
static void take(const char *text, const struct dataset *ds, double margin, struct gate_result *r)
{
    struct found f = {.ds = ds, .slots = PER_BLOCK};
    *r = (struct gate_result){.gate = GATE_NOT_MEASURED, .slack = NAN, .lo = NAN, .hi = NAN};
    snprintf(r->text, sizeof r->text, "%s", text);
    if (!expect_parse(text, &f.line, r->figure, sizeof r->figure))
        return;
    f.workload = f.line.workload[0] ? dataset_workload(ds, f.line.workload) : ds->workload_count == 1 ? 0 : -1;
    for (size_t i = 0; i < ds->sample_count; i++)
        if (((size_t)ds->samples[i].block + 1) * PER_BLOCK > f.slots)
            f.slots = ((size_t)ds->samples[i].block + 1) * PER_BLOCK;
    bool found = true, ruled = false;
    for (int i = 0; found && i < f.line.term_count; i++) {
        found = cell_find(ds, &f.line.term[i], f.workload, f.slots, &f.cell[i], r);
        ruled |= f.cell[i].time || f.cell[i].variant != f.cell[0].variant;
        if (strcmp(f.line.term[i].label, BEST_RIVAL) == 0 && found)
            text_add(r->text, sizeof r->text, " (%s)", ds->variants[f.cell[i].variant].label);
    }
    if (found && (!ruled || !f.cell[0].time))
        judge_budget(&f.line, f.cell, r);
    if (found && ruled) {
        measure(&f, margin, r);
        figure_make(&f, r);
    }
    for (int i = 0; i < f.line.term_count; i++)
        free(f.cell[i].value);
}

static void decide(struct gate_result *r, double margin)
{
    const struct evidence *e = &r->evidence;
    if (!r->ruled)
        return;
    r->gate = rule_gate(e, r->claim, margin);
    if (!e->exact && !isnan(e->gain.lo))
        text_add(r->figure, sizeof r->figure, ", p %.2g (%.2g after Holm)", e->p, e->p_holm);
    if (!isnan(e->floor.value))
        text_add(r->figure, sizeof r->figure, ", A/A %.3f [%.3f, %.3f]", e->floor.value, e->floor.lo, e->floor.hi);
    if (r->gate == GATE_UNDECIDED)
        text_add(r->figure, sizeof r->figure, ": %s", rule_missing(e, r->claim, margin));
}

void gates_judge_lines(const struct dataset *ds, const char *const *lines, size_t count, double margin, struct gate_result *out)
{
    struct evidence **ruled = xalloc_zeroed(count, sizeof *ruled);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        take(lines[i], ds, margin, &out[i]);
        if (out[i].ruled)
            ruled[n++] = &out[i].evidence;
    }
    evidence_holm(ruled, n);
    for (size_t i = 0; i < count; i++)
        decide(&out[i], margin);
    free(ruled);
}

struct gate_result *gates_judge(const struct dataset *ds, const struct experiment *e)
{
    struct gate_result *gates = xalloc_zeroed(e->expect_count, sizeof *gates);
    gates_judge_lines(ds, (const char *const *)e->expect, e->expect_count, e->margin, gates);
    return gates;
}

bool gate_open(const struct gate_result *r)
{
    return r->ruled && r->gate == GATE_UNDECIDED && !r->evidence.exact;
}
