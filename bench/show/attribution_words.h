/* SPDX-License-Identifier: MIT */
/* attribution_words.h - the paragraph that says what the figures of an attribution mean.
 */
#ifndef BENCH_ATTRIBUTION_WORDS_H
#define BENCH_ATTRIBUTION_WORDS_H

#include "bench/judge/attribution.h"
#include <stdio.h>

void attribution_words(FILE *out, const struct attribution *a);

#endif
