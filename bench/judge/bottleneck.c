/* SPDX-License-Identifier: MIT */
/* bottleneck.c - estimates of where the time goes. See bottleneck.h.
 *
 * Counting runs may be shorter than timing runs, so counts are taken per operation.
 */
#include "bench/judge/bottleneck.h"
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double bottleneck_ops(const struct dataset *ds, int variant, int workload, enum mode mode)
{
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        if (s->variant == variant && s->workload == workload && s->mode == mode && !s->failed)
            return dataset_value(ds, s, "ops");
    }
    return NAN;
}

/* How much longer a timing run is than the one that counted; 1 when that is unknown. */
static double scale(const struct dataset *ds, int v, int w, enum mode mode)
{
    double ratio = bottleneck_ops(ds, v, w, MODE_TIME) / bottleneck_ops(ds, v, w, mode);
    return isfinite(ratio) ? ratio : 1;
}

/* System calls in one timing run: by strace, else by the allocator's own count; NAN: not counted. */
static double calls_of(const struct dataset *ds, int v, int w)
{
    double calls = dataset_median(ds, v, w, "syscalls");
    if (!isnan(calls))
        return calls * scale(ds, v, w, MODE_STRACE);
    return dataset_median(ds, v, w, "syscalls_own") * scale(ds, v, w, MODE_COUNT);
}

/* --- Prices --------------------------------------------------------------------------------------------------------------- */

enum { BASE, CALL, FAULT, TERMS };
struct fit {
    double x[TERMS], sys;
};

/* Least squares over the terms that are on; those that come out negative are switched off and the rest is fitted again. */
static void fit_prices(const struct fit *cell, size_t n, double price[TERMS])
{
    bool on[TERMS] = {true, true, true};
    for (;;) {
        size_t index[TERMS], terms = 0;
        for (size_t t = 0; t < TERMS; t++) {
            price[t] = 0;
            if (on[t])
                index[terms++] = t;
        }
        if (!terms || n <= terms)
            return;
        gsl_matrix *x = gsl_matrix_alloc(n, terms), *covariance = gsl_matrix_alloc(terms, terms);
        gsl_vector *y = gsl_vector_alloc(n), *c = gsl_vector_alloc(terms);
        gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(n, terms);
        double residual;
        for (size_t i = 0; i < n; i++) {
            gsl_vector_set(y, i, cell[i].sys);
            for (size_t t = 0; t < terms; t++)
                gsl_matrix_set(x, i, t, cell[i].x[index[t]]);
        }
        gsl_multifit_linear(x, y, c, covariance, &residual, work);
        bool again = false;
        for (size_t t = 0; t < terms; t++) {
            price[index[t]] = gsl_vector_get(c, t);
            if (price[index[t]] < 0)
                on[index[t]] = false, again = true;
        }
        gsl_multifit_linear_free(work);
        gsl_matrix_free(x);
        gsl_matrix_free(covariance);
        gsl_vector_free(y);
        gsl_vector_free(c);
        if (!again)
            return;
    }
}

struct prices bottleneck_prices(const struct dataset *ds)
{
    struct prices prices = {NAN, NAN, NAN, 0};
    size_t most = ds->variant_count * ds->workload_count, n = 0;
    struct fit *cell = malloc((most + 1) * sizeof *cell);
    double price[TERMS];
    for (size_t i = 0; cell && i < most; i++) {
        int v = (int)(i % ds->variant_count), w = (int)(i / ds->variant_count);
        double sys = dataset_median(ds, v, w, "sys_s"), faults = dataset_median(ds, v, w, "faults"), calls = calls_of(ds, v, w);
        if (ds->workloads[w].threads == 1 && !isnan(sys) && !isnan(faults) && !isnan(calls))
            cell[n++] = (struct fit){{1, calls, faults}, sys};
    }
    if (n > TERMS) {
        fit_prices(cell, n, price);
        prices = (struct prices){price[BASE], price[CALL], price[FAULT], (int)n};
    }
    free(cell);
    return prices;
}

/* --- Costs ---------------------------------------------------------------------------------------------------------------- */

struct ranking {
    struct cost *cost;
    int count;
    double total_s, kernel_s;
};

__attribute__((format(printf, 5, 6))) static void add(struct ranking *r, const char *what, double seconds, double count,
                                                      const char *how, ...)
{
    va_list list;
    if (r->count == COSTS_MAX || !(seconds > 1e-9 || count > 0))
        return;
    struct cost *c = &r->cost[r->count++];
    *c = (struct cost){.what = what, .seconds = seconds, .share = seconds / r->total_s, .count = count};
    va_start(list, how);
    vsnprintf(c->how, sizeof c->how, how, list);
    va_end(list);
}

