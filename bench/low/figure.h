/* SPDX-License-Identifier: MIT */
/* figure.h - a measured value as a person reads it: "58.3 M ops/s", "12.4 MiB", "1499".
 */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include <stddef.h>

/* The unit in which a value of this size is shown, and what one of it is in the metric's own unit. */
struct figure_unit { double one; const char *name; };
struct figure_unit figure_unit(const char *metric, double value);

/* The value with its unit; "?" for NAN. */
char *figure_text(const char *metric, double value, char *out, size_t size);

/* The same with its sign, for differences: "+34.7 M ops/s". */
char *figure_delta(const char *metric, double value, char *out, size_t size);

/* A ratio as a change: "+12.4 %", "-99.84 %", "x 4.1" from twice on. */
char *figure_change(double ratio, char *out, size_t size);

#endif
