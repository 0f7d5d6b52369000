/* SPDX-License-Identifier: MIT */
/* plot_data.c - the data file of each plot, as plots/<name>.gp describes it. See plot_data.h.
 *
 * Reads the dataset only. Twins (A/A) and what was not measured are left out.
 */
#include "bench/show/plot_data.h"
#include "bench/data/baseline.h"
#include "bench/data/rival.h"
#include "bench/low/stats.h"
#include "bench/low/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS_MAX = 240, LINES_MAX = 64 };

static int family(const struct ds_variant *v)
{
    return rival_colour_index(v->kind, v->label);
}

/* 0 for the last of our variants, lighter the earlier one was named. */
static double shade(const struct dataset *ds, int variant)
{
    int before = 0, all = 0;
    for (int i = 0; i < (int)ds->variant_count; i++)
        if (ds->variants[i].twin_of < 0 && strcmp(ds->variants[i].kind, "hakmem") == 0) {
            before += i < variant;
            all++;
        }
    return strcmp(ds->variants[variant].kind, "hakmem") == 0 && all > 1 ? 0.6 * (all - 1 - before) / (all - 1) : 0;
}

static void add_panel(struct plot_shape *shape, const char *title, int rows, double top)
{
    text_add(shape->titles, sizeof shape->titles, "\"%s\" ", title);
    text_add(shape->tops, sizeof shape->tops, "%g ", top > 0 ? top : 1);
    shape->rows = rows > shape->rows ? rows : shape->rows;
    shape->panels++;
}

/* Median and interval of a cell, in units; the value alone where there are too few samples for an interval. */
static bool cell_interval(const struct dataset *ds, int v, int w, double unit, struct stats_interval *out)
{
    double *x = malloc((ds->sample_count + 1) * sizeof *x);
    size_t n = x && ds->variants[v].twin_of < 0 ? dataset_cell(ds, v, w, "ops_s", x, ds->sample_count) : 0;
    if (n)
        *out = stats_median_interval(x, n, 0.95);
    free(x);
    if (n && isnan(out->lo))
        out->lo = out->hi = out->value;
    out->value /= unit;
    out->lo /= unit;
    out->hi /= unit;
    return n > 0;
}

/* Millions of operations per second; thousands, or single ones, where all are slow. */
static double panel_unit(const struct dataset *ds, int w, struct plot_shape *shape)
{
    struct stats_interval x;
    double top = 0;
    for (int v = 0; v < (int)ds->variant_count; v++)
        if (cell_interval(ds, v, w, 1, &x) && x.value > top)
            top = x.value;
    double unit = top < 1e3 ? 1 : top < 1e5 ? 1e3 : 1e6;
    if (top > 0)
        text_add(shape->units, sizeof shape->units, "\"%sops/s\" ", unit == 1 ? "" : unit == 1e3 ? "thousand " : "million ");
    return unit;
}

/* --- Throughput ----------------------------------------------------------------------------------------------------------- */

/* Rows below `row`, on the workload's own command only; answers the last row. */
static int write_published(FILE *out, const struct ds_workload *w, int row, double unit, double *top)
{
    const struct baseline *b;
    size_t count = baselines(&b);
    int first = row;
    fprintf(out, "\n\n");
    for (size_t i = 0; i < count; i++)
        if (strcmp(b[i].command, w->command) == 0) {
            double x = b[i].ops_s / unit;
            fprintf(out, "%d %g \"published\" \"%.3g (%s)\"\n", ++row, x, x, b[i].date);
            *top = x > *top ? x : *top;
        }
    if (row == first)
        fprintf(out, "-1 -1 \"\" \"\"\n"); /* out of the plot: a block must not be empty */
    fprintf(out, "\n\n");
    return row;
}

