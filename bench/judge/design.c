/* SPDX-License-Identifier: MIT */
/* design.c - full and fractional two-level designs. See design.h.
 */
#include "bench/judge/design.h"
#include <string.h>

enum { LENGTHS = DESIGN_FACTORS_MAX + 1 };

/* Words by length: what minimum aberration minimises, shortest first. */
struct pattern { unsigned words[LENGTHS]; };

static struct pattern pattern_of(const unsigned *generators, int count, int base)
{
    struct pattern p = {0};
    for (unsigned chosen = 1; chosen < 1u << count; chosen++) {
        unsigned word = 0;
        for (int g = 0; g < count; g++)
            if (chosen >> g & 1)
                word ^= generators[g] | 1u << (base + g);
        p.words[__builtin_popcount(word)]++;
    }
    return p;
}

static int pattern_compare(const struct pattern *a, const struct pattern *b)
{
    for (int i = 1; i < LENGTHS; i++)
        if (a->words[i] != b->words[i])
            return a->words[i] < b->words[i] ? -1 : 1;
    return 0;
}

/* Every choice of `count` generators from `from` on; the best pattern stays in best. */
static void search(unsigned *chosen, int have, int count, int base, unsigned from, unsigned *best, struct pattern *least)
{
    if (have == count) {
        struct pattern p = pattern_of(chosen, count, base);
        if (pattern_compare(&p, least) < 0) {
            *least = p;
            memcpy(best, chosen, (size_t)count * sizeof *best);
        }
        return;
    }
    for (unsigned word = from; word < 1u << base; word++) {
        if (__builtin_popcount(word) < 2)
            continue;
        chosen[have] = word;
        search(chosen, have + 1, count, base, word + 1, best, least);
    }
}

/* The product of +-1 factors in mask is +1 when an even number of them is not flipped. */
static bool product(unsigned run, unsigned mask)
{
    return __builtin_popcount(mask & ~run) % 2 == 0;
}

bool design_make(struct design *d, int factors)
{
    if (factors < 1 || factors > DESIGN_FRACTION_MAX)
        return false;
    *d = (struct design){.factors = factors, .base = factors < DESIGN_FULL_MAX ? factors : DESIGN_FULL_MAX};
    int count = factors - d->base;
    if (count) {
        unsigned chosen[DESIGN_FACTORS_MAX];
        struct pattern least = {.words = {[1] = ~0u}};
        search(chosen, 0, count, d->base, 3, d->generator + d->base, &least);
        for (d->resolution = 1; !least.words[d->resolution]; d->resolution++)
            continue;
    }
    for (unsigned run = 0; run < 1u << d->base; run++) {
        unsigned all = run;
        for (int f = d->base; f < factors; f++)
            all |= (unsigned)product(run, d->generator[f]) << f;
        d->runs[d->run_count++] = all;
    }
    d->fraction = d->run_count;
    unsigned ends[] = {0, (1u << factors) - 1};
    for (int i = 0; i < 2; i++)
        if (design_run(d, ends[i]) < 0)
            d->runs[d->run_count++] = ends[i];
    return true;
}

bool design_make_ladder(struct design *d, int factors)
{
    if (factors < 1 || factors > DESIGN_FACTORS_MAX)
        return false;
    *d = (struct design){.factors = factors, .ladder = true};
    for (int f = 0; f <= factors; f++)
        d->runs[d->run_count++] = (1u << f) - 1;
    d->fraction = d->run_count;
    return true;
}

int design_run(const struct design *d, unsigned run)
{
    for (size_t i = 0; i < d->run_count; i++)
        if (d->runs[i] == run)
            return (int)i;
    return -1;
}

void design_drop(struct design *d, unsigned run)
{
    int at = design_run(d, run);
    if (at < 0)
        return;
    d->fraction -= (size_t)at < d->fraction;
    d->run_count--;
    memmove(d->runs + at, d->runs + at + 1, (d->run_count - (size_t)at) * sizeof *d->runs);
}

/* What a term is in the free factors alone: two terms with the same image cannot be told apart. */
static unsigned image(const struct design *d, unsigned term)
{
    unsigned free_part = term & ((1u << d->base) - 1);
    for (int f = d->base; f < d->factors; f++)
        if (term >> f & 1)
            free_part ^= d->generator[f];
    return free_part;
}

size_t design_aliases(const struct design *d, unsigned term, unsigned *out, size_t max)
{
    size_t count = 0;
    for (int a = 0; a < d->factors; a++)
        for (int b = a; b < d->factors; b++) {
            unsigned other = 1u << a | 1u << b;
            if (other != term && image(d, other) == image(d, term) && count < max)
                out[count++] = other;
        }
    return count;
}

char *design_term_name(unsigned term, const char *const *names, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "%s", term ? "" : "nothing");
    for (int f = 0; f < DESIGN_FACTORS_MAX; f++)
        if (term >> f & 1 && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " x " : "", names[f]);
    return out;
}

void design_print(FILE *out, const struct design *d, const char *const *names)
{
    static const char *const roman[] = {"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"};
    char one[256], two[256];
    unsigned sets = 1u << d->factors;
    if (d->ladder) {
        fprintf(out, "design: a ladder of %zu sets, one toggle after the other; a step holds for those before it\n",
                d->run_count);
        return;
    }
    if (!d->resolution) {
        fprintf(out, "design: 2^%d, %zu of %u sets; every effect and interaction apart\n", d->factors, d->run_count, sets);
        return;
    }
    fprintf(out, "design: 2^(%d-%d), %zu of %u sets%s, resolution %s\n", d->factors, d->factors - d->base, d->fraction, sets,
            d->run_count > d->fraction ? " and the ends" : "", roman[d->resolution]);
    for (int f = d->base; f < d->factors; f++)
        fprintf(out, "  generator: %s = %s\n", names[f], design_term_name(d->generator[f], names, one, sizeof one));
    for (int a = 0; a < d->factors; a++)
        for (int b = a; b < d->factors; b++) {
            unsigned term = 1u << a | 1u << b, aliases[DESIGN_FACTORS_MAX * DESIGN_FACTORS_MAX];
            size_t count = design_aliases(d, term, aliases, sizeof aliases / sizeof *aliases);
            for (size_t i = 0; i < count; i++)
                if (term < aliases[i])
                    fprintf(out, "  confounded: %s with %s\n", design_term_name(term, names, one, sizeof one),
                            design_term_name(aliases[i], names, two, sizeof two));
        }
    if (d->resolution > 4)
        fprintf(out, "  no two effects of one or two toggles are confounded\n");
}
