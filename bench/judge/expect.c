/* expect.c - checks the names of an `expect` line before the run, and judges it after the run; expect.h says how.
 *
 * Judging reads the dataset only.
 */
#include "bench/judge/expect.h"
#include "bench/judge/expect_parse.h"
#include "bench/low/stats.h"
#include "bench/low/text.h"
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
    bool time; /* judged with an interval */
    double median;
    double *value; /* [slots]; NAN where this pair has no sample */
};

static bool is_time(const struct metric *m)
{
    return m->mode == MODE_TIME && (strcmp(m->unit, "s") == 0 || strcmp(m->unit, "1/s") == 0);
}

/* --- Before the run ------------------------------------------------------------------------------------------------------- */

static bool label_known(const struct experiment *e, const char *label, char *labels, size_t size)
{
    char rival[64];
    bool known = e->rival_count && strcmp(label, BEST_RIVAL) == 0;
    for (unsigned i = 0; i < e->variant_count; i++) {
        known |= strcmp(label, e->variants[i].label) == 0;
        text_add(labels, size, " %s", e->variants[i].label);
    }
    for (unsigned i = 0; i < e->rival_count; i++) {
        experiment_rival_label(e->rivals[i], rival, sizeof rival);
        known |= strcmp(label, rival) == 0;
        text_add(labels, size, " %s", rival);
    }
    if (e->rival_count)
        text_add(labels, size, " %s", BEST_RIVAL);
    return known;
}

static bool workload_known(const struct experiment *e, const char *name, char *names, size_t size)
{
    bool known = false;
    for (unsigned i = 0; i < e->workload_count; i++) {
        known |= strcmp(name, e->workloads[i]) == 0;
        text_add(names, size, " %s", e->workloads[i]);
    }
    return known;
}

bool expect_check(const char *text, const struct experiment *e, char *why, size_t size)
{
    struct expect_line line;
    char names[1024] = "";
    if (!expect_parse(text, &line, why, size))
        return false;
    for (int i = 0; i < line.term_count; i++) {
        names[0] = 0;
        if (!metric_find(line.term[i].metric))
            return text_fail(why, size, "expect '%s': no metric '%s'; metrics: %s", text, line.term[i].metric, metric_names());
        if (!label_known(e, line.term[i].label, names, sizeof names))
            return text_fail(why, size, "expect '%s': no label '%s'; labels:%s", text, line.term[i].label, names);
    }
    names[0] = 0;
    bool known = workload_known(e, line.workload, names, sizeof names), one = false;
    for (int i = 0; i < line.term_count; i++)
        one |= !line.term[i].mean;
    if (!one && line.workload[0])
        return text_fail(why, size, "expect '%s': " EXPECT_MEAN " is over all workloads: leave out 'on %s'", text,
                         line.workload);
    if (one && !line.workload[0] && e->workload_count != 1)
        return text_fail(why, size, "expect '%s': on which workload? add 'on' and one of:%s", text, names);
    if (line.workload[0] && !known)
        return text_fail(why, size, "expect '%s': no workload '%s' in this experiment; it has:%s", text, line.workload, names);
    return true;
}

unsigned expect_modes(const char *text, const char *workload)
{
    struct expect_line line;
    char why[256];
    unsigned modes = 0;
    if (!expect_parse(text, &line, why, sizeof why) ||
        (workload && *line.workload && strcmp(line.workload, workload) != 0))
        return 0;
    for (int i = 0; i < line.term_count; i++) {
        const struct metric *m = metric_find(line.term[i].metric);
        modes |= m ? 1u << m->mode : 0;
    }
    return modes;
}

/* --- After the run -------------------------------------------------------------------------------------------------------- */

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

/* Why a cell has no value: its samples failed (answers true), or there are none. */
static bool cell_failed(const struct dataset *ds, int variant, struct span works, enum mode mode, char *why, size_t size)
{
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        if (s->variant == variant && s->workload >= works.first && s->workload < works.end && s->mode == mode && s->failed) {
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
    double *value = malloc(2 * slots * sizeof *value), *one = value + slots;
    if (!value)
        abort();
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
                      struct expect_result *r)
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
    out->time = is_time(m);
    out->median = span_median(ds, out->variant, works, m->name);
    if (!isnan(out->median)) {
        out->value = span_values(ds, out->variant, works, m, slots);
        return true;
    }
    if (v->missing)
        snprintf(r->figure, sizeof r->figure, "%s is not installed", v->label);
    else if (cell_failed(ds, out->variant, works, m->mode, r->figure, sizeof r->figure))
        r->gate = GATE_FAILED;
    else
        snprintf(r->figure, sizeof r->figure, "no value of %s for %s (mode %s)", m->name, v->label, mode_rows[m->mode].name);
    return false;
}

