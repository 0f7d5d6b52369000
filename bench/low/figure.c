/* SPDX-License-Identifier: MIT */
/* figure.c - values and ratios as text. See figure.h.
 */
#include "bench/low/figure.h"
#include "bench/low/metric.h"
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct figure_unit figure_unit(const char *metric, double value)
{
    const struct metric *m = metric_find(metric);
    const char *unit = m ? m->unit : "";
    double size = fabs(value);
    if (strcmp(unit, "1/s") == 0)
        return size < 1e3 ? (struct figure_unit){1, "ops/s"} : (struct figure_unit){1e6, "M ops/s"};
    if (strcmp(unit, "KiB") == 0)
        return size >= 10240 ? (struct figure_unit){1024, "MiB"} : (struct figure_unit){1, "KiB"};
    if (*unit)
        return (struct figure_unit){1, unit};
    return size >= 1e6 ? (struct figure_unit){1e6, "M"} : (struct figure_unit){1, ""};
}

/* Whole numbers and large ones without a point, others to four digits. */
static char *text(const char *metric, double value, bool sign, char *out, size_t size)
{
    struct figure_unit unit = figure_unit(metric, value);
    double shown = value / unit.one;
    const char *gap = *unit.name ? " " : "";
    if (isnan(value))
        snprintf(out, size, "?");
    else if (fabs(shown) >= 1000 || shown == rint(shown))
        snprintf(out, size, sign ? "%+.0f%s%s" : "%.0f%s%s", shown, gap, unit.name);
    else
        snprintf(out, size, sign ? "%+.4g%s%s" : "%.4g%s%s", shown, gap, unit.name);
    return out;
}

char *figure_text(const char *metric, double value, char *out, size_t size)
{
    return text(metric, value, false, out, size);
}

char *figure_delta(const char *metric, double value, char *out, size_t size)
{
    return text(metric, value, true, out, size);
}

char *figure_change(double ratio, char *out, size_t size)
{
    if (isnan(ratio))
        snprintf(out, size, "?");
    else if (fabs(ratio - 1) < 5e-5)
        snprintf(out, size, "0 %%");
    else if (ratio >= 2)
        snprintf(out, size, "x %.3g", ratio);
    else
        snprintf(out, size, "%+.*f %%", ratio > 0.99 || ratio < 0.01 ? 2 : 1, (ratio - 1) * 100);
    return out;
}
