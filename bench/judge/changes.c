/* SPDX-License-Identifier: MIT */
/* changes.c - PELT on logarithms of medians. See changes.h.
 *
 * The cost of a level is the weighted sum of squares about its mean; each further level costs the penalty. Penalty and noise
 * are chosen so that a series without a change shows one in less than 1 % of cases at any length from 4 to 160 points, where
 * the machine shifts each point by as much as one sample varies, and in about 1 % at 20 points where one shift in ten is four
 * times as large (test_hakbench_changes.c simulates both).
 */
#include "bench/judge/changes.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PENALTY(count)      (8 + 4 * log((double)(count)))
#define MEDIAN_ERROR        1.2533 /* standard error of a median by that of a mean, of normal values */
#define NORMAL_MAD          1.4826
#define TWO_SIDED_95        1.96
#define FEW_DIFFERENCES     6.0            /* so much more is the noise that is seen in few differences */
#define NOISE_LEAST(margin) ((margin) / 8) /* where nothing varies: what is less than the margin is no level of its own */

struct series {
    size_t count, least;  /* points; fewest of a level */
    double *y;            /* logarithms of medians */
    double *sum, *square; /* sum[i] of those before i, and of their squares */
    double variance;      /* of a point */
};

/* --- Noise --------------------------------------------------------------------------------------------------------- */

/* The standard error of the median of a point, from how its samples lie about their median, over all points. */
static double within(const struct change_point *points, size_t count)
{
    size_t all = 0, used = 0;
    for (size_t i = 0; i < count; i++)
        all += points[i].count;
    double *residual = xalloc_zeroed(all, sizeof *residual), per = count ? (double)all / (double)count : 0;
    for (size_t i = 0; i < count; i++) {
        double middle = log(stats_median(points[i].values, points[i].count));
        for (size_t k = 0; points[i].count > 1 && k < points[i].count; k++)
            residual[used++] = fabs(log(points[i].values[k]) - middle);
    }
    double spread = used ? stats_median(residual, used) * NORMAL_MAD * sqrt(per / (per > 1 ? per - 1 : 1)) : 0;
    free(residual);
    return per > 0 ? spread * MEDIAN_ERROR / sqrt(per) : 0;
}

/* How far neighbours lie apart, as a standard deviation of one: what a machine does from run to run is in it, and a few changes
 * of level are not. */
static double between(const double *y, size_t count)
{
    double *step = xalloc_zeroed(count, sizeof *step);
    for (size_t i = 1; i < count; i++)
        step[i - 1] = fabs(y[i] - y[i - 1]);
    double spread = count > 1 ? stats_median(step, count - 1) * NORMAL_MAD / sqrt(2) : 0;
    free(step);
    return count > 1 ? spread * (1 + FEW_DIFFERENCES / (double)(count - 1)) : 0;
}

/* --- Levels -------------------------------------------------------------------------------------------------------- */

static double mean(const struct series *s, size_t from, size_t to)
{
    return (s->sum[to] - s->sum[from]) / (double)(to - from);
}

static double cost(const struct series *s, size_t from, size_t to)
{
    double sum = s->sum[to] - s->sum[from], n = (double)(to - from);
    return (s->square[to] - s->square[from] - sum * sum / n) / s->variance;
}

/* A beginning of the last level that may still be best; one that another beats is dropped when that other can take its place.
 */
struct candidate {
    size_t at, beaten;
};

/* The beginning of the last of best levels up to each point. The beaten are dropped on the way, which makes PELT fast. */
static void search(const struct series *s, double *best, size_t *from, struct candidate *list)
{
    size_t kept = 1;
    double penalty = PENALTY(s->count);
    best[0] = -penalty;
    for (size_t to = 1; to <= s->count; to++) {
        size_t left = 0;
        best[to] = INFINITY;
        for (size_t i = 0; i < kept; i++) {
            double one = to - list[i].at < s->least ? INFINITY : best[list[i].at] + cost(s, list[i].at, to) + penalty;
            if (one < best[to]) {
                best[to] = one;
                from[to] = list[i].at;
            }
        }
        for (size_t i = 0; i < kept; i++) {
            struct candidate c = list[i];
            if (!c.beaten && to - c.at >= s->least && best[c.at] + cost(s, c.at, to) > best[to])
                c.beaten = to;
            if (!c.beaten || to - c.beaten < s->least)
                list[left++] = c;
        }
        kept = left;
        if (isfinite(best[to]))
            list[kept++] = (struct candidate){to, 0};
    }
}

