/* SPDX-License-Identifier: MIT */
/* rule_words.c - tells the rule. See rule_words.h.
 */
#include "bench/show/rule_words.h"
#include "bench/judge/rule.h"

void rule_words_print(FILE *out)
{
    fprintf(
        out,
        "Samples of A and B are taken in pairs, one beside the other. The gain of a pair is B / A, turned so that more than 1 "
        "is\n"
        "better. A verdict looks at four things:\n"
        "  interval   95 %% bootstrap interval of the median gain\n"
        "  p          paired 10 %% trimmed t test; raw, and after Holm over all that is judged together\n"
        "  A/A        the same interval for two copies of one binary: the noise floor; of times, of memory, and of counts of\n"
        "             several threads\n"
        "  margin     differences up to this are none; %g %% unless given\n\n"
        "GO, NO-GO    The interval lies beyond the margin, and farther from 1 than A/A does. p against no difference is at "
        "most\n"
        "             %g, p against the end of the margin at most %g, p after Holm at most %g.\n"
        "EQUIVALENT   The interval lies within the margin. p against both ends of the margin is at most %g, after Holm %g.\n"
        "noisy        A/A itself lies beyond the margin, and the gain does not lie beyond A/A.\n"
        "UNDECIDED    Anything else. The line names the condition that is missing.\n\n"
        "Pairs are doubled while a verdict is open: %d, 20, 40, %d. Counts of one thread are decided by the "
        "range\n"
        "that was seen, from two samples on; other counts and memory that never varied, from %d samples on.\n\n"
        "Samples of several nodes (--slurm, --hosts): pairs lie within a node. A node's effect is the median of its pairs;\n"
        "interval and p are those of a random effect of nodes (DerSimonian and Laird 1986; Hartung and Knapp 2001), with one\n"
        "degree of freedom less than nodes: few nodes decide little. More pairs on each help where the nodes agree.\n\n"
        "Gates follow the same rule. The gain of a line is how far its left side lies on the right side of its bound.\n"
        "  >=  <=     held: GO, EQUIVALENT, or the interval lies above the lower end of the margin and p against that end is "
        "at\n"
        "             most %g; failed: NO-GO\n"
        "  >  <       held: GO; failed: NO-GO or EQUIVALENT\n"
        "  ==         held: EQUIVALENT; failed: GO or NO-GO\n"
        "What never varied is compared without a margin. Counts and memory of one variant against numbers are budgets: their\n"
        "medians hold or fail exactly.\n\n",
        100 * RULE_MARGIN, RULE_P_DIFFERENT, RULE_P_WITHIN, RULE_P_FAMILY, RULE_P_WITHIN, RULE_P_FAMILY, RULE_PAIRS,
        RULE_PAIRS_MAX, RULE_RANGE_PAIRS, RULE_P_AT_LEAST);
    fprintf(out,
            "Example: 1.034 [1.021, 1.047], p 2e-06, A/A 1.001 [0.994, 1.007]. All of the interval lies above 1.01 and beyond "
            "A/A,\n"
            "and p is below %g: GO, B is faster by 2 to 5 %%. With p 0.003 it would be UNDECIDED: \"p 0.003 is above %g\".\n",
            RULE_P_DIFFERENT, RULE_P_DIFFERENT);
}

const char *rule_words_paragraph(double margin)
{
    static char text[640];
    snprintf(text, sizeof text,
             "The rule: a difference counts when all of the 95 %% interval lies beyond the margin (%g %%) and farther from 1 "
             "than A/A. In addition p must be at most %g against no difference, %g against the end of the margin, and %g after "
             "Holm. EQUIVALENT needs all of the interval within the margin, and p of at most %g against both ends. "
             "`hakbench help verdict` tells more",
             100 * margin, RULE_P_DIFFERENT, RULE_P_WITHIN, RULE_P_FAMILY, RULE_P_WITHIN);
    return text;
}
