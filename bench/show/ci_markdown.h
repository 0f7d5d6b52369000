/* SPDX-License-Identifier: MIT */
/* ci_markdown.h - cases as Markdown for a pull request: a line with the verdict, a table, a sentence for each that is open.
 */
#ifndef BENCH_CI_MARKDOWN_H
#define BENCH_CI_MARKDOWN_H

#include "bench/show/ci_case.h"
#include <stdio.h>

void ci_markdown(FILE *out, const struct ci_suite *s);

#endif
