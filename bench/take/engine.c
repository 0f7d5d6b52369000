/* SPDX-License-Identifier: MIT */
/* engine.c - runs a plan: identity first, then own counters, timing in blocks, the other counting modes; each sample is stored
 * when it has finished. One engine at a time in a process (signal handlers).
 */
#include "bench/take/engine.h"
#include "bench/data/experiment.h"
#include "bench/low/binary.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include "bench/take/context.h"
#include "bench/take/identity.h"
#include "bench/take/launch.h"
#include "bench/take/progress.h"
#include "bench/take/quiet.h"
#include "bench/take/shot.h"
#include "bench/take/work_count.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCKS_MIN = 3, TIMED_PER_BLOCK = 2, UNLIMITED_COUNTS = 6, ASKED_MAX = 20 };

struct engine {
    struct store *store;
    struct plan plan; /* a copy, with the twin */
    int64_t run;
    size_t cells;
    int position, cpu, lock;
    bool others; /* another hakbench of this tree is measuring */
    double timing_left; /* seconds; infinity without a budget */
    bool *failed;                 /* [cells]: not tried again */
    uint32_t *done[MODES];        /* [cells] samples that are in the store */
    size_t next_block;            /* a run that is gone on with begins a new one, so that no pair straddles the interruption */
    char (*checksum)[32];         /* [workloads] of the first sample of a real program: what it must print under everybody */
    struct stat *files;           /* [variants] the library as it was when identified */
    char why[512];
};

/* --- Beginning ------------------------------------------------------------------------------------------------------------ */

/* Where failing runs are counted, a library that fails now and then is asked again. */
static bool identify(const struct plan *p, char *why, size_t size)
{
    for (size_t v = 0; v < p->variant_count; v++) {
        bool good = p->variants[v].d.missing;
        for (int i = 0; !good && !launch_stopped && i < (p->exits ? ASKED_MAX : 1); i++)
            good = variant_identify(&p->variants[v], why, size);
        if (!good)
            return false;
    }
    return true;
}

/* The twin comes last, so that indices are those of the plan. */
static void twin_append(struct plan *p, const struct plan *given)
{
    p->variants = xalloc_zeroed(given->variant_count + 1, sizeof *p->variants);
    memcpy(p->variants, given->variants, given->variant_count * sizeof *p->variants);
    uint64_t *skip = xalloc_zeroed(given->variant_count + 1, sizeof *skip);
    if (given->skip)
        memcpy(skip, given->skip, given->variant_count * sizeof *skip);
    if (given->twin >= 0) {
        struct variant *twin = &p->variants[p->variant_count];
        *twin = given->variants[given->twin];
        snprintf(twin->d.label, sizeof twin->d.label, "%.58s A/A", given->variants[given->twin].d.label);
        twin->d.twin_of = given->twin;
        skip[p->variant_count++] = skip[given->twin];
    }
    p->skip = skip;
}

static void engine_open(struct engine *e, struct store *st, const struct plan *given)
{
    memset(e, 0, sizeof *e);
    e->store = st;
    e->plan = *given;
    twin_append(&e->plan, given);
    e->plan.repeat += e->plan.repeat % TIMED_PER_BLOCK;
    e->plan.counts += !e->plan.counts;
    e->plan.modes |= given->exits ? 0 : 1u << MODE_COUNT;
    e->cells = e->plan.variant_count * e->plan.workload_count;
    e->cpu = context_cpu();
    e->lock = context_lock(&e->others);
    if (e->others)
        fputs("hakbench: another hakbench is measuring here: times of both are worth less\n", stderr);
    e->timing_left = given->budget_left ? *given->budget_left : given->budget > 0 ? given->budget : (double)INFINITY;
    e->next_block = (size_t)given->first_block;
    e->failed = xalloc_zeroed(e->cells, sizeof *e->failed);
    e->checksum = xalloc_zeroed(e->plan.workload_count, sizeof *e->checksum);
    e->files = xalloc_zeroed(e->plan.variant_count, sizeof *e->files);
    for (int m = 0; m < MODES; m++)
        e->done[m] = xalloc_zeroed(e->cells, sizeof *e->done[m]);
    for (size_t v = 0; v < e->plan.variant_count; v++)
        if (*e->plan.variants[v].library && stat(e->plan.variants[v].library, &e->files[v]) != 0)
            memset(&e->files[v], 0, sizeof e->files[v]);
}