static const char *value_text(double x, const char *unit, char *out, size_t size)
{
    if (strcmp(unit, "KiB") == 0)
        snprintf(out, size, "%.4g MiB", x / 1024);
    else if (strcmp(unit, "1/s") == 0)
        snprintf(out, size, "%.4g M/s", x / 1e6);
    else if ((x == floor(x) || fabs(x) >= 1e6) && fabs(x) < 1e15)
        snprintf(out, size, "%.0f", x);
    else
        snprintf(out, size, "%.4g", x);
    return out;
}

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

static void judge_exact(const struct expect_line *line, const struct cell *cell, struct expect_result *r)
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

static void judge_interval(const struct expect_line *line, struct stats_interval ratio, double margin, struct expect_result *r)
{
    bool upward = line->op == OP_AT_LEAST || line->op == OP_ABOVE;
    double worst = upward ? ratio.lo : ratio.hi, best = upward ? ratio.hi : ratio.lo;
    if (isnan(ratio.lo) || isnan(ratio.hi))
        r->gate = GATE_UNDECIDED;
    else if (line->op == OP_EQUAL)
        r->gate = fabs(log(ratio.lo)) <= margin && fabs(log(ratio.hi)) <= margin ? GATE_HELD
                  : ratio.lo > 1 + margin || ratio.hi < 1 - margin               ? GATE_FAILED
                                                                                 : GATE_UNDECIDED;
    else
        r->gate = holds(line->op, worst, 1) ? GATE_HELD : holds(line->op, best, 1) ? GATE_UNDECIDED : GATE_FAILED;
    r->slack = upward || line->op == OP_EQUAL ? ratio.value : 1 / ratio.value;
    r->lo = upward || line->op == OP_EQUAL ? ratio.lo : 1 / ratio.hi;
    r->hi = upward || line->op == OP_EQUAL ? ratio.hi : 1 / ratio.lo;
}

/* Pair by pair: the interval of left / right. A leading number on the right is shown as the bound. */
static void judge_time(const struct expect_line *line, const struct cell *cell, size_t slots, double margin,
                       struct expect_result *r)
{
    double *left = malloc(2 * slots * sizeof *left), *right = left + slots, one[EXPECT_TERMS];
    size_t n = 0;
    for (size_t k = 0; left && k < slots; k++) {
        bool whole = true;
        for (int i = 0; i < line->term_count; i++) {
            one[i] = cell[i].time ? cell[i].value[k] : cell[i].median;
            whole &= !isnan(one[i]);
        }
        if (!whole)
            continue;
        left[n] = expect_value(line, line->left, one);
        right[n++] = expect_value(line, line->right, one);
    }
    struct stats_interval ratio = {NAN, NAN, NAN};
    if (left && n)
        ratio = stats_ratio_interval(right, left, n);
    free(left);
    judge_interval(line, ratio, margin, r);
    const struct expect_node *node = &line->node[line->right];
    bool scaled = node->kind == NODE_MULTIPLY && line->node[node->left].kind == NODE_NUMBER;
    double bound = scaled ? line->node[node->left].number : 1;
    char interval[64] = "(too few samples for an interval)", text[64] = "";
    if (!isnan(ratio.lo))
        snprintf(interval, sizeof interval, "[%.3f, %.3f]", ratio.lo * bound, ratio.hi * bound);
    if (node->kind == NODE_NUMBER)
        snprintf(r->figure, sizeof r->figure, "%s; %.3f %s of the bound, %zu samples",
                 value_text(ratio.value * node->number, cell[0].unit, text, sizeof text), ratio.value, interval, n);
    else
        snprintf(r->figure, sizeof r->figure, "%.3f %s x; bound: %s %.4g, %zu pairs", ratio.value * bound, interval,
                 bound_names[line->op], bound, n);
}

struct expect_result expect_judge(const char *text, const struct dataset *ds, double margin)
{
    struct expect_result r = {.gate = GATE_NOT_MEASURED, .slack = NAN, .lo = NAN, .hi = NAN};
    struct expect_line line;
    struct cell cell[EXPECT_TERMS] = {0};
    snprintf(r.text, sizeof r.text, "%s", text);
    if (!expect_parse(text, &line, r.figure, sizeof r.figure))
        return r;
    int workload = line.workload[0] ? dataset_workload(ds, line.workload) : ds->workload_count == 1 ? 0 : -1;
    size_t slots = PER_BLOCK;
    for (size_t i = 0; i < ds->sample_count; i++)
        if (((size_t)ds->samples[i].block + 1) * PER_BLOCK > slots)
            slots = ((size_t)ds->samples[i].block + 1) * PER_BLOCK;
    bool found = true, time = false;
    for (int i = 0; found && i < line.term_count; i++) {
        found = cell_find(ds, &line.term[i], workload, slots, &cell[i], &r);
        time |= cell[i].time;
        if (strcmp(line.term[i].label, BEST_RIVAL) == 0 && found)
            text_add(r.text, sizeof r.text, " (%s)", ds->variants[cell[i].variant].label);
    }
    if (found && time)
        judge_time(&line, cell, slots, margin, &r);
    else if (found)
        judge_exact(&line, cell, &r);
    for (int i = 0; i < line.term_count; i++)
        free(cell[i].value);
    return r;
}