/* Time in calls and faults is at most the kernel's time as it was measured: strace makes calls slower than they are. */
static void add_kernel_rest(struct ranking *r, int first, double sys)
{
    double shrink = r->kernel_s > sys && r->kernel_s > 0 ? sys / r->kernel_s : 1;
    for (int i = first; i < r->count && shrink < 1; i++) {
        if (isnan(r->cost[i].seconds))
            continue;
        r->cost[i].seconds *= shrink;
        r->cost[i].share *= shrink;
        snprintf(r->cost[i].how + strlen(r->cost[i].how), sizeof r->cost[i].how - strlen(r->cost[i].how),
                 ", scaled to the kernel's time");
    }
    if (r->kernel_s > 0)
        add(r, "the rest of the kernel's time", sys - r->kernel_s * shrink, NAN, "measured; less the calls and faults above");
    else
        add(r, "the kernel", sys, NAN, "measured; with all calls and faults");
}

static int larger_first(const void *a, const void *b)
{
    const struct cost *x = a, *y = b;
    if (isnan(x->seconds) != isnan(y->seconds))
        return isnan(x->seconds) ? 1 : -1;
    double p = isnan(x->seconds) ? x->count : x->seconds, q = isnan(y->seconds) ? y->count : y->seconds;
    return (p < q) - (p > q);
}

static void add_calls(struct ranking *r, const struct dataset *ds, int v, int w, const struct prices *prices)
{
    char name[64];
    double longer = scale(ds, v, w, MODE_STRACE), own = scale(ds, v, w, MODE_COUNT);
    for (int k = 0; k < MEMORY_CALLS; k++) {
        snprintf(name, sizeof name, "strace_s.%s", memory_calls[k]);
        double seconds = dataset_median(ds, v, w, name) * longer;
        snprintf(name, sizeof name, "strace.%s", memory_calls[k]);
        double count = dataset_median(ds, v, w, name) * longer;
        if (isnan(count))
            count = dataset_median(ds, v, w, memory_calls[k]) * own;
        bool timed = !isnan(seconds);
        if (!timed)
            seconds = prices->call_s > 0 ? count * prices->call_s : NAN;
        if (timed)
            add(r, memory_calls[k], seconds, count, "its time by strace");
        else
            add(r, memory_calls[k], seconds, count,
                prices->call_s > 0 ? "calls at a fitted %.2f us" : "own count; what one costs is not known", prices->call_s * 1e6);
        r->kernel_s += seconds > 0 ? seconds : 0;
    }
}

static void add_rates(struct ranking *r, const struct dataset *ds, int v, int w)
{
    static const struct {
        const char *metric, *what, *how;
    } rates[] = {{"stat.front.misses", "front misses", "own count; each takes the slow path to a slab"},
                 {"stat.remote_frees", "remote frees", "own count; each changes a cache line of another thread"},
                 {"stat.pool.lock_waits", "waits for the pool's lock", "own count"}};
    double longer = scale(ds, v, w, MODE_COUNT);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        add(r, rates[i].what, NAN, dataset_median(ds, v, w, rates[i].metric) * longer, "%s", rates[i].how);
}

int bottleneck_rank(const struct dataset *ds, int variant, int workload, const struct prices *prices,
                    struct cost out[COSTS_MAX])
{
    double wall = dataset_median(ds, variant, workload, "wall_s"), user = dataset_median(ds, variant, workload, "user_s");
    double sys = dataset_median(ds, variant, workload, "sys_s"), faults = dataset_median(ds, variant, workload, "faults");
    bool alone = ds->workloads[workload].threads == 1;
    struct ranking r = {out, 0, alone ? wall : user + sys, 0};
    if (isnan(r.total_s) || r.total_s <= 0)
        return 0;
    double all = dataset_median(ds, variant, workload, "instructions");
    double ours = dataset_median(ds, variant, workload, "instructions_allocator");
    if (all > 0 && !isnan(ours)) {
        add(&r, "the allocator's own code", user * ours / all, NAN, "%.0f %% of the instructions, of the time in user space",
            100 * ours / all);
        add(&r, "the program itself", user * (1 - ours / all), NAN, "the rest of the instructions");
    } else {
        add(&r, "user space, program and allocator", user, NAN, "measured; instructions were not counted");
    }
    int kernel = r.count;
    add_calls(&r, ds, variant, workload, prices);
    if (prices->fault_s > 0)
        add(&r, "page faults", faults * prices->fault_s, faults, "faults at a fitted %.2f us", prices->fault_s * 1e6);
    else
        add(&r, "page faults", NAN, faults, "measured; what one costs is not known");
    r.kernel_s += prices->fault_s > 0 ? faults * prices->fault_s : 0;
    add_kernel_rest(&r, kernel, sys);
    if (alone)
        add(&r, "waiting, not on a CPU", wall > user + sys ? wall - user - sys : 0, NAN, "wall time less CPU time");
    add_rates(&r, ds, variant, workload);
    qsort(out, (size_t)r.count, sizeof *out, larger_first);
    return r.count;
}