static void engine_close(struct engine *e)
{
    if (e->lock >= 0)
        close(e->lock);
    free(e->plan.variants);
    free((void *)e->plan.skip);
    free(e->failed);
    free(e->checksum);
    free(e->files);
    for (int m = 0; m < MODES; m++)
        free(e->done[m]);
}

static bool run_begin(struct engine *e)
{
    struct dataset *ds = dataset_new();
    snprintf(ds->experiment, sizeof ds->experiment, "%s", e->plan.experiment);
    snprintf(ds->command, sizeof ds->command, "%s", e->plan.command);
    ds->seed = e->plan.seed;
    for (size_t v = 0; v < e->plan.variant_count; v++)
        dataset_add_variant(ds, &e->plan.variants[v].d);
    for (size_t w = 0; w < e->plan.workload_count; w++) {
        const struct workload *from = e->plan.workloads[w];
        struct ds_workload to = {.threads = from->threads};
        snprintf(to.name, sizeof to.name, "%s", from->name);
        snprintf(to.command, sizeof to.command, "%s", from->command);
        snprintf(to.what, sizeof to.what, "%s", from->what);
        dataset_add_workload(ds, &to);
    }
    context_collect(ds);
    uncounted_note(e->plan.variants, e->plan.variant_count, ds);
    plan_keep(&e->plan, ds);
    dataset_set_context(ds, "other measurements", e->others ? "yes" : "no");
    if (e->plan.gate_count)
        experiment_keep(ds, e->plan.gates, e->plan.gate_count, e->plan.margin);
    e->run = store_run_begin(e->store, ds);
    dataset_free(ds);
    if (e->run < 0)
        snprintf(e->why, sizeof e->why, "%s", store_error());
    return e->run >= 0;
}

/* What the store has of a run: all of it is kept, none of it is taken again. */
static bool run_resume(struct engine *e)
{
    struct dataset *ds = store_load(e->store, e->plan.resume);
    if (!ds) {
        snprintf(e->why, sizeof e->why, "%s", store_error());
        return false;
    }
    e->run = e->plan.resume;
    e->plan.seed = ds->seed;
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        size_t cell = (size_t)s->workload * e->plan.variant_count + (size_t)s->variant;
        if (cell >= e->cells)
            continue;
        e->position = s->position >= e->position ? s->position + 1 : e->position;
        e->failed[cell] |= s->failed;
        e->done[s->mode][cell]++;
        if (s->mode == MODE_TIME && (size_t)s->block >= e->next_block)
            e->next_block = (size_t)s->block + 1;
    }
    bool same = plan_matches(&e->plan, ds, e->why, sizeof e->why) && context_matches(ds, e->why, sizeof e->why);
    dataset_free(ds);
    if (same && !store_run_finish(e->store, e->run, false))
        return text_fail(e->why, sizeof e->why, "%s", store_error());
    return same;
}

/* --- Samples -------------------------------------------------------------------------------------------------------------- */

/* A library that is built anew while it is measured would put two things under one name: asked before and after each sample. */
static bool library_is_same(struct engine *e, size_t v)
{
    const struct variant *variant = &e->plan.variants[v];
    struct stat now;
    char sum[65];
    if (!*variant->library)
        return true;
    if (stat(variant->library, &now) == 0 && now.st_ino == e->files[v].st_ino && now.st_size == e->files[v].st_size &&
        now.st_mtim.tv_sec == e->files[v].st_mtim.tv_sec && now.st_mtim.tv_nsec == e->files[v].st_mtim.tv_nsec)
        return true;
    if (binary_sha256(variant->library, sum) && strcmp(sum, variant->d.sha256) == 0) {
        e->files[v] = now;
        return true;
    }
    snprintf(e->why, sizeof e->why, "%s: its library was changed while run %lld was measuring it", variant->d.label,
             (long long)e->run);
    return false;
}