static void throughput(FILE *out, const struct plot_source *from, struct plot_shape *shape)
{
    const struct dataset *ds = from->ds;
    struct stats_interval x;
    for (int w = 0; w < (int)ds->workload_count; w++) {
        int row = 0;
        double top = 0, unit = panel_unit(ds, w, shape);
        for (int v = 0; v < (int)ds->variant_count; v++)
            if (cell_interval(ds, v, w, unit, &x)) {
                fprintf(out, "%d %g %g %g %d %g \"%s\" \"%.3g\"\n", ++row, x.value, x.lo, x.hi, family(&ds->variants[v]),
                        shade(ds, v), ds->variants[v].label, x.value);
                top = x.hi > top ? x.hi : top;
            }
        if (!row)
            continue;
        row = write_published(out, &ds->workloads[w], row, unit, &top);
        add_panel(shape, ds->workloads[w].name, row, top);
    }
}

/* --- System calls --------------------------------------------------------------------------------------------------------- */

/* Calls by kind and the rest; false: not counted in this way. */
static bool calls(const struct dataset *ds, int v, int w, bool strace, double *kind)
{
    char name[32];
    double sum = 0, all = dataset_median(ds, v, w, strace ? "syscalls" : "syscalls_own");
    if (isnan(all) || ds->variants[v].twin_of >= 0)
        return false;
    for (int k = 0; k < MEMORY_CALLS; k++) {
        snprintf(name, sizeof name, "%s%s", strace ? "strace." : "", memory_calls[k]);
        double x = dataset_median(ds, v, w, name);
        kind[k] = isnan(x) ? 0 : x;
        sum += kind[k];
    }
    kind[MEMORY_CALLS] = all > sum ? all - sum : 0;
    return true;
}

static void syscalls(FILE *out, const struct plot_source *from, struct plot_shape *shape)
{
    const struct dataset *ds = from->ds;
    double kind[MEMORY_CALLS + 1];
    char title[400];
    for (int w = 0; w < (int)ds->workload_count; w++) {
        int row = 0, strace = 0;
        double top = 0;
        for (int v = 0; v < (int)ds->variant_count; v++)
            strace += calls(ds, v, w, true, kind);
        for (int v = 0; v < (int)ds->variant_count; v++) {
            if (!calls(ds, v, w, strace > 0, kind))
                continue;
            double end = 0;
            fprintf(out, "%d 0", ++row);
            for (int k = 0; k <= MEMORY_CALLS; k++)
                fprintf(out, " %.0f", end += kind[k]);
            top = end > top ? end : top;
            fprintf(out, " \"%s\" \"%.0f\"\n", ds->variants[v].label, end);
        }
        if (!row)
            continue;
        fprintf(out, "\n\n");
        snprintf(title, sizeof title, "%s, %s", ds->workloads[w].name, strace ? "by strace" : "own count");
        add_panel(shape, title, row, top);
    }
}

/* --- Lines: memory over time, throughput by threads ----------------------------------------------------------------------- */

struct line_end {
    double x, y;
    int variant;
};

static int by_height(const void *a, const void *b)
{
    double x = ((const struct line_end *)a)->y, y = ((const struct line_end *)b)->y;
    return (x > y) - (x < y);
}

/* Names at the ends of lines, moved apart so that none covers another. */
static void write_ends(FILE *out, const struct dataset *ds, struct line_end *end, int count, double top)
{
    double gap = top / 10;
    qsort(end, (size_t)count, sizeof *end, by_height);
    for (int i = 1; i < count; i++)
        if (end[i].y < end[i - 1].y + gap)
            end[i].y = end[i - 1].y + gap;
    double limit = top * 1.04;
    for (int i = count - 1; i >= 0 && end[i].y > limit; i--, limit -= gap)
        end[i].y = limit;
    for (int i = 0; i < count; i++)
        fprintf(out, "%g %g %d %g \"%s\"\n", end[i].x, end[i].y, family(&ds->variants[end[i].variant]),
                shade(ds, end[i].variant), ds->variants[end[i].variant].label);
    fprintf(out, "\n\n");
}

