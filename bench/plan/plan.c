/* SPDX-License-Identifier: MIT */
/* plan.c - the order of a plan's samples, and plans of stored runs.
 */
#include "bench/plan/plan.h"
#include "bench/data/rival.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include "bench/plan/sweep.h"
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHEAP_S 0.05
enum { CHEAP_ROUNDS = PLAN_ROUNDS_MAX };

bool plan_has(const struct plan *p, size_t variant, size_t workload)
{
    return !p->variants[variant].d.missing && !(p->skip && p->skip[variant] >> workload & 1);
}

bool plan_takes(const struct plan *p, enum mode mode, size_t workload)
{
    return !(p->except[mode] >> workload & 1);
}

int plan_counts(const struct plan *p, enum mode mode)
{
    return p->mode_counts[mode] ? p->mode_counts[mode] : p->counts ? p->counts : 1;
}

static bool varies(const struct plan *p, enum mode mode, size_t workload)
{
    return mode == MODE_TIME || mode == MODE_MEMORY || p->workloads[workload]->threads != 1;
}

bool plan_twins(const struct plan *p, enum mode mode, size_t workload)
{
    return varies(p, mode, workload) && (mode == MODE_TIME || plan_counts(p, mode) > 1);
}

bool plan_wants_twin(const struct plan *p)
{
    bool wants = false;
    for (int mode = 0; mode < MODES; mode++)
        for (size_t w = 0; w < p->workload_count; w++)
            wants |= (p->modes >> mode & 1) && plan_takes(p, (enum mode)mode, w) && varies(p, (enum mode)mode, w);
    return wants;
}

/* One number from seed and block, in which neighbours have nothing in common (the finalizer of splitmix64: Steele, Lea, Flood,
 * "Fast splittable pseudorandom number generators", 2014). */
static uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

uint64_t plan_seed(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return mix((uint64_t)t.tv_sec * 1000000007u + (uint64_t)t.tv_nsec + (uint64_t)getpid()) >> 32;
}

int plan_rounds(const struct plan *p, size_t workload)
{
    return p->workloads[workload]->seconds < CHEAP_S ? CHEAP_ROUNDS : 1;
}

void plan_block(const struct plan *p, size_t block, size_t *cells, size_t *count)
{
    size_t works[PLAN_WORKLOADS_MAX], variants[PLAN_VARIANTS_MAX];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, mix(p->seed ^ mix(block)));
    for (size_t w = 0; w < p->workload_count; w++)
        works[w] = w;
    gsl_ran_shuffle(rng, works, p->workload_count, sizeof *works);
    *count = 0;
    for (size_t i = 0; i < p->workload_count; i++) {
        size_t w = works[i], n = 0;
        for (size_t v = 0; v < p->variant_count; v++)
            if (plan_takes(p, MODE_TIME, w) && plan_has(p, v, w))
                variants[n++] = v;
        for (int round = n ? plan_rounds(p, w) : 0; round > 0; round--) { // GSL does not shuffle nothing
            gsl_ran_shuffle(rng, variants, n, sizeof *variants);
            for (size_t k = 0; k < 2 * n; k++)
                cells[(*count)++] = w * p->variant_count + variants[k < n ? k : 2 * n - 1 - k];
        }
    }
    gsl_rng_free(rng);
}

/* --- Stored plans --------------------------------------------------------------------------------------------------------- */

/* modes=3 repeat=10 counts=1 budget=60 timeout=0 twin=0 skip=2:1c,3:1c, except=3:1c, counts=4:6, most=80 warmup=0
 * exits=0 more=60 */