static bool sample_store(struct engine *e, size_t cell, enum mode mode, int block, struct launch_result *r)
{
    struct ds_sample s = {.variant = (int)(cell % e->plan.variant_count), .workload = (int)(cell / e->plan.variant_count),
                          .block = block, .position = e->position++, .mode = mode, .failed = r->failed,
                          .series = r->series, .series_count = r->series_count};
    snprintf(s.why, sizeof s.why, "%s", r->why);
    const char **names = xalloc_zeroed(r->value_count, sizeof *names);
    double *values = xalloc_zeroed(r->value_count, sizeof *values);
    for (size_t i = 0; i < r->value_count; i++) {
        names[i] = r->values[i].name;
        values[i] = r->values[i].value;
    }
    bool good = store_sample_add(e->store, e->run, &s, names, values, r->value_count);
    if (!good)
        snprintf(e->why, sizeof e->why, "%s", store_error());
    free(names);
    free(values);
    e->done[mode][cell] += good;
    return good;
}

/* Our own must name itself in every counting run, and tell what its phases did. */
static void count_check(struct engine *e, size_t v, size_t w, struct launch_result *r)
{
    const struct variant *own = &e->plan.variants[v];
    bool silent = dataset_is_command(e->plan.workloads[w]->command) && !*r->variant; /* it may end without a word of ours */
    if (strcmp(own->d.kind, "hakmem") != 0 || r->failed || silent)
        return;
    r->failed = !variant_is_named(&own->d, r->variant);
    if (r->failed)
        snprintf(r->why, sizeof r->why, "from inside the process it says that it is '%s', wanted '%s'", r->variant,
                 own->d.variant);
    else
        r->failed = !proofs_take(own->proof, own->proof_count, r, r->why, sizeof r->why);
}

/* A program that prints something else under another allocator was broken by it. */
static void checksum_check(struct engine *e, size_t w, struct launch_result *r)
{
    if (r->failed || !dataset_is_program(e->plan.workloads[w]->command))
        return;
    if (!*e->checksum[w])
        memcpy(e->checksum[w], r->checksum, sizeof r->checksum);
    r->failed = strcmp(e->checksum[w], r->checksum) != 0;
    if (r->failed)
        snprintf(r->why, sizeof r->why, "its output is not that of the first run: checksum %s, then %s", e->checksum[w],
                 r->checksum);
}

/* Runs that are not kept, before the first timing sample of a cell. */
static bool warm_up(struct engine *e, size_t cell, const struct shot *s)
{
    struct launch_result r;
    bool good = true;
    if (s->mode != MODE_TIME || e->done[MODE_TIME][cell])
        return true;
    for (int i = 0; i < e->plan.warmup && good && !launch_stopped; i++) {
        good = shot_take(s, &r, e->why, sizeof e->why);
        launch_free(&r);
    }
    return good && !launch_stopped;
}

/* Counted as the metric exit: nothing else is known of a run that failed. */
static void exit_note(struct launch_result *r)
{
    bool failed = r->failed;
    r->value_count = failed ? 0 : r->value_count;
    r->failed = false;
    harvest_add(r, "exit", failed);
}

/* A failed sample is shown, and is the last of its cell. False: of a command it is the last of all. */
static bool failure_note(struct engine *e, size_t cell, const struct shot *s, const struct launch_result *r)
{
    e->failed[cell] = true;
    progress_clear();
    if (dataset_is_command(s->workload->command)) {
        shot_failure(s, r, e->why, sizeof e->why);
        return false;
    }
    fprintf(stderr, "hakbench: %s on %s failed: %s\n", s->variant->d.label, s->workload->name, r->why);
    return true;
}

/* One sample of a cell, stored. False: the run cannot go on, why says so unless it was interrupted. */
static bool sample_take(struct engine *e, size_t cell, enum mode mode, int block)
{
    size_t v = cell % e->plan.variant_count, w = cell / e->plan.variant_count;
    const struct workload *work = e->plan.workloads[w];
    struct launch_result r;
    struct shot shot = {.workload = work, .variant = &e->plan.variants[v], .mode = mode, .cpu = e->cpu,
                        .timeout = e->plan.timeout, .prepare = e->plan.prepare, .cleanup = e->plan.cleanup};
    if (e->failed[cell])
        return true;
    if (launch_stopped || !library_is_same(e, v))
        return false;
    progress_step(mode == MODE_TIME ? "timing" : mode_rows[mode].name, e->plan.variants[v].d.label, work->name);
    if (!warm_up(e, cell, &shot))
        return false;
    bool good = shot_take(&shot, &r, e->why, sizeof e->why);
    if (good && mode == MODE_COUNT)
        count_check(e, v, w, &r);
    checksum_check(e, w, &r);
    if (e->plan.exits)
        exit_note(&r);
    good = good && !launch_stopped && library_is_same(e, v) && sample_store(e, cell, mode, block, &r);
    if (good && r.failed)
        good = failure_note(e, cell, &shot, &r);
    launch_free(&r);
    progress_done(mode_rows[mode].weight * work->seconds);
    return good;
}