static const struct ds_sample *with_series(const struct dataset *ds, int v, int w)
{
    for (size_t i = 0; i < ds->sample_count; i++)
        if (ds->samples[i].variant == v && ds->samples[i].workload == w && ds->samples[i].series_count)
            return &ds->samples[i];
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double resident_mib(const struct ds_point *p)
{
    return (p->rss_kb - p->lazyfree_kb) / 1024;
}

/* Where a line settles: the median of its last tenth, since the very last points may show the process ending. */
static double settles(const struct ds_sample *s)
{
    size_t n = s->series_count / 10 + 1;
    double *x = malloc(n * sizeof *x), value = 0;
    for (size_t i = 0; x && i < n; i++)
        x[i] = resident_mib(&s->series[s->series_count - n + i]);
    if (x) {
        qsort(x, n, sizeof *x, by_value);
        value = x[n / 2];
    }
    free(x);
    return value;
}

/* One line, with at most POINTS_MAX points; answers its highest. */
static double write_series(FILE *out, const struct ds_sample *s, int colour, double light)
{
    size_t step = s->series_count / POINTS_MAX + 1;
    double top = 0;
    for (size_t i = 0; i < s->series_count; i += step) {
        double y = resident_mib(&s->series[i]);
        top = y > top ? y : top;
        fprintf(out, "%g %g %d %g\n", s->series[i].seconds, y, colour, light);
    }
    fprintf(out, "\n");
    return top;
}

static void rss_time(FILE *out, const struct plot_source *from, struct plot_shape *shape)
{
    const struct dataset *ds = from->ds;
    struct line_end end[LINES_MAX];
    for (int w = 0; w < (int)ds->workload_count; w++) {
        int count = 0;
        double top = 0, last = 0;
        for (int v = 0; v < (int)ds->variant_count && count < LINES_MAX; v++) {
            const struct ds_sample *s = ds->variants[v].twin_of < 0 ? with_series(ds, v, w) : NULL;
            if (!s)
                continue;
            double high = write_series(out, s, family(&ds->variants[v]), shade(ds, v));
            double seconds = s->series[s->series_count - 1].seconds;
            top = high > top ? high : top;
            last = seconds > last ? seconds : last;
            end[count++] = (struct line_end){0, settles(s), v};
        }
        for (int i = 0; i < count; i++)
            end[i].x = last;
        if (!count)
            continue;
        fprintf(out, "\n");
        write_ends(out, ds, end, count, top);
        add_panel(shape, ds->workloads[w].name, 0, top);
        text_add(shape->ends, sizeof shape->ends, "%g ", last);
    }
}

/* Length of a workload's name without its threads: 6 of "larson-4" with 4 of them; 0: it does not end so. */
static size_t stem(const struct ds_workload *w)
{
    char end[16];
    size_t length = strlen(w->name), tail = (size_t)snprintf(end, sizeof end, "-%d", w->threads);
    return length > tail && strcmp(w->name + length - tail, end) == 0 ? length - tail : 0;
}

static bool same_stem(const struct dataset *ds, int a, int b)
{
    size_t length = stem(&ds->workloads[a]);
    return length && length == stem(&ds->workloads[b]) && strncmp(ds->workloads[a].name, ds->workloads[b].name, length) == 0;
}

/* A line for each variant over all workloads of one stem; answers the largest value. */
static double scaling_panel(FILE *out, const struct dataset *ds, int first)
{
    struct line_end end[LINES_MAX];
    int count = 0;
    double top = 0;
    for (int v = 0; v < (int)ds->variant_count && count < LINES_MAX; v++) {
        bool any = false;
        for (int w = first; w < (int)ds->workload_count; w++) {
            struct stats_interval x;
            if (!same_stem(ds, first, w) || !cell_interval(ds, v, w, 1e6, &x))
                continue;
            int threads = ds->workloads[w].threads;
            fprintf(out, "%d %g %g %g %d %g\n", threads, x.value, x.lo, x.hi, family(&ds->variants[v]), shade(ds, v));
            end[count] = (struct line_end){threads, x.value, v};
            top = x.hi > top ? x.hi : top;
            any = true;
        }
        if (any) {
            fprintf(out, "\n");
            count++;
        }
    }
    fprintf(out, "\n");
    write_ends(out, ds, end, count, top);
    return top;
}

static void scaling(FILE *out, const struct plot_source *from, struct plot_shape *shape)
{
    const struct dataset *ds = from->ds;
    char title[64];
    struct stats_interval x;
    for (int w = 0; w < (int)ds->workload_count; w++) {
        int before = 0, more = 0, measured = 0;
        for (int i = 0; i < (int)ds->workload_count; i++) {
            before += i < w && same_stem(ds, w, i);
            more += i > w && same_stem(ds, w, i);
        }
        for (int v = 0; v < (int)ds->variant_count; v++)
            measured += cell_interval(ds, v, w, 1e6, &x);
        if (before || !more || !measured)
            continue;
        snprintf(title, sizeof title, "%.*s", (int)stem(&ds->workloads[w]), ds->workloads[w].name);
        add_panel(shape, title, 0, scaling_panel(out, ds, w));
        int most = 0;
        for (int i = w; i < (int)ds->workload_count; i++)
            if (same_stem(ds, w, i) && ds->workloads[i].threads > most)
                most = ds->workloads[i].threads;
        text_add(shape->ends, sizeof shape->ends, "%d ", most);
    }
}

/* --- Gates ---------------------------------------------------------------------------------------------------------------- */

static double within(double x, double otherwise)
{
    return isnan(x) ? otherwise : x < 0.1 ? 0.1 : x > 10 ? 10 : x;
}

static void gates_write(FILE *out, const struct plot_source *from, struct plot_shape *shape)
{
    const struct gate_result *gates = from->gates;
    unsigned count = from->gate_count;
    enum { LONGEST = 76, HEAD = 44, TAIL = 27 };
    for (unsigned i = 0; i < count; i++) {
        double x = within(gates[i].slack, 1);
        size_t length = strlen(gates[i].text);
        bool cut = length > LONGEST;
        fprintf(out, "%u %g %g %g %d \"%.*s%s%s\"\n", i + 1, x, within(gates[i].lo, x), within(gates[i].hi, x), gates[i].gate,
                cut ? HEAD : LONGEST, gates[i].text, cut ? " ... " : "", cut ? gates[i].text + length - TAIL : "");
    }
    shape->rows = (int)count;
    shape->panels = count > 0;
}

/* --- Instructions --------------------------------------------------------------------------------------------------------- */

static double per_op(const struct dataset *ds, int v, int w)
{
    return ds->variants[v].twin_of < 0 ? dataset_median(ds, v, w, "instructions_all_per_op") : (double)NAN;
}

static bool is_ours(const struct dataset *ds, int v)
{
    return family(&ds->variants[v]) == 0;
}

/* The allocator with the fewest on a workload: a rival, or one of ours where no rival was measured; -1: nothing was. */
static int fewest(const struct dataset *ds, int w)
{
    int best = -1;
    for (int ours = 0; ours < 2 && best < 0; ours++)
        for (int v = 0; v < (int)ds->variant_count; v++)
            if (is_ours(ds, v) == ours && !isnan(per_op(ds, v, w)) && (best < 0 || per_op(ds, v, w) < per_op(ds, best, w)))
                best = v;
    return best;
}

/* "124 : 105 tcmalloc": our last variant and the best rival. */
static void row_text(const struct dataset *ds, int w, int best, char *text, size_t size)
{
    double ours = (double)NAN;
    for (int v = 0; v < (int)ds->variant_count; v++)
        if (is_ours(ds, v) && !isnan(per_op(ds, v, w)))
            ours = per_op(ds, v, w);
    snprintf(text, size, "%.0f : %.0f %.40s", ours, per_op(ds, best, w), ds->variants[best].label);
}

/* The points of one allocator, and its entry in the legend. */
static void points(FILE *out, const struct dataset *ds, int v, struct plot_shape *shape)
{
    int row = 0, drawn = 0;
    for (int w = 0; w < (int)ds->workload_count; w++) {
        int best = fewest(ds, w);
        double x = best < 0 ? NAN : per_op(ds, v, w) / per_op(ds, best, w);
        row += best >= 0;
        if (isnan(x))
            continue;
        fputs(drawn++ ? "" : "\n\n", out);
        fprintf(out, "%d %g\n", row, x < 16 ? x : 16);
        shape->least = x < shape->least ? x : shape->least;
    }
    if (!drawn)
        return;
    text_add(shape->titles, sizeof shape->titles, "\"%s\" ", ds->variants[v].label);
    text_add(shape->ends, sizeof shape->ends, "%d ", family(&ds->variants[v]));
    text_add(shape->tops, sizeof shape->tops, "%g ", shade(ds, v));
}

static void instructions(FILE *out, const struct plot_source *from, struct plot_shape *shape)
{
    const struct dataset *ds = from->ds;
    char text[800];
    shape->least = 0.5;
    for (int w = 0; w < (int)ds->workload_count; w++) {
        int best = fewest(ds, w);
        if (best < 0)
            continue;
        row_text(ds, w, best, text, sizeof text);
        fprintf(out, "%d \"%s\" \"%s\"\n", ++shape->rows, ds->workloads[w].name, text);
    }
    for (int ours = 0; ours < 2; ours++) // hakmem last, so that it lies on top
        for (int v = 0; v < (int)ds->variant_count; v++)
            if (is_ours(ds, v) == ours)
                points(out, ds, v, shape);
    shape->panels = shape->rows > 0;
}

enum { BAR = 21, FRAME = 112, LINES = 310 };
const struct plot_row plot_rows[] = {
    {"throughput", 1u << MODE_TIME, BAR, FRAME, 480, throughput},
    {"syscalls", 1u << MODE_COUNT | 1u << MODE_STRACE, BAR, FRAME + 30, 480, syscalls},
    {"rss-time", 1u << MODE_MEMORY, 0, LINES, 480, rss_time},
    {"scaling", 1u << MODE_TIME, 0, LINES, 480, scaling},
    {"instructions", 1u << MODE_INSTRUCTIONS, BAR, FRAME, 1080, instructions},
    {"gates", 0, BAR + 2, FRAME, 1080, gates_write},
    {NULL, 0, 0, 0, 0, NULL},
};

/* --- Waterfall ------------------------------------------------------------------------------------------------------------ */

/* Three digits, but thousands in full. */
static const char *bar_text(double x, bool sign, char out[32])
{
    snprintf(out, 32, fabs(x) >= 1000 ? sign ? "%+.0f" : "%.0f" : sign ? "%+.3g" : "%.3g", x);
    return out;
}

void plot_data_waterfall(FILE *out, const struct waterfall *w, struct plot_shape *shape)
{
    char text[32];
    double at = w->from, low = 0, top = w->from > w->to ? w->from : w->to;
    fprintf(out, "1 0 %g %g %g 0 \"%s\" \"%s\"\n", w->from, w->from, w->from, w->from_label, bar_text(w->from, false, text));
    for (size_t i = 0; i < w->step_count; i++) {
        const struct waterfall_step *s = &w->step[i];
        fprintf(out, "%zu %g %g %g %g %d \"%s\" \"%s\"\n", i + 2, at, at + s->value, at + s->lo, at + s->hi,
                (s->value < 0) == (w->better < 0) ? 1 : 2, s->label, bar_text(s->value, true, text));
        low = at + s->lo < low ? at + s->lo : low;
        top = at + s->hi > top ? at + s->hi : top;
        at += s->value;
    }
    snprintf(shape->tops, sizeof shape->tops, "low=%g;top=%g", low * 1.1, top * 1.15);
    fprintf(out, "%zu 0 %g %g %g 0 \"%s\" \"%s\"\n\n\n", w->step_count + 2, w->to, w->to, w->to, w->to_label,
            bar_text(w->to, false, text));
    at = w->from;
    for (size_t i = 0; i <= w->step_count; i++) {
        fprintf(out, "%g %g 0.28 0\n", (double)i + 1.36, at);
        at += i < w->step_count ? w->step[i].value : 0;
    }
}