/* Where levels begin, in order, into at; how many there are beside the first. */
static size_t pelt(const struct series *s, size_t *at)
{
    size_t found = 0;
    double *best = xalloc_zeroed(s->count + 1, sizeof *best);
    size_t *from = xalloc_zeroed(s->count + 1, sizeof *from);
    struct candidate *list = xalloc_zeroed(s->count + 1, sizeof *list);
    search(s, best, from, list);
    for (size_t to = s->count; from[to]; to = from[to])
        at[found++] = from[to];
    for (size_t i = 0; i < found / 2; i++) {
        size_t swap = at[i];
        at[i] = at[found - 1 - i];
        at[found - 1 - i] = swap;
    }
    free(best);
    free(from);
    free(list);
    return found;
}

static double step_of(const struct series *s, const size_t *at, size_t count, size_t i)
{
    size_t before = i ? at[i - 1] : 0, after = i + 1 < count ? at[i + 1] : s->count;
    return mean(s, at[i], after) - mean(s, before, at[i]);
}

/* Takes away the smallest step as long as it is none. */
static size_t drop_small(const struct series *s, size_t *at, size_t count, double bar)
{
    while (count) {
        size_t least = 0;
        for (size_t i = 1; i < count; i++)
            if (fabs(step_of(s, at, count, i)) < fabs(step_of(s, at, count, least)))
                least = i;
        if (fabs(step_of(s, at, count, least)) > bar)
            break;
        memmove(&at[least], &at[least + 1], (count - least - 1) * sizeof *at);
        count--;
    }
    return count;
}

static struct change *changes_of(const struct series *s, const size_t *at, size_t count, bool exact)
{
    struct change *out = xalloc_zeroed(count, sizeof *out);
    for (size_t i = 0; i < count; i++) {
        double before = (double)(at[i] - (i ? at[i - 1] : 0));
        double after = (double)((i + 1 < count ? at[i + 1] : s->count) - at[i]);
        double step = step_of(s, at, count, i), error = exact ? 0 : TWO_SIDED_95 * sqrt(s->variance * (1 / before + 1 / after));
        out[i] = (struct change){at[i], {exp(step), exp(step - error), exp(step + error)}};
    }
    return out;
}

struct changes changes_find(const struct change_point *points, size_t count, double margin, struct stats_interval aa)
{
    struct changes found = {0};
    struct series s = {.count = count};
    double *room = xalloc_zeroed(3 * (count + 1), sizeof *room), bar = log1p(margin);
    size_t *at = xalloc_zeroed(count + 1, sizeof *at);
    s.y = room;
    s.sum = room + count + 1;
    s.square = s.sum + count + 1;
    for (size_t i = 0; i < count; i++)
        s.y[i] = log(stats_median(points[i].values, points[i].count));
    for (size_t i = 0; i < count; i++) { /* about the first: squares of large logarithms would lose digits */
        double y = s.y[i] - s.y[0];
        s.sum[i + 1] = s.sum[i] + y;
        s.square[i + 1] = s.square[i] + y * y;
    }
    double in = within(points, count), out = between(s.y, count);
    found.noise = in > out ? in : out;
    found.exact = found.noise < NOISE_LEAST(margin);
    s.variance = pow(found.exact ? NOISE_LEAST(margin) : found.noise, 2);
    s.least = found.exact ? 1 : CHANGES_LEVEL_MIN;
    if (isfinite(aa.lo) && isfinite(aa.hi) && aa.lo > 0 && fmax(-log(aa.lo), log(aa.hi)) > bar)
        bar = fmax(-log(aa.lo), log(aa.hi));
    found.count = count >= 2 * s.least ? drop_small(&s, at, pelt(&s, at), bar) : 0;
    found.change = changes_of(&s, at, found.count, found.exact);
    free(room);
    free(at);
    return found;
}
