/* SPDX-License-Identifier: MIT */
/* pair.c - takes the samples of a pair of variants. See pair.h.
 */
#include "bench/cmd/pair.h"
#include "bench/low/text.h"

/* Why the samples of a run gave no pair. */
static void failure_note(struct pair *c, const struct dataset *ds)
{
    text_fail(c->why, sizeof c->why, "%s of %s was not measured", c->metric, c->workload->name);
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        if (!s->failed)
            continue;
        c->failed[s->variant != 0] = true;
        text_fail(c->why, sizeof c->why, "%s: %s", c->variant[s->variant != 0].d.label, s->why);
    }
}

int pair_take(void *context, int total, double *reference, double *candidate)
{
    struct pair *c = context;
    struct variant variants[2] = {c->variant[0], c->variant[1]};
    struct plan plan = {.experiment = "", .command = c->command, .variants = variants, .variant_count = 2,
        .workloads = &c->workload, .workload_count = 1, .modes = 1u << metric_find(c->metric)->mode, .repeat = total,
        .counts = total, .seed = c->seed, .twin = -1, .resume = c->run};
    int64_t run = engine_run(c->store, &plan, &c->interrupted, c->why, sizeof c->why);
    struct dataset *ds = run < 0 ? NULL : store_load(c->store, run);
    if (run >= 0 && !ds)
        text_fail(c->why, sizeof c->why, "%s", store_error());
    if (!ds)
        return 0;
    c->run = run;
    size_t got = dataset_pairs(ds, 0, 1, 0, c->metric, reference, candidate, DECIDE_PAIRS_MAX);
    if (!got && !c->interrupted)
        failure_note(c, ds);
    dataset_free(ds);
    return c->interrupted ? 0 : (int)got;
}
