/* SPDX-License-Identifier: MIT */
/* cmd_noise.c - `hakbench noise`: identical binaries measured against each other (A/A), and comparisons simulated.
 *
 * Each comparison is judged alone, as the harder case.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/measure.h"
#include "bench/judge/simulate.h"
#include "bench/judge/verdict.h"
#include "bench/low/text.h"
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_SIMULATE = 256, OPTION_PAIRS, OPTION_EFFECT, OPTION_NOISE, OPTION_FIRST };

static struct {
    const char *db;
    char toggles[256];
    bool simulate, limited;
    int comparisons, pairs, first, budget, timeout;
    double effect, noise; /* NAN: the whole table */
    uint64_t seed;
} given = {.budget = 90, .effect = NAN, .noise = NAN};
static struct measure measure;

static const struct argp_option options[] = {
    {"workload", 'w', "NAME", 0, "a workload (again for more; unless given: the five of `make bench`)", 0},
    {"comparisons", 'n', "N", 0, "comparisons in all (10); with --simulate: in each row (100)", 0},
    {"pairs", OPTION_PAIRS, "N", 0, "pairs of each comparison (10); with --simulate unless given: doubled, as ab does", 0},
    {"first", OPTION_FIRST, "N", 0,
     "with --simulate: pairs at the first look (10, as ab and experiment; run begins with 8)", 1},
    {"budget", 'b', "SECONDS", 0, "stop timing after about so long, never before 6 pairs of each (90)", 0},
    {"timeout", 't', "SECONDS", 0, "a sample that takes longer has failed (120)", 0},
    {"seed", 's', "N", 0, "of the order of samples (from the clock); with --simulate: of all that is random (1)", 0},
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {"simulate", OPTION_SIMULATE, NULL, 0, "measure nothing: judge made-up samples with a known effect", 1},
    {"effect", OPTION_EFFECT, "RATIO", 0, "only this effect: throughput of B / A (0.97 is a slow-down by 3 %)", 1},
    {"noise", OPTION_NOISE, "PART", 0, "only this noise of one sample (0.02 is 2 %; 0: counts)", 1},
    {0},
};

