/* SPDX-License-Identifier: MIT */
/* outcome.c - the table of verdicts and outcomes of gates. See outcome.h. The rule that gives them is in rule.c.
 */
#include "bench/judge/outcome.h"
#include "bench/low/text.h"
#include <stddef.h>
#include <string.h>

const struct outcome verdict_rows[VERDICTS] = {
    [VERDICT_GO] = {"GO", "GO", "shown to be better by more than the margin", "good", NULL, 0},
    [VERDICT_NO_GO] = {"NO-GO", "NO-GO", "shown to be worse by more than the margin", "bad", NULL, 0},
    [VERDICT_EQUIVALENT] = {"EQUIVALENT", "EQUIVALENT", "shown to differ by less than the margin", "", NULL, 0},
    [VERDICT_UNDECIDED] = {"UNDECIDED", "UNDECIDED", "none of these is shown; the missing condition is named", "open", NULL, 0},
    [VERDICT_NOISY] = {"no verdict: noisy", "noisy", "identical binaries differ by more than the margin, too", "open", NULL, 0},
    [VERDICT_NONE] = {"not measured", "-", "", "open", NULL, 0},
};

/* Mark and colour both say which. */
const struct outcome gate_rows[GATES] = {
    [GATE_HELD] = {"held", "held", "shown to hold", "good", "0x009e73", 7},
    [GATE_FAILED] = {"FAILED", "FAILED", "shown not to hold", "bad", "0xd55e00", 2},
    [GATE_UNDECIDED] = {"undecided", "undecided", "neither is shown; the missing condition is named", "open", "0xe69f00", 6},
    [GATE_NOT_MEASURED] = {"not measured", "not measured", "", "open", "0x8c8c8c", 1},
};

const struct outcome *outcome_find(const char *name)
{
    for (int i = 0; i < VERDICTS; i++)
        if (strcmp(verdict_rows[i].name, name) == 0)
            return &verdict_rows[i];
    for (int i = 0; i < GATES; i++)
        if (strcmp(gate_rows[i].name, name) == 0)
            return &gate_rows[i];
    return NULL;
}

const char *outcome_words(const struct outcome *rows, int count)
{
    static char text[1024];
    text[0] = 0;
    for (int i = 0; i < count; i++)
        if (*rows[i].words)
            text_add(text, sizeof text, "%s%s: %s", *text ? "; " : "", rows[i].name, rows[i].words);
    return text;
}