void plan_describe(const struct plan *p, char *out, size_t size)
{
    snprintf(out, size, "modes=%u repeat=%d counts=%d budget=%g timeout=%g twin=%d skip=", p->modes, p->repeat, p->counts,
             p->budget, p->timeout, p->twin);
    for (size_t v = 0; p->skip && v < p->variant_count; v++)
        if (p->skip[v])
            snprintf(out + strlen(out), size - strlen(out), "%zu:%llx,", v, (unsigned long long)p->skip[v]);
    snprintf(out + strlen(out), size - strlen(out), " except=");
    for (int m = 0; m < MODES; m++)
        if (p->except[m])
            snprintf(out + strlen(out), size - strlen(out), "%d:%llx,", m, (unsigned long long)p->except[m]);
    snprintf(out + strlen(out), size - strlen(out), " counts=");
    for (int m = 0; m < MODES; m++)
        if (p->mode_counts[m])
            snprintf(out + strlen(out), size - strlen(out), "%d:%x,", m, (unsigned)p->mode_counts[m]);
    snprintf(out + strlen(out), size - strlen(out), " most=%d", p->most);
    snprintf(out + strlen(out), size - strlen(out), " warmup=%d exits=%d more=%g", p->warmup, p->exits, p->more);
}

void plan_keep(const struct plan *p, struct dataset *ds)
{
    char text[512];
    plan_describe(p, text, sizeof text);
    dataset_set_context(ds, "plan", text);
    if (p->prepare)
        dataset_set_context(ds, "prepare", p->prepare);
    if (p->cleanup)
        dataset_set_context(ds, "cleanup", p->cleanup);
}

/* A copy of a context; NULL: there is none. */
static const char *kept_copy(const struct dataset *ds, const char *key)
{
    const char *text = dataset_context(ds, key);
    return *text ? strdup(text) : NULL;
}

/* 2:1c,3:1c, into out[2] and out[3]; answers what follows. */
static const char *read_bits(const char *text, uint64_t *out, size_t count)
{
    unsigned index;
    unsigned long long bits;
    for (int used = 0; sscanf(text, "%u:%llx,%n", &index, &bits, &used) == 2; text += used)
        if (index < count)
            out[index] = bits;
    return text;
}

bool plan_undescribe(const char *text, struct plan *p, uint64_t *skip)
{
    static const char except[] = " except=", more[] = " counts=";
    int used = 0;
    if (sscanf(text, "modes=%u repeat=%d counts=%d budget=%lf timeout=%lf twin=%d skip=%n", &p->modes, &p->repeat, &p->counts,
               &p->budget, &p->timeout, &p->twin, &used) != 6 || !used)
        return false;
    text = read_bits(text + used, skip, p->variant_count);
    if (strncmp(text, except, sizeof except - 1) == 0) // runs of before it was written have none
        text = read_bits(text + sizeof except - 1, p->except, MODES);
    uint64_t counts[MODES] = {0};
    if (strncmp(text, more, sizeof more - 1) == 0)
        text = read_bits(text + sizeof more - 1, counts, MODES);
    int exits = 0;
    sscanf(text, " most=%d warmup=%d exits=%d more=%lf", &p->most, &p->warmup, &exits, &p->more);
    p->exits = exits;
    for (int m = 0; m < MODES; m++)
        p->mode_counts[m] = (int)counts[m];
    p->skip = skip;
    return true;
}

/* What to resolve again: a rival's file is found by its name or among those given. */
static const char *variant_text(const struct ds_variant *d, const char *const *given)
{
    size_t length = strlen(d->label);
    if (strcmp(d->kind, "hakmem") == 0)
        return d->toggles;
    for (; strcmp(d->kind, "rival") == 0 && given && *given; given++)
        if (strncmp(*given, d->label, length) == 0 && (*given)[length] == '=')
            return *given;
    const struct rival *known = strcmp(d->kind, "libc") == 0 ? rivals : rival_find(d->label);
    return known ? known->name : NULL;
}

static bool variant_again(const struct ds_variant *d, const char *const *given, int64_t run, struct variant *out, char *why,
                          size_t size)
{
    const char *text = variant_text(d, given);
    if (!text)
        snprintf(why, size, "run %lld has the rival %s: give its file by --rival %s=/path/lib.so", (long long)run, d->label,
                 d->label);
    return text && variant_resolve(d->label, text, out, why, size);
}

