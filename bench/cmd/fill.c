/* SPDX-License-Identifier: MIT */
/* fill.c - fills the store over the commits of a range. See fill.h.
 */
#include "bench/cmd/fill.h"
#include "bench/cmd/command.h"
#include "bench/cmd/repository.h"
#include "bench/low/xalloc.h"
#include "bench/take/context.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 12, SHORT = 12, TIMED = 10, RUNS_MAX = 1000 };

void fill_machine(char *out, size_t size)
{
    struct dataset *here = dataset_new();
    context_collect(here);
    history_machine(here, out, size);
    dataset_free(here);
}

/* --- What there is to do ------------------------------------------------------------------------------------------------- */

/* The commits of FROM..TO, with FROM itself. */
static struct commits range_read(const struct fill *f)
{
    char why[1024], from[256];
    struct commits range, first;
    const char *dots = strstr(f->range, "..");
    if (!dots || dots == f->range || !dots[2] || dots[2] == '.' || (size_t)(dots - f->range) >= sizeof from)
        command_bad("--fill %s: want two revisions, the older one first: FROM..TO", f->range);
    snprintf(from, sizeof from, "%.*s", (int)(dots - f->range), f->range);
    if (!repository_read(from, &first, why, sizeof why) || !repository_read(f->range, &range, why, sizeof why))
        command_bad("--fill %s", why);
    range.commit = xalloc_need(reallocarray(range.commit, range.count + 1, sizeof *range.commit));
    memmove(range.commit + 1, range.commit, range.count++ * sizeof *range.commit);
    range.commit[0] = first.commit[first.count - 1];
    repository_free(&first);
    return range;
}

static size_t wanted(const struct fill *f)
{
    return (size_t)(f->repeat ? f->repeat : metric_find(f->metric)->mode == MODE_TIME ? TIMED : 1);
}

/* Samples that a run has of a commit's variant. */
static size_t samples_of(const struct dataset *ds, const struct fill *f, const char *variant)
{
    size_t n = 0;
    int w = dataset_workload(ds, f->workload);
    double *room = xalloc_zeroed(ds->sample_count, sizeof *room);
    for (int v = 0; w >= 0 && v < (int)ds->variant_count; v++)
        if (ds->variants[v].twin_of < 0 && strcmp(ds->variants[v].toggles, variant) == 0)
            n += dataset_cell(ds, v, w, f->metric, room, ds->sample_count);
    free(room);
    return n;
}

static void variant_text(const struct fill *f, const struct commit *c, char *out, size_t size)
{
    snprintf(out, size, "%s@%.*s", f->toggles, SHORT, c->hash);
}

/* Takes those commits out of the range that have their samples. */
static void drop_filled(const struct fill *f, struct store *st, struct commits *range)
{
    static struct store_run runs[RUNS_MAX];
    char machine[64], name[64], variant[256];
    size_t *have = xalloc_zeroed(range->count, sizeof *have), left = 0;
    fill_machine(machine, sizeof machine);
    size_t count = store_runs(st, runs, RUNS_MAX);
    for (size_t r = 0; r < count; r++) {
        struct dataset *ds = store_load(st, runs[r].id);
        if (ds)
            history_machine(ds, name, sizeof name);
        for (size_t i = 0; ds && strcmp(name, machine) == 0 && i < range->count; i++) {
            variant_text(f, &range->commit[i], variant, sizeof variant);
            have[i] += samples_of(ds, f, variant);
        }
        dataset_free(ds);
    }
    for (size_t i = 0; i < range->count; i++)
        if (have[i] < wanted(f))
            range->commit[left++] = range->commit[i];
    range->count = left;
    free(have);
}

/* --- Doing it ------------------------------------------------------------------------------------------------------------ */

/* An interrupted call of the same words: goes on with its run. */
static void finish_interrupted(const struct fill *f, struct store *st)
{
    char why[512];
    struct plan plan;
    int64_t run = store_latest(st, NULL, true);
    struct dataset *ds = run > 0 ? store_load(st, run) : NULL;
    bool same = ds && strcmp(ds->command, f->command) == 0;
    dataset_free(ds);
    if (!same)
        return;
    if (engine_resume(st, run, NULL, &plan, why, sizeof why))
        dataset_free(measure_run(st, &plan));
    else
        fprintf(stderr, "hakbench history: run %lld stays as it is: %s\n", (long long)run, why);
}

/* One run of some commits; how many were looked at. */
static size_t batch(const struct fill *f, struct store *st, const struct commit *commit, size_t count)
{
    struct measure *m = xalloc_zeroed(1, sizeof *m);
    char why[512], text[256];
    struct variant v;
    size_t i = 0, built = 0;
    snprintf(m->command, sizeof m->command, "%s", f->command);
    measure_workload(m, f->workload);
    for (; i < count && built < BATCH; i++) {
        variant_text(f, &commit[i], text, sizeof text);
        if (variant_resolve("", text, &v, why, sizeof why)) {
            measure_append(m, &v);
            built++;
        } else {
            fprintf(stderr, "hakbench history: %.*s is left out: %s\n", SHORT, commit[i].hash, why);
        }
    }
    if (built) {
        measure_variant(m, "", "glibc");
        struct plan *p = measure_plan(m);
        p->modes = 1u << metric_find(f->metric)->mode;
        p->twin = p->modes & 1u << MODE_TIME ? 0 : -1;
        p->repeat = p->counts = (int)wanted(f);
        dataset_free(measure_run(st, p));
    }
    free(m);
    return i;
}

void fill_run(const struct fill *f)
{
    struct store *st = measure_open(f->db);
    struct commits range = range_read(f);
    finish_interrupted(f, st);
    drop_filled(f, st, &range);
    for (size_t done = 0; done < range.count;)
        done += batch(f, st, range.commit + done, range.count - done);
    repository_free(&range);
    store_close(st);
}
