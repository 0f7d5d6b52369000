/* SPDX-License-Identifier: MIT */
/* trend_show.c - prints and draws a trend. See trend_show.h.
 */
#include "bench/show/trend_show.h"
#include "bench/data/rival.h"
#include "bench/low/figure.h"
#include "bench/low/text.h"
#include "bench/show/plot.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT = 12, SUBJECT = 60, LEGEND_MAX = 10 };

/* --- Text ---------------------------------------------------------------------------------------------------------- */

char *trend_change_text(const struct trend *t, const struct change *change, char *out, size_t size)
{
    static const char *const words[] = {"worse by", "changed by", "better by"};
    char by[32], lo[32], hi[32];
    figure_change(change->ratio.value, by, sizeof by);
    figure_change(change->ratio.lo, lo, sizeof lo);
    figure_change(change->ratio.hi, hi, sizeof hi);
    if (t->h->metric[0] && change->ratio.lo == change->ratio.hi)
        snprintf(out, size, "%s %s", words[trend_better(t, change) + 1], by);
    else
        snprintf(out, size, "%s %s [%s, %s]", words[trend_better(t, change) + 1], by, lo, hi);
    return out;
}

/* The toggles of a series as make takes them: settings of the environment are no part of a build. */
static void toggles_add(char *out, size_t size, const char *name)
{
    char copy[256], *rest = copy, *word;
    snprintf(copy, sizeof copy, "%s", name);
    while ((word = strsep(&rest, " ")))
        if (strchr(word, '=') && strncmp(word, "HAKMEM_", 7) != 0)
            text_add(out, size, " %s", word);
}

const char *trend_bisect(const struct trend *t, size_t series, const struct change *change, const struct commits *c)
{
    static char text[1024];
    const struct history_series *s = &t->h->series[series];
    snprintf(text, sizeof text, "make bisect GOOD=%.*s BAD=%.*s WORK='%s' METRIC=%s", SHORT,
             c->commit[s->point[change->at - 1].commit].hash, SHORT, c->commit[s->point[change->at].commit].hash,
             t->h->workload, t->h->metric);
    toggles_add(text, sizeof text, s->name);
    return text;
}

static void point_print(FILE *out, const struct trend *t, const struct history_point *p, const struct commits *c)
{
    char middle[48], lo[48], hi[48], interval[112] = "";
    struct stats_interval x = trend_point(p);
    const struct commit *at = &c->commit[p->commit];
    figure_text(t->h->metric, x.value, middle, sizeof middle);
    if (isfinite(x.lo) && isfinite(x.hi))
        snprintf(interval, sizeof interval, "[%s, %s]", figure_text(t->h->metric, x.lo, lo, sizeof lo),
                 figure_text(t->h->metric, x.hi, hi, sizeof hi));
    fprintf(out, "  %.*s  %s  %16s  %-32s %3zu  %.*s\n", SHORT, at->hash, at->date, middle, interval, p->count, SUBJECT,
            at->subject);
}

static void change_print(FILE *out, const struct trend *t, size_t series, const struct change *change, const struct commits *c)
{
    char text[128];
    const struct history_series *s = &t->h->series[series];
    int from = s->point[change->at - 1].commit, to = s->point[change->at].commit;
    fprintf(out, "  change point: %s\n    after %.*s, up to %.*s: ", trend_change_text(t, change, text, sizeof text), SHORT,
            c->commit[from].hash, SHORT, c->commit[to].hash);
    if (to - from == 1)
        fprintf(out, "one commit, %s\n    its effect, measured again: %s\n", c->commit[to].subject,
                trend_bisect(t, series, change, c));
    else
        fprintf(out, "%d commits\n    to find the one: %s\n", to - from, trend_bisect(t, series, change, c));
}

