/* SPDX-License-Identifier: MIT */
/* cmd_bisect_toggles.c - `hakbench bisect-toggles`: which toggle, or which pair that only acts together, makes the difference
 * between two variants. Delta debugging (ddmin.h) with measurements for an oracle (decide.h).
 *
 * The whole difference is measured first. A set of flips counts as bad when, with its whole interval, it makes more than half
 * of that, on a log scale. Exit status 0 when found, 1 when it cannot be told, 2 on bad input, 3 when there is no difference.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/measure.h"
#include "bench/cmd/pair.h"
#include "bench/judge/ddmin.h"
#include "bench/judge/rule.h"
#include "bench/low/figure.h"
#include "bench/low/text.h"
#include "bench/plan/toggles.h"
#include "bench/take/identity.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETS_MAX = 256 };

struct options {
    const char *good, *bad, *workload, *metric, *db;
    double margin;
    int cap;
};

/* What was measured of one set of flips, against the good end. */
struct measured { uint32_t set; bool impossible; struct decision d; char why[512]; };

struct search {
    const struct options *o;
    struct flips flips;
    struct pair cell; /* variant[0] is the good end */
    struct decide_rule rule;
    double whole;            /* log of bad / good */
    uint32_t all;
    struct measured measured[SETS_MAX];
    int count;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'g': o->good = arg; return 0;
    case 'b': o->bad = arg; return 0;
    case 'w': o->workload = arg; return 0;
    case 'm': o->metric = arg; return 0;
    case 'd': o->db = arg; return 0;
    case 'n':
        o->cap = atoi(arg);
        if (o->cap < 2 || o->cap > DECIDE_REPEAT_MAX)
            argp_error(state, "--cap=%s: want a whole number from 2 to %d", arg, DECIDE_REPEAT_MAX);
        return 0;
    case 'M': o->margin = measure_margin(arg); return 0;
    case ARGP_KEY_END:
        if (!o->good || !o->bad)
            argp_error(state, "want --good=TOGGLES and --bad=TOGGLES (make: GOOD=\"PHASE=12\" BAD=\"PHASE=11 POOL=1\")");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"good", 'g', "TOGGLES", 0, "one end", 0},
    {"bad", 'b', "TOGGLES", 0, "the other end", 0},
    {"workload", 'w', "NAME", 0, "what to run (random_mixed-seed)", 0},
    {"metric", 'm', "NAME", 0, "what to compare (ops_s)", 0},
    {"margin", 'M', "PERCENT", 0, MARGIN_HELP, 0},
    {"cap", 'n', "N", 0, "measure at most so often for each set of flips", 0},
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {0}};

static const struct argp argp = {option_list, parse, NULL,
    "Finds the smallest set of toggles that makes the difference between two variants.", NULL, NULL, NULL};

/* Measures one set against the good end until it is clear of the bars; remembered. */
static struct measured *measure(struct search *s, uint32_t set)
{
    char text[4096], name[1024], figures[256];
    struct measured *m = &s->measured[s->count < SETS_MAX ? s->count++ : SETS_MAX - 1];
    *m = (struct measured){.set = set, .d.log = {NAN, NAN, NAN}};
    flips_name(&s->flips, set, name, sizeof name);
    struct variant *v = &s->cell.variant[1];
    m->impossible = !variant_resolve("candidate", flips_text(&s->flips, set, text, sizeof text), v, m->why, sizeof m->why) ||
                    !variant_identify(v, m->why, sizeof m->why);
    if (!m->impossible) {
        s->cell.failed[1] = false;
        s->cell.why[0] = 0;
        s->cell.run = 0;
        m->d = decide_run(&s->rule, pair_take, &s->cell);
        snprintf(m->why, sizeof m->why, "%s", s->cell.why);
    }
    if (!s->cell.interrupted)
        printf("  %-40s  %s%s\n", name, m->impossible ? "skipped, not possible: " : "",
               m->impossible || !m->d.pairs ? m->why : decision_text(&m->d, s->o->metric, figures, sizeof figures));
    fflush(stdout);
    return m;
}

static const struct measured *find(const struct search *s, uint32_t set)
{
    for (int i = 0; i < s->count; i++)
        if (s->measured[i].set == set)
            return &s->measured[i];
    return NULL;
}

/* The oracle. The ends are known: all flips are bad, none is good. */
static enum ddmin_answer ask(uint32_t set, void *context)
{
    struct search *s = context;
    if (set == s->all || set == 0)
        return set ? DDMIN_BAD : DDMIN_GOOD;
    const struct measured *m = measure(s, set);
    if (s->cell.interrupted || s->cell.failed[0])
        return DDMIN_STOP;
    if (m->impossible || !m->d.clear)
        return DDMIN_UNRESOLVED;
    return (s->whole > 0 ? m->d.log.lo > s->rule.bars[0] : m->d.log.hi < s->rule.bars[0]) ? DDMIN_BAD : DDMIN_GOOD;
}

/* "MINCORE registry -> always: x 1.51 [x 1.5, x 1.52], 98 % of the whole". Measured now when the search did not ask for it. */
static void effect_print(struct search *s, const char *before, uint32_t set)
{
    char name[1024], change[32], lo[32], hi[32];
    const struct measured *m = find(s, set);
    if (!m)
        m = measure(s, set);
    if (!m->d.pairs)
        return;
    figure_change(exp(m->d.log.value), change, sizeof change);
    figure_change(exp(m->d.log.lo), lo, sizeof lo);
    figure_change(exp(m->d.log.hi), hi, sizeof hi);
    printf("%s%s: %s of %s [%s, %s]", before, flips_name(&s->flips, set, name, sizeof name), s->o->metric, change, lo, hi);
    printf(", %.0f %% of the whole (by logarithms)\n", 100 * m->d.log.value / s->whole);
}

