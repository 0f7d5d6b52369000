/* SPDX-License-Identifier: MIT */
/* outcome.h - the verdicts and the outcomes of gates: one row each, with name, words and looks. All tables, reports and plots
 * take them from here.
 */
#ifndef BENCH_OUTCOME_H
#define BENCH_OUTCOME_H

enum verdict { VERDICT_GO, VERDICT_NO_GO, VERDICT_EQUIVALENT, VERDICT_UNDECIDED, VERDICT_NOISY, VERDICT_NONE, VERDICTS };
enum gate { GATE_HELD, GATE_FAILED, GATE_UNDECIDED, GATE_NOT_MEASURED, GATES };

struct outcome {
    const char *name;   /* in full */
    const char *brief;  /* in a narrow column */
    const char *words;  /* when it is given; "" where the name says all */
    const char *looks;  /* class in HTML: good, bad, open; "": as other text */
    const char *colour; /* in plots, as gnuplot reads it; NULL: is not drawn */
    int point;          /* gnuplot's number of its mark */
};

extern const struct outcome verdict_rows[VERDICTS], gate_rows[GATES];

/* The row, of verdicts or gates, of this name; NULL: no such outcome. */
const struct outcome *outcome_find(const char *name);

/* "GO: words; NO-GO: words": of the rows that have words. Static buffer. */
const char *outcome_words(const struct outcome *rows, int count);

#endif