static void series_print(FILE *out, const struct trend *t, size_t series, const struct commits *c)
{
    const struct history_series *s = &t->h->series[series];
    const struct changes *found = &t->found[series];
    fprintf(out, "\n%s\n", s->name);
    for (size_t i = 0; i < s->count; i++)
        point_print(out, t, &s->point[i], c);
    for (size_t i = 0; i < found->count; i++)
        change_print(out, t, series, &found->change[i], c);
    size_t least = found->exact ? 2 : 2 * (size_t)CHANGES_LEVEL_MIN;
    if (s->count < least)
        fprintf(out, "  too few commits to see a change: want %zu\n", least);
    else if (!found->count)
        fprintf(out, "  no change point\n");
    if (s->count > 1)
        fprintf(out, "  a point varies by %.2g %% (95 %%)%s\n", 196 * found->noise,
                found->exact ? "" : "; a level is told from three points on");
}

void trend_print(FILE *out, const struct trend *t, const struct commits *c)
{
    char middle[48];
    bool named = false;
    fprintf(out, "%s of %s, on machine %s\n", t->h->metric, t->h->workload, t->h->machine);
    if (isfinite(t->aa.lo))
        fprintf(out, "identical binaries (A/A) differ by a factor within [%.3f, %.3f], by the median of %zu pairs\n", t->aa.lo,
                t->aa.hi, t->h->aa_count);
    for (size_t s = 0; s < t->h->count; s++)
        if (!t->h->series[s].rival)
            series_print(out, t, s, c);
    for (size_t s = 0; s < t->h->count; s++) {
        const struct history_series *one = &t->h->series[s];
        if (!one->rival)
            continue;
        fprintf(out, "%s  %-24s %s, median of %zu\n", named ? "" : "\nothers, in all runs\n", one->name,
                figure_text(t->h->metric, trend_point(one->point).value, middle, sizeof middle), one->point->count);
        named = true;
    }
    if (t->h->lost)
        fprintf(out, "\nleft out: %zu of commits that are not among these\n", t->h->lost);
    if (t->h->dirty)
        fprintf(out, "%sleft out: %zu of trees with changes that were not committed, or of no repository\n",
                t->h->lost ? "" : "\n", t->h->dirty);
}

/* --- Plot ---------------------------------------------------------------------------------------------------------- */

struct drawing {
    const struct trend *t;
    const struct commits *c;
};

/* 0 for the last series of ours, lighter the earlier it was met. */
static double shade(const struct history *h, size_t series)
{
    size_t ours = 0;
    while (ours < h->count && !h->series[ours].rival)
        ours++;
    return ours > 1 ? 0.6 * (double)(ours - 1 - series) / (double)(ours - 1) : 0;
}

/* Where each commit stands: those without a point take no room. */
static int column_of(const struct history *h, int commit)
{
    bool *seen = calloc((size_t)commit + 1, sizeof *seen);
    int column = 0;
    for (size_t s = 0; seen && s < h->count; s++)
        for (size_t i = 0; !h->series[s].rival && i < h->series[s].count; i++)
            if (h->series[s].point[i].commit <= commit && !seen[h->series[s].point[i].commit]) {
                seen[h->series[s].point[i].commit] = true;
                column++;
            }
    free(seen);
    return column;
}

static double widen(double x, double lo[1], double hi[1])
{
    *lo = x < *lo ? x : *lo;
    *hi = x > *hi ? x : *hi;
    return x;
}

/* Points, then change points, of one series of ours. */
static void write_series(FILE *out, const struct drawing *d, size_t series, double unit, double *lo, double *hi)
{
    const struct trend *t = d->t;
    const struct history_series *s = &t->h->series[series];
    double band = trend_band(t, series), light = shade(t->h, series);
    for (size_t i = 0; i < s->count; i++) {
        struct stats_interval x = trend_point(&s->point[i]);
        double level = trend_level(t, series, i) / unit, y = x.value / unit;
        fprintf(out, "%d %g %g %g %g %g %g %g\n", column_of(t->h, s->point[i].commit), y,
                isfinite(x.lo) ? widen(x.lo / unit, lo, hi) : y, isfinite(x.hi) ? widen(x.hi / unit, lo, hi) : y, level,
                widen(level * (1 - band), lo, hi), widen(level * (1 + band), lo, hi), light);
        widen(y, lo, hi);
        for (size_t k = 0; k < t->found[series].count; k++) /* a level ends where the next begins */
            if (t->found[series].change[k].at == i + 1)
                fprintf(out, "\n");
    }
    fprintf(out, "\n\n");
}

