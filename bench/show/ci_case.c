/* SPDX-License-Identifier: MIT */
/* ci_case.c - makes cases of comparisons and gates. See ci_case.h.
 */
#include "bench/show/ci_case.h"
#include "bench/low/figure.h"
#include "bench/low/text.h"
#include <stdio.h>
#include <string.h>

static enum ci_end end_of(const struct outcome *row)
{
    return strcmp(row->looks, "bad") == 0 ? CI_BAD : strcmp(row->looks, "open") == 0 ? CI_OPEN : CI_GOOD;
}

static const struct ds_sample *failed_sample(const struct dataset *ds, const struct comparison *c)
{
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        int twin_of = ds->variants[s->variant].twin_of, v = twin_of < 0 ? s->variant : twin_of;
        if (s->failed && s->workload == c->workload && (v == c->a || v == c->b))
            return s;
    }
    return NULL;
}

void ci_of_comparison(const struct dataset *ds, const struct comparison *c, struct ci_case *out)
{
    const struct ds_sample *failed = failed_sample(ds, c);
    char a[64], b[64];
    memset(out, 0, sizeof *out);
    out->end = failed ? CI_BAD : end_of(&verdict_rows[c->verdict]);
    snprintf(out->name, sizeof out->name, "%s: %s, %s against %s", ds->workloads[c->workload].name, c->metric,
             ds->variants[c->b].label, ds->variants[c->a].label);
    snprintf(out->outcome, sizeof out->outcome, "%s", failed ? "failed" : verdict_rows[c->verdict].name);
    if (c->pairs)
        snprintf(out->figures, sizeof out->figures, "%.3f %s; %s, reference %s", c->ratio.value, interval_text(c->ratio, 3),
                 figure_text(c->metric, c->median_b, b, sizeof b), figure_text(c->metric, c->median_a, a, sizeof a));
    if (failed)
        snprintf(out->reason, sizeof out->reason, "%s: %s", ds->variants[failed->variant].label, failed->why);
    else if (out->end == CI_OPEN && *c->missing)
        text_add(out->reason, sizeof out->reason, "%s", c->missing);
    else if (out->end == CI_OPEN)
        text_add(out->reason, sizeof out->reason, "%s", c->pairs ? verdict_rows[c->verdict].words : "it was not measured");
    if (!failed && out->end == CI_OPEN && c->needed)
        text_add(out->reason, sizeof out->reason, "; %zu pairs so far, about %zu would decide", c->pairs, c->needed);
}

void ci_of_gate(const struct gate_result *r, struct ci_case *out)
{
    memset(out, 0, sizeof *out);
    out->end = end_of(&gate_rows[r->gate]);
    snprintf(out->name, sizeof out->name, "%s", r->text);
    snprintf(out->outcome, sizeof out->outcome, "%s", gate_rows[r->gate].name);
    snprintf(out->figures, sizeof out->figures, "%s", r->figure);
    if (out->end == CI_OPEN)
        snprintf(out->reason, sizeof out->reason, "%s", *r->figure ? r->figure : "it was not measured");
}

void ci_of_failure(const char *name, const char *why, struct ci_case *out)
{
    memset(out, 0, sizeof *out);
    out->end = CI_BAD;
    snprintf(out->name, sizeof out->name, "%s", name);
    snprintf(out->outcome, sizeof out->outcome, "failed");
    snprintf(out->reason, sizeof out->reason, "%s", why);
}

size_t ci_count(const struct ci_suite *s, enum ci_end end)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        count += s->cases[i].end == end;
    return count;
}
