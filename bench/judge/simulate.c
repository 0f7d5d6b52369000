/* SPDX-License-Identifier: MIT */
/* simulate.c - datasets with a planted effect, judged by verdict_judge. See simulate.h.
 *
 * A sample's time is log-normal, on top of a slow drift that neighbours share (an autoregressive process, 0.95 from sample to
 * sample, as wide as the noise), and now and then 10 to 50 % longer. The order is that of the engine: A, its twin and B
 * shuffled in each block, forwards and backwards.
 */
#include "bench/judge/simulate.h"
#include "bench/judge/gates.h"
#include "bench/judge/verdict.h"
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

enum { A, B, TWIN, VARIANTS };

#define DRIFT        0.95
#define SLOWER_QUIET 0.03 /* part of the samples that are slower, */
#define SLOWER_BUSY  0.08 /* from a noise of BUSY on */
#define BUSY         0.05
#define TYPICAL      5e7
#define TINY         1e-9

struct machine {
    gsl_rng *rng;
    double noise, drift, slower;
};

static double machine_factor(struct machine *m)
{
    m->drift = DRIFT * m->drift + gsl_ran_gaussian(m->rng, m->noise * sqrt(1 - DRIFT * DRIFT));
    double seconds = exp(m->drift + gsl_ran_gaussian(m->rng, m->noise));
    return gsl_rng_uniform(m->rng) < m->slower ? 1 / (seconds * gsl_ran_flat(m->rng, 1.1, 1.5)) : 1 / seconds;
}

static void sample_add(struct dataset *ds, int variant, int block, enum mode mode, const char *metric, double value)
{
    int s = dataset_add_sample(
        ds, &(struct ds_sample){.variant = variant, .block = block, .mode = mode, .position = (int)ds->sample_count});
    dataset_set(ds, s, metric, value);
}

/* Blocks of two pairs each until there are so many pairs. */
static void samples_add(struct dataset *ds, struct machine *m, double effect, int pairs)
{
    int order[VARIANTS] = {A, B, TWIN};
    for (int block = (int)ds->sample_count / (2 * VARIANTS); 2 * block < pairs; block++) {
        gsl_ran_shuffle(m->rng, order, VARIANTS, sizeof *order);
        for (int i = 0; i < 2 * VARIANTS; i++) {
            int v = order[i < VARIANTS ? i : 2 * VARIANTS - 1 - i];
            sample_add(ds, v, block, MODE_TIME, "ops_s", TYPICAL * (v == B ? effect : 1) * machine_factor(m));
        }
    }
}

static struct dataset *dataset_begin(uint64_t seed)
{
    struct dataset *ds = dataset_new();
    ds->seed = seed;
    dataset_add_variant(ds, &(struct ds_variant){.label = "A", .twin_of = -1});
    dataset_add_variant(ds, &(struct ds_variant){.label = "B", .twin_of = -1});
    dataset_add_variant(ds, &(struct ds_variant){.label = "A A/A", .twin_of = A});
    dataset_add_workload(ds, &(struct ds_workload){.name = "simulated", .command = "simulated", .threads = 1});
    return ds;
}

static struct comparison compared(const struct dataset *ds, const char *metric)
{
    struct comparison c = {.a = A, .b = B};
    snprintf(c.metric, sizeof c.metric, "%s", metric);
    verdict_judge(ds, &c, 1, RULE_MARGIN);
    return c;
}

static struct gate_result gate(const struct dataset *ds)
{
    struct gate_result g;
    gates_judge_lines(ds, (const char *const[]){"ops_s(B) >= ops_s(A)"}, 1, RULE_MARGIN, &g);
    return g;
}

/* Doubles the pairs while the verdict is open, and then while the gate is: each is noted when it is first decided. */
static void timed(const struct simulation *s, struct machine *m, uint64_t seed, struct simulated *result)
{
    struct dataset *ds = dataset_begin(seed);
    int pairs = s->pairs ? s->pairs : s->first ? s->first : RULE_PAIRS, most = s->pairs ? s->pairs : RULE_PAIRS_MAX;
    struct comparison c = {.verdict = VERDICT_UNDECIDED};
    struct gate_result g = {.gate = GATE_UNDECIDED};
    m->drift = gsl_ran_gaussian(m->rng, m->noise);
    for (bool more = true; more; pairs = 2 * pairs < most ? 2 * pairs : most) {
        samples_add(ds, m, s->effect, pairs);
        if (verdict_open(&c))
            c = compared(ds, "ops_s");
        if (g.gate == GATE_UNDECIDED)
            g = gate(ds);
        more = (verdict_open(&c) || gate_open(&g)) && pairs < most;
    }
    result->count[c.verdict]++;
    result->gates[g.gate]++;
    result->pairs += c.pairs;
    dataset_free(ds);
}

static void counted(const struct simulation *s, uint64_t seed, struct simulated *result)
{
    struct dataset *ds = dataset_begin(seed);
    for (int block = 0; block < 2; block++) {
        sample_add(ds, A, block, MODE_INSTRUCTIONS, "instructions", TYPICAL);
        sample_add(ds, B, block, MODE_INSTRUCTIONS, "instructions", round(TYPICAL / s->effect));
    }
    struct comparison c = compared(ds, "instructions");
    result->count[c.verdict]++;
    result->pairs += c.pairs;
    dataset_free(ds);
}

struct simulated simulate(const struct simulation *s)
{
    struct simulated result = {0};
    struct machine m = {.rng = gsl_rng_alloc(gsl_rng_mt19937), .noise = s->noise};
    m.slower = s->noise < BUSY ? SLOWER_QUIET : SLOWER_BUSY;
    gsl_rng_set(m.rng, (unsigned long)s->seed);
    for (int i = 0; i < s->comparisons; i++) {
        uint64_t seed = gsl_rng_get(m.rng);
        if (s->noise > 0)
            timed(s, &m, seed, &result);
        else
            counted(s, seed, &result);
    }
    gsl_rng_free(m.rng);
    return result;
}

size_t simulated_false(const struct simulation *s, const struct simulated *r)
{
    return (s->effect <= 1 ? r->count[VERDICT_GO] : 0) + (s->effect >= 1 ? r->count[VERDICT_NO_GO] : 0) +
           (fabs(s->effect - 1) >= RULE_MARGIN - TINY ? r->count[VERDICT_EQUIVALENT] : 0);
}

size_t simulated_false_gates(const struct simulation *s, const struct simulated *r)
{
    return s->effect <= 1 - RULE_MARGIN + TINY ? r->gates[GATE_HELD] : r->gates[GATE_FAILED];
}