static void write_changes(FILE *out, const struct drawing *d)
{
    const struct history *h = d->t->h;
    fprintf(out, "-9 0 0 \"\"\n"); /* out of the plot: a block must not be empty */
    for (size_t s = 0; s < h->count; s++)
        for (size_t k = 0; k < d->t->found[s].count; k++) {
            const struct change *c = &d->t->found[s].change[k];
            const struct history_series *one = &h->series[s];
            char by[32];
            fprintf(out, "%g %zu %d \"%s\"\n", column_of(h, one->point[c->at].commit) - 0.5, k, trend_better(d->t, c),
                    figure_change(c->ratio.value, by, sizeof by));
        }
    fprintf(out, "\n\n");
}

static void write_rivals(FILE *out, const struct drawing *d, double unit, double *lo, double *hi)
{
    const struct history *h = d->t->h;
    fprintf(out, "-9 0 0 \"\"\n");
    for (size_t s = 0; s < h->count; s++) {
        const struct history_series *one = &h->series[s];
        double y = one->rival ? trend_point(one->point).value / unit : 0;
        if (one->rival)
            fprintf(out, "0 %g %d \"%s\"\n", widen(y, lo, hi), rival_colour_index("rival", one->label), one->name);
    }
    fprintf(out, "\n\n");
}

/* A tick for each column, or for as many as there is room for. */
static int write_ticks(FILE *out, const struct drawing *d)
{
    const struct history *h = d->t->h;
    int last = 0, columns = 0, every;
    for (size_t s = 0; s < h->count; s++)
        if (!h->series[s].rival && h->series[s].count && h->series[s].point[h->series[s].count - 1].commit > last)
            last = h->series[s].point[h->series[s].count - 1].commit;
    columns = column_of(h, last);
    every = columns / 24 + 1;
    for (int commit = 0, before = 0; commit <= last; commit++) {
        int column = column_of(h, commit);
        if (column > before && (column - 1) % every == 0)
            fprintf(out, "%d \"%.7s\"\n", column, d->c->commit[commit].hash);
        before = column;
    }
    return columns;
}

static double largest(const struct history *h)
{
    double top = 0;
    for (size_t s = 0; s < h->count; s++)
        for (size_t i = 0; i < h->series[s].count; i++)
            top = fmax(top, stats_median(h->series[s].point[i].values, h->series[s].point[i].count));
    return top;
}

static void legend_names(const struct history *h, char *names, size_t names_size, char *shades, size_t shades_size)
{
    int count = 0;
    for (size_t s = 0; s < h->count && !h->series[s].rival && count < LEGEND_MAX; s++, count++) {
        text_add(names, names_size, "\"%.60s\" ", h->series[s].name);
        text_add(shades, shades_size, "%g ", shade(h, s));
    }
}

static void write_data(FILE *out, const void *from, char *settings, size_t size)
{
    const struct drawing *d = from;
    const struct history *h = d->t->h;
    struct figure_unit unit = figure_unit(h->metric, largest(h));
    double lo = INFINITY, hi = -INFINITY;
    char names[1024] = "", shades[256] = "";
    size_t ours = 0;
    for (; ours < h->count && !h->series[ours].rival; ours++)
        write_series(out, d, ours, unit.one, &lo, &hi);
    write_changes(out, d);
    write_rivals(out, d, unit.one, &lo, &hi);
    int columns = write_ticks(out, d);
    double room = fmax((hi - lo) * 0.12, hi * 0.02); /* a metric that never varies has a range, too */
    legend_names(h, names, sizeof names, shades, sizeof shades);
    snprintf(settings, size, "ours=%zu;columns=%d;low=%g;high=%g;title_text='%s, %s';unit_text='%s';names='%s';shades='%s'",
             ours, columns, lo - room, hi + room, h->workload, h->metric, *unit.name ? unit.name : h->metric, names, shades);
}

bool trend_plot(const struct trend *t, const struct commits *c, const char *name, const char *folder, char *why, size_t size)
{
    struct drawing d = {t, c};
    struct plot_own plot = {.name = name, .template = "history", .width = 840, .height = 420, .write = write_data, .from = &d};
    return plot_own(&plot, folder, why, size);
}
