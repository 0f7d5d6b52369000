/* SPDX-License-Identifier: MIT */
/* work_count.c - adds up the counters that a phase's proof names. See work_count.h.
 */
#include "bench/take/work_count.h"
#include "bench/low/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

bool proofs_take(const struct proof *proofs, int count, struct launch_result *r, char *why, size_t size)
{
    for (int i = 0; i < count; i++) {
        char words[sizeof proofs->counters], name[300];
        double sum = 0;
        strcpy(words, proofs[i].counters);
        for (char *save, *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
            snprintf(name, sizeof name, "stat.%s", word);
            double value = launch_value(r, name);
            if (isnan(value))
                return text_fail(why, size, "phases/%s/proof names the counter %s, and this variant has none of that name",
                                 proofs[i].phase, word);
            sum += value;
        }
        snprintf(name, sizeof name, PROOF_METRIC "%s", proofs[i].phase);
        if (*proofs[i].counters)
            harvest_add(r, name, sum);
    }
    return true;
}

/* The phases without counters, of all variants: each once, in the order in which they are met. */
void uncounted_note(const struct variant *variants, size_t count, struct dataset *ds)
{
    char text[512] = "", name[64];
    for (size_t v = 0; v < count; v++)
        for (int i = 0; i < variants[v].proof_count; i++) {
            const struct proof *proof = &variants[v].proof[i];
            snprintf(name, sizeof name, "%s,", proof->phase);
            if (!*proof->counters && !strstr(text, name))
                text_add(text, sizeof text, "%s%s", *text ? " " : "", name);
        }
    if (*text)
        text[strlen(text) - 1] = 0;
    if (*text)
        dataset_set_context(ds, PROOF_UNCOUNTED, text);
}