/* Own counters are of our own variants; a twin has what is judged by statistics. */
static bool mode_wants(const struct engine *e, enum mode mode, size_t cell)
{
    size_t v = cell % e->plan.variant_count;
    const struct variant *variant = &e->plan.variants[v];
    if (!(e->plan.modes >> mode & 1) || !plan_takes(&e->plan, mode, cell / e->plan.variant_count) ||
        !plan_has(&e->plan, v, cell / e->plan.variant_count) || !launch_can(mode))
        return false;
    return (variant->d.twin_of < 0 || plan_twins(&e->plan, mode, cell / e->plan.variant_count)) &&
           (mode != MODE_COUNT || strcmp(variant->d.kind, "hakmem") == 0);
}

/* Forwards, then backwards, as often as the plan says, but within its budget from the seventh on. */
static bool counting(struct engine *e, enum mode mode)
{
    int first = e->plan.first_block;
    for (int k = 0; k < plan_counts(&e->plan, mode); k++) {
        double start = progress_now();
        if (k >= UNLIMITED_COUNTS && e->plan.budget_left && e->timing_left <= 0)
            break;
        for (size_t i = 0; i < e->cells; i++) {
            size_t cell = k % 2 ? e->cells - 1 - i : i;
            if (mode_wants(e, mode, cell) && e->done[mode][cell] <= (uint32_t)k && !sample_take(e, cell, mode, first + k))
                return false;
        }
        e->timing_left -= k ? progress_now() - start : 0;
    }
    if (e->plan.budget_left)
        *e->plan.budget_left = e->timing_left;
    return true;
}

/* Timing samples of a cell, in all. */
static int timed_wanted(const struct engine *e, size_t cell)
{
    int wanted = e->plan.repeat * plan_rounds(&e->plan, cell / e->plan.variant_count);
    return e->plan.most && wanted > e->plan.most ? e->plan.most : wanted;
}

/* Are there timing samples of a workload to take? */
static bool timing_wants(const struct engine *e, size_t workload)
{
    size_t cell = workload * e->plan.variant_count, end = cell + e->plan.variant_count;
    while (cell < end && (!mode_wants(e, MODE_TIME, cell) || e->failed[cell] ||
                          e->done[MODE_TIME][cell] >= (uint32_t)timed_wanted(e, cell)))
        cell++;
    return cell < end;
}

/* The order of a block: all cells of the workloads that want samples when it begins, so that each sample has its pair. */
static size_t timing_block(const struct engine *e, size_t block, size_t *cells)
{
    bool *wants = xalloc_zeroed(e->plan.workload_count, sizeof *wants);
    size_t all, count = 0;
    for (size_t w = 0; w < e->plan.workload_count; w++)
        wants[w] = timing_wants(e, w);
    plan_block(&e->plan, block, cells, &all);
    for (size_t i = 0; i < all; i++)
        if (wants[cells[i] / e->plan.variant_count])
            cells[count++] = cells[i];
    free(wants);
    return count;
}

static bool timing(struct engine *e)
{
    size_t *cells = xalloc_zeroed(2 * e->cells * PLAN_ROUNDS_MAX, sizeof *cells), count;
    bool good = true;
    double longest = 0;
    for (size_t b = e->next_block; good && (count = timing_block(e, b, cells)) > 0; b++) {
        double start = progress_now();
        if (b >= BLOCKS_MIN && longest >= e->timing_left) {
            e->timing_left = 0;
            break;
        }
        for (size_t i = 0; good && i < count; i++)
            good = sample_take(e, cells[i], MODE_TIME, (int)b);
        double spent = progress_now() - start;
        e->timing_left -= spent;
        longest = spent > longest ? spent : longest;
    }
    if (e->plan.budget_left)
        *e->plan.budget_left = e->timing_left;
    free(cells);
    return good;
}