static double fraction(const char *option, const char *text, double min, double max)
{
    char *end;
    double value = strtod(text, &end);
    if (*text == 0 || *end || !(value >= min && value <= max))
        command_bad("%s %s: want a number from %g to %g", option, text, min, max);
    return value;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    (void)state;
    switch (key) {
    case 'w': measure_workload(&measure, text); break;
    case 'n': given.comparisons = (int)measure_number("--comparisons", text, 1, 1000000); break;
    case OPTION_PAIRS: given.pairs = (int)measure_number("--pairs", text, 1, 10000); break;
    case OPTION_FIRST: given.first = (int)measure_number("--first", text, 1, RULE_PAIRS_MAX); break;
    case 'b': given.limited = true; given.budget = (int)measure_number("--budget", text, 1, 1000000); break;
    case 't': given.limited = true; given.timeout = (int)measure_number("--timeout", text, 1, 1000000); break;
    case 's': given.seed = (uint64_t)measure_number("--seed", text, 1, 0x7fffffff); break;
    case 'd': given.db = text; break;
    case OPTION_SIMULATE: given.simulate = true; break;
    case OPTION_EFFECT: given.effect = fraction("--effect", text, 0.01, 100); break;
    case OPTION_NOISE: given.noise = fraction("--noise", text, 0, 1); break;
    case ARGP_KEY_ARG: text_add(given.toggles, sizeof given.toggles, "%s%s", *given.toggles ? " " : "", text); break;
    case ARGP_KEY_END:
        if (!given.simulate && (!isnan(given.effect) || !isnan(given.noise) || given.first))
            command_bad("--effect, --noise and --first go with --simulate");
        if (given.first && given.pairs)
            command_bad("--first is where doubling begins, and --pairs %d is not doubled: give one of them", given.pairs);
        if (given.simulate && (*given.toggles || measure.plan.workload_count || given.db || given.limited))
            command_bad("--simulate measures nothing: give no variant, --workload, --budget, --timeout or --db with it");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* --- Simulated ------------------------------------------------------------------------------------------------------------ */

static void row_name(char *text, size_t size, const struct simulation *s)
{
    char noise[32] = "counts, no noise";
    if (s->noise > 0)
        snprintf(noise, sizeof noise, "noise %g %%", 100 * s->noise);
    if (s->effect == 1)
        snprintf(text, size, "A/A, %s", noise);
    else
        snprintf(text, size, "B %.3g %% %s, %s", 100 * fabs(s->effect - 1), s->effect < 1 ? "slower" : "faster", noise);
}

/* How many false answers of a row the rule allows: none in a thousand, and one in twenty where the truth lies at an end of the
 * margin, so that the least error is a false answer. */
static size_t allowed(const struct simulation *s)
{
    bool edge = fabs(fabs(s->effect - 1) - RULE_MARGIN) < 1e-9;
    return (size_t)(edge ? s->comparisons / 20 + 1 : s->comparisons / 1000);
}

/* Prints one row; answers whether it has more false answers than the rule allows. */
static bool row_simulate(double effect, double noise, size_t *wrong)
{
    struct simulation s = {.seed = given.seed ? given.seed : 1, .effect = effect, .noise = noise, .pairs = given.pairs,
                           .first = given.first};
    s.comparisons = given.comparisons ? given.comparisons : 100;
    char name[64];
    row_name(name, sizeof name, &s);
    struct simulated r = simulate(&s);
    printf("  %-32s", name);
    for (int v = 0; v < VERDICT_NONE; v++)
        printf(" %10zu", r.count[v]);
    size_t verdicts = simulated_false(&s, &r), gates = simulated_false_gates(&s, &r);
    printf(" %10.1f %6zu", (double)r.pairs / s.comparisons, verdicts);
    if (noise > 0)
        printf(" | %6zu %6zu %9zu %6zu", r.gates[GATE_HELD], r.gates[GATE_FAILED], r.gates[GATE_UNDECIDED], gates);
    putchar('\n');
    fflush(stdout);
    *wrong += verdicts + gates;
    return verdicts > allowed(&s) || gates > allowed(&s);
}

static int simulate_all(void)
{
    static const struct { double effect, noise; } rows[] = {{1, 0.01}, {1, 0.02}, {1, 0.05}, {1, 0.1}, {1, 0.2}, {0.97, 0},
                                                           {0.97, 0.01}, {0.97, 0.015}, {0.97, 0.02}, {0.97, 0.1},
                                                           {0.99, 0.01}, {0.99, 0.02}, {1.01, 0.01}};
    size_t wrong = 0;
    bool more = false, one = !isnan(given.effect) || !isnan(given.noise);
    printf("%d simulated comparisons of B with A in a row, margin %g %%, ", given.comparisons ? given.comparisons : 100,
           100 * RULE_MARGIN);
    if (given.pairs)
        printf("%d pairs each:\n", given.pairs);
    else
        printf("%d pairs, doubled up to %d while open:\n", given.first ? given.first : RULE_PAIRS, RULE_PAIRS_MAX);
    printf("  %-32s", "");
    for (int v = 0; v < VERDICT_NONE; v++)
        printf(" %10s", verdict_rows[v].brief);
    printf(" %10s %6s | %6s %6s %9s %6s  (gate: B >= A)\n", "mean pairs", "false", "held", "failed", "undecided", "false");
    if (one)
        more = row_simulate(isnan(given.effect) ? 1 : given.effect, isnan(given.noise) ? 0.02 : given.noise, &wrong);
    for (size_t i = 0; !one && i < sizeof rows / sizeof *rows; i++)
        more |= row_simulate(rows[i].effect, rows[i].noise, &wrong);
    printf("false verdicts: %zu%s\n", wrong,
           more    ? ", more than the rule allows"
           : wrong ? ", as many as the rule allows where the truth "
                     "lies at the margin"
                   : "");
    return more ? EXIT_FAILED : command_end();
}

/* --- Measured ------------------------------------------------------------------------------------------------------------- */

/* All pairs of identical binaries on one workload. */
struct heap {
    double *a, *b;
    size_t n, outliers;
};

static void heap_add(struct heap *h, const struct dataset *ds, const struct comparison *c)
{
    h->a = reallocarray(h->a, h->n + c->pairs + 1, sizeof *h->a);
    h->b = reallocarray(h->b, h->n + c->pairs + 1, sizeof *h->b);
    if (!h->a || !h->b) {
        fprintf(stderr, "hakbench noise: out of memory\n");
        exit(EXIT_FAILED);
    }
    h->n += dataset_pairs(ds, c->a, c->b, c->workload, c->metric, h->a + h->n, h->b + h->n, c->pairs);
    h->outliers += c->outliers;
}

/* Judges the comparisons of one run, each alone; answers how many claim a difference. */
static size_t run_judge(const struct dataset *ds, struct heap *heaps)
{
    size_t wrong = 0;
    for (size_t w = 0; w < ds->workload_count; w++) {
        struct comparison c = {.a = 0, .b = 1, .workload = (int)w, .metric = "ops_s"};
        verdict_judge(ds, &c, 1, RULE_MARGIN);
        printf("  %-24s %s\n", ds->workloads[w].name, verdict_text(&c));
        wrong += c.verdict == VERDICT_GO || c.verdict == VERDICT_NO_GO;
        heap_add(&heaps[w], ds, &c);
    }
    fflush(stdout);
    return wrong;
}

static void floor_print(const char *workload, const struct heap *h)
{
    double *r = calloc(h->n + 1, sizeof *r);
    if (!r || !h->n) {
        printf("  %-24s not measured\n", workload);
        free(r);
        return;
    }
    stats_log_ratios(h->a, h->b, h->n, r);
    double spread = stats_mad(r, h->n);
    struct stats_interval i = stats_ratio_interval(h->a, h->b, h->n);
    size_t needed = stats_pairs_needed(h->a, h->b, h->n, RULE_MARGIN);
    printf("  %-24s %9.2f %%   %.4f %-16s %8zu %10zu %14zu\n", workload, 100 * spread / sqrt(2), i.value, interval_text(i, 4),
           h->n, h->outliers, needed ? needed : h->n);
    free(r);
}

static struct plan *plan_make(void)
{
    measure_usual(&measure);
    measure_variant(&measure, "", given.toggles);
    if (measure.variants[0].d.missing)
        command_bad("%s: not installed (make deps-rivals); or give its file: %s=/path/lib.so", given.toggles, given.toggles);
    struct plan *p = measure_plan(&measure);
    p->twin = 0;
    p->repeat = given.pairs ? given.pairs : RULE_PAIRS;
    p->timeout = given.timeout;
    p->seed = given.seed ? given.seed : p->seed;
    return p;
}

static int measure_all(void)
{
    struct heap heaps[PLAN_WORKLOADS_MAX] = {0};
    struct store *st = measure_open(given.db);
    struct plan *p = plan_make();
    size_t wanted = given.comparisons ? (size_t)given.comparisons : 10, wrong = 0, failed = 0, done = 0;
    size_t runs = (wanted + p->workload_count - 1) / p->workload_count;
    p->budget = (double)given.budget / (double)runs;
    printf("A/A: %s against itself, M ops/s, %zu comparisons by %zu runs, margin %g %%\n", p->variants[0].d.label,
           runs * p->workload_count, runs, 100 * RULE_MARGIN);
    for (size_t run = 0; run < runs; run++, p->seed++) {
        struct dataset *ds = measure_run(st, p);
        wrong += run_judge(ds, heaps);
        failed += measure_failed(ds);
        done += ds->workload_count;
        dataset_free(ds);
    }
    store_close(st);
    printf("noise floor, all pairs together:\n  %-24s %11s   %-23s %8s %10s %14s\n", "workload", "one sample", "A/A ratio",
           "pairs", "outliers", "pairs for 1 %");
    for (size_t w = 0; w < p->workload_count; w++) {
        floor_print(measure.workloads[w]->name, &heaps[w]);
        free(heaps[w].a);
        free(heaps[w].b);
    }
    printf("one sample: robust deviation; pairs for 1 %%: until the interval is as narrow as that\n"
           "false verdicts: %zu of %zu\n", wrong, done);
    return wrong || failed ? EXIT_FAILED : command_end();
}

int cmd_noise(int argc, char **argv)
{
    static const struct argp argp = {options, parse, "[VARIANT]",
                                     "Measures a variant (\"PHASE=12 FRONT=0\", glibc, ...; none: the newest) against the very "
                                     "same file: every verdict of a difference is false, and the spread is the noise floor "
                                     "of this machine. With --simulate: how often each verdict falls where the truth is "
                                     "known.\v"
                                     "Exit status: 0; 1 when a verdict was false or a workload failed; 2 on bad input; 130 "
                                     "when interrupted.", NULL, NULL, NULL};
    measure_command(&measure, argc, argv);
    command_parse(&argp, argc, argv, NULL);
    return given.simulate ? simulate_all() : measure_all();
}