bool plan_matches(const struct plan *p, const struct dataset *ds, char *why, size_t size)
{
    long long run = ds->run;
    size_t variants = p->variant_count, works = p->workload_count;
    if (ds->variant_count < variants || ds->workload_count != works) {
        snprintf(why, size, "run %lld has %zu variants on %zu workloads, not %zu on %zu; begin a new run", run,
                 ds->variant_count, ds->workload_count, variants, works);
        return false;
    }
    for (size_t v = 0; v < variants; v++) {
        const struct ds_variant *was = &ds->variants[v], *is = &p->variants[v].d;
        if (was->missing == is->missing && strcmp(was->label, is->label) == 0 && strcmp(was->sha256, is->sha256) == 0)
            continue;
        snprintf(why, size, "%s is not what run %lld measured: another sha256 (%.12s, then %.12s); begin a new run", is->label,
                 run, *was->sha256 ? was->sha256 : "none", *is->sha256 ? is->sha256 : "none");
        return false;
    }
    for (size_t w = 0; w < works; w++) {
        if (strcmp(p->workloads[w]->command, ds->workloads[w].command) == 0)
            continue;
        snprintf(why, size, "workload %s is not what run %lld measured: '%s', then '%s'; begin a new run",
                 p->workloads[w]->name, run, ds->workloads[w].command, p->workloads[w]->command);
        return false;
    }
    return true;
}

static bool plan_fill(const struct dataset *ds, const char *const *given, struct plan *out, char *why, size_t size)
{
    for (size_t v = 0; v < ds->variant_count; v++)
        if (ds->variants[v].twin_of < 0 &&
            !variant_again(&ds->variants[v], given, ds->run, &out->variants[out->variant_count++], why, size))
            return false;
    for (size_t w = 0; w < ds->workload_count; w++)
        if (!(out->workloads[out->workload_count++] = sweep_again(&ds->workloads[w], why, size)))
            return false;
    return plan_recall(ds, out, why, size) && plan_matches(out, ds, why, size);
}

bool plan_recall(const struct dataset *ds, struct plan *out, char *why, size_t size)
{
    uint64_t *skip = xalloc_zeroed(out->variant_count, sizeof *skip);
    if (plan_undescribe(dataset_context(ds, "plan"), out, skip))
        return true;
    free(skip);
    return text_fail(why, size, "run %lld: its plan is not in the store, so it cannot be resumed", (long long)ds->run);
}

void plan_blank(const struct dataset *ds, struct plan *out)
{
    *out = (struct plan){.variants = xalloc_zeroed(ds->variant_count, sizeof *out->variants),
                         .workloads = xalloc_zeroed(ds->workload_count, sizeof *out->workloads),
                         .experiment = xalloc_need(strdup(ds->experiment)),
                         .command = xalloc_need(strdup(ds->command)),
                         .seed = ds->seed,
                         .prepare = kept_copy(ds, "prepare"),
                         .cleanup = kept_copy(ds, "cleanup")};
}

bool plan_resume(const struct dataset *ds, const char *const *given, struct plan *out, char *why, size_t size)
{
    plan_blank(ds, out);
    out->resume = ds->run;
    bool good = !*dataset_context(ds, PLAN_FOLDER) ||
                text_fail(why, size, "run %lld was measured on a cluster: its blocks come by hakbench experiment %s --collect",
                          (long long)ds->run, ds->experiment);
    good = good && plan_fill(ds, given, out, why, size);
    if (!good)
        plan_free(out);
    return good;
}

void plan_free(struct plan *p)
{
    free(p->variants);
    free(p->workloads);
    free((void *)p->skip);
    free((void *)p->experiment);
    free((void *)p->command);
    free((void *)p->prepare);
    free((void *)p->cleanup);
    memset(p, 0, sizeof *p);
}