static void progress_plan(const struct engine *e)
{
    int total = 0;
    double weight = 0;
    for (size_t cell = 0; cell < e->cells; cell++)
        for (int m = 0; m < MODES; m++) {
            int timed = timed_wanted(e, cell);
            int wanted = !mode_wants(e, (enum mode)m, cell) ? 0 : m == MODE_TIME ? timed : plan_counts(&e->plan, (enum mode)m);
            int left = wanted - (int)e->done[m][cell];
            if (left <= 0 || e->failed[cell])
                continue;
            total += left;
            weight += left * mode_rows[m].weight * e->plan.workloads[cell / e->plan.variant_count]->seconds;
        }
    progress_start(total, weight);
}

/* What others did while this part of the run was measured. */
static bool disturbance_store(struct engine *e, const struct quiet *before, int first)
{
    char key[48], text[128];
    snprintf(key, sizeof key, DS_DURING "%d", first);
    if (e->position == first || store_context_add(e->store, e->run, key, quiet_text(before, text, sizeof text)))
        return true;
    if (!*e->why)
        snprintf(e->why, sizeof e->why, "%s", store_error());
    return false;
}

static bool engine_go(struct engine *e)
{
    if (!identify(&e->plan, e->why, sizeof e->why)) {
        e->run = ENGINE_BAD;
        return false;
    }
    if (!(e->plan.resume > 0 ? run_resume(e) : run_begin(e)))
        return false;
    progress_plan(e);
    struct quiet before = quiet_mark();
    int first = e->position;
    bool good = counting(e, MODE_COUNT) && timing(e) && counting(e, MODE_STRACE) &&
                counting(e, MODE_INSTRUCTIONS) && counting(e, MODE_MEMORY);
    progress_clear();
    good = disturbance_store(e, &before, first) && good;
    if (good && !store_run_finish(e->store, e->run, true)) {
        snprintf(e->why, sizeof e->why, "%s", store_error());
        good = false;
    }
    return good;
}

int64_t engine_run(struct store *st, const struct plan *p, bool *interrupted, char *why, size_t size)
{
    struct engine e;
    struct sigaction action = {.sa_handler = launch_stop}, old[3];
    if (p->variant_count + (p->twin >= 0) > PLAN_VARIANTS_MAX || p->workload_count > PLAN_WORKLOADS_MAX) {
        snprintf(why, size, "at most %d variants and %d workloads in a run", PLAN_VARIANTS_MAX - 1, PLAN_WORKLOADS_MAX);
        return -1;
    }
    launch_stopped = 0;
    sigaction(SIGINT, &action, &old[0]);
    sigaction(SIGTERM, &action, &old[1]);
    sigaction(SIGHUP, &action, &old[2]);
    engine_open(&e, st, p);
    bool good = engine_go(&e);
    int64_t run = good || launch_stopped || e.run == ENGINE_BAD ? e.run : -1;
    sigaction(SIGINT, &old[0], NULL);
    sigaction(SIGTERM, &old[1], NULL);
    sigaction(SIGHUP, &old[2], NULL);
    *interrupted = launch_stopped != 0;
    if (launch_stopped && e.run <= 0)
        fputs("hakbench: interrupted before the first sample\n", stderr);
    else if (launch_stopped)
        fprintf(stderr, "hakbench: interrupted; what had finished is kept: go on with hakbench run --resume %lld%s\n",
                (long long)e.run, store_option(st));
    else if (!good)
        snprintf(why, size, "%s", e.why);
    engine_close(&e);
    return run;
}

int64_t engine_begin(struct store *st, const struct plan *p, char *why, size_t size)
{
    struct engine e;
    engine_open(&e, st, p);
    bool good = identify(&e.plan, e.why, sizeof e.why) && run_begin(&e);
    if (!good)
        text_fail(why, size, "%s", e.why);
    engine_close(&e);
    return good ? e.run : -1;
}

bool engine_resume(struct store *st, int64_t run, const char *const *given, struct plan *out, char *why, size_t size)
{
    struct dataset *ds = store_load(st, run);
    if (!ds)
        return text_fail(why, size, "%s", store_error());
    bool good = plan_resume(ds, given, out, why, size);
    if (good && !context_matches(ds, why, size)) {
        plan_free(out);
        good = false;
    }
    dataset_free(ds);
    return good;
}