static int report(struct search *s, const struct ddmin_result *r)
{
    char text[4096];
    int size = __builtin_popcount(r->cause);
    if (r->end == DDMIN_STOPPED) {
        if (!s->cell.interrupted)
            fprintf(stderr, "hakbench bisect-toggles: %s\n", s->cell.why);
        return s->cell.interrupted ? EXIT_INTERRUPTED : EXIT_FAILED;
    }
    printf("\n");
    effect_print(s, size == 1 ? "made by " : size == 2 ? "made by the pair " : "made by the set ", r->cause);
    for (uint32_t left = size > 1 ? r->cause : 0; left; left &= left - 1)
        if (!(r->unsure & (r->cause & ~(left & -left))) || size > 2)
            effect_print(s, "  alone ", left & -left);
    if (r->unsure)
        printf("could not be taken out, as what is left is not built or not decided: %s\n",
               flips_name(&s->flips, r->unsure, text, sizeof text));
    if (r->rest == DDMIN_BAD)
        effect_print(s, "there is a second cause, within ", s->all & ~r->cause);
    printf("again: make bisect-toggles GOOD=\"%s\" BAD=\"%s\" WORK=\"%s\" METRIC=%s\n", s->o->good, s->o->bad,
           s->cell.workload->name, s->o->metric);
    printf("only this: make ab A=\"%s\"", flips_text(&s->flips, 0, text, sizeof text));
    printf(" B=\"%s\" WORK=\"%s\"\n", flips_text(&s->flips, r->cause, text, sizeof text), s->cell.workload->name);
    return s->cell.interrupted ? EXIT_INTERRUPTED : EXIT_OK;
}

/* The whole difference; an exit status when there is none to look for, EXIT_OK else. */
static int whole_measure(struct search *s)
{
    s->rule = (struct decide_rule){.bars = {log1p(s->o->margin), log1p(-s->o->margin)}, .bar_count = 2};
    decide_repeats(s->o->metric, s->o->cap, &s->rule);
    const struct measured *m = measure(s, s->all);
    if (s->cell.interrupted)
        return EXIT_INTERRUPTED;
    if (m->impossible)
        command_bad("%s: %s", s->o->bad, m->why);
    if (!m->d.pairs) {
        fprintf(stderr, "hakbench bisect-toggles: %s\n", m->why);
        return EXIT_FAILED;
    }
    if (!m->d.clear || (m->d.log.lo < s->rule.bars[0] && m->d.log.hi > s->rule.bars[1])) {
        printf(m->d.clear ? "no difference: %s on %s is the same within %g %%\n"
                          : "undecided: %s on %s may still differ by %g %%; want a quieter machine, or a count\n",
               s->o->metric, s->cell.workload->name, 100 * s->o->margin);
        return EXIT_NO_DIFFERENCE;
    }
    s->whole = m->d.log.value;
    s->rule.bars[0] = s->whole / 2;
    s->rule.bar_count = 1;
    return EXIT_OK;
}

static int search_run(struct search *s)
{
    char name[2048];
    printf("%s on %s: between GOOD and BAD differ: %s\nagainst GOOD, ratio with 99 %% interval:\n", s->o->metric,
           s->cell.workload->name, flips_name(&s->flips, s->all, name, sizeof name));
    int status = whole_measure(s);
    if (status != EXIT_OK)
        return status;
    struct ddmin_result r = ddmin_run(&(struct ddmin){.flips = s->flips.count, .ask = ask, .context = s, .votes = 1, .cap = 1});
    return report(s, &r);
}

int cmd_bisect_toggles(int argc, char **argv)
{
    struct options o = {.workload = "random_mixed-seed", .metric = "ops_s", .margin = RULE_MARGIN};
    static struct search s;
    char why[2048], text[4096];
    command_parse(&argp, argc, argv, &o);
    s.o = &o;
    s.cell = (struct pair){.metric = o.metric, .command = "bisect-toggles", .seed = 1};
    s.cell.workload = workload_find(o.workload, why, sizeof why);
    if (!s.cell.workload)
        command_bad("%s", why);
    if (!metric_find(o.metric))
        command_bad("no metric '%s'%s; metrics: %s", o.metric, metric_like(o.metric), metric_names());
    if (!flips_between(o.good, o.bad, &s.flips, why, sizeof why))
        command_bad("%s", why);
    if (!s.flips.count) {
        printf("no difference: GOOD and BAD are the same variant\n");
        return EXIT_NO_DIFFERENCE;
    }
    s.all = (UINT32_C(1) << s.flips.count) - 1;
    if (!variant_resolve("good", flips_text(&s.flips, 0, text, sizeof text), &s.cell.variant[0], why, sizeof why))
        command_bad("%s: %s", o.good, why);
    s.cell.store = store_open(command_db_made(o.db), STORE_WRITE);
    if (!s.cell.store)
        command_bad("%s", store_error());
    int status = search_run(&s);
    store_close(s.cell.store);
    return status;
}
