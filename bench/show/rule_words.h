/* SPDX-License-Identifier: MIT */
/* rule_words.h - the rule of verdicts and gates in words, with the thresholds of judge/rule.h.
 */
#ifndef BENCH_RULE_WORDS_H
#define BENCH_RULE_WORDS_H

#include <stdio.h>

/* One screen, with an example: `hakbench help verdict`. */
void rule_words_print(FILE *out);

/* The same as one paragraph, for a report. Static buffer. */
const char *rule_words_paragraph(double margin);

#endif
