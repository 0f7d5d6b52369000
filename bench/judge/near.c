/* SPDX-License-Identifier: MIT */
/* near.c - the distance of two profiles. See near.h.
 */
#include "bench/judge/near.h"
#include <math.h>

const enum asked_list near_parts[NEAR_PARTS] = {ASKED_KIND,     ASKED_SIZE,     ASKED_LIFE_CALLS, ASKED_LIFE_BYTES,
                                                ASKED_MAKE_RUN, ASKED_FREE_RUN, ASKED_GROWTH};

static double part_distance(const struct asked *a, const struct asked *b, enum asked_list list)
{
    double x[ASKED_BINS], y[ASKED_BINS], area = 0, half = 0, sum = 0;
    bool any_x = asked_shares(a, list, x), any_y = asked_shares(b, list, y);
    if (!any_x && !any_y)
        return (double)NAN;
    if (any_x != any_y)
        return 1;
    for (int i = 0; i < ASKED_BINS; i++) {
        sum += x[i] - y[i];
        area += fabs(sum);
        half += fabs(x[i] - y[i]) / 2;
    }
    return list == ASKED_KIND ? half : fmin(1, area / NEAR_BINS);
}

double near_distance(const struct asked *a, const struct asked *b, double part[NEAR_PARTS])
{
    double sum = 0;
    int count = 0;
    for (int i = 0; i < NEAR_PARTS; i++) {
        double one = part_distance(a, b, near_parts[i]);
        if (part)
            part[i] = one;
        if (isnan(one))
            continue;
        sum += one;
        count++;
    }
    return count ? sum / count : 1;
}
