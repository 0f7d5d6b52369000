/* SPDX-License-Identifier: MIT */
/* ci_case.h - what was judged, as a list of cases that are good, bad or open: what JUnit and Markdown for a CI are made of.
 */
#ifndef BENCH_CI_CASE_H
#define BENCH_CI_CASE_H

#include "bench/judge/gates.h"
#include "bench/judge/verdict.h"

enum ci_end { CI_GOOD, CI_BAD, CI_OPEN, CI_ENDS };

struct ci_case {
    enum ci_end end;
    char name[320];    /* of the comparison, or the line of the gate */
    char outcome[32];  /* GO, FAILED, failed */
    char figures[640]; /* what was measured */
    char reason[640];  /* why it is bad or open; "" where outcome and figures say it */
};

struct ci_suite {
    char name[96], what[256]; /* "ab", "ops_s, B p12 against A p11 (run 7)" */
    struct ci_case *cases;
    size_t count;
};

/* A failed sample of the cell of either variant is bad, whatever the verdict. */
void ci_of_comparison(const struct dataset *ds, const struct comparison *c, struct ci_case *out);
void ci_of_gate(const struct gate_result *r, struct ci_case *out);

/* A case without figures: something did not go on, and why. */
void ci_of_failure(const char *name, const char *why, struct ci_case *out);

size_t ci_count(const struct ci_suite *s, enum ci_end end);

#endif
