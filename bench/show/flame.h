/* SPDX-License-Identifier: MIT */
/* flame.h - a flame graph of a profile of two sides, as one SVG: both drawn at one scale, coloured by what differs.
 *
 * Plain SVG: no script, nothing from the network; light and dark by the reader's preference.
 */
#ifndef BENCH_FLAME_H
#define BENCH_FLAME_H

#include "bench/data/profile.h"
#include <stdio.h>

/* label: of each side. */
void flame_write(FILE *out, const struct profile *p, const char *title, const char *const label[PROFILE_SIDES]);

#endif
