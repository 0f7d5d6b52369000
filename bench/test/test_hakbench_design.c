/* SPDX-License-Identifier: MIT */
/* test_hakbench_design.c - designs have the resolution they state, and effects planted in synthetic data are found: single ones,
 * interactions, Shapley shares, with intervals that hold them, also where sets cannot be built.
 */
#include "bench/judge/effects.h"
#include "core/test/test.h"
#include <math.h>

enum { BLOCKS = 12 };
static const char *const names[] = {"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"};

/* Known values: single effects, one interaction (difference of differences) and noise that a block shares. */
struct truth { double main[DESIGN_FACTORS_MAX]; unsigned pair; double interaction, block_noise, noise; };

static double uniform(uint32_t *state)
{
    return (double)test_random(state) / 4294967296.0 - 0.5;
}

static double value_of(const struct truth *t, unsigned set)
{
    double y = 3;
    for (int f = 0; f < DESIGN_FACTORS_MAX; f++)
        y += set >> f & 1 ? t->main[f] : 0;
    return y + (t->pair && (set & t->pair) == t->pair ? t->interaction : 0);
}

static struct effects measure_seeded(const struct design *d, const struct truth *t, uint32_t state)
{
    static double y[BLOCKS * DESIGN_RUNS_MAX];
    for (size_t b = 0; b < BLOCKS; b++) {
        double shift = t->block_noise * uniform(&state);
        for (size_t r = 0; r < d->run_count; r++)
            y[b * d->run_count + r] = value_of(t, d->runs[r]) + shift + t->noise * uniform(&state);
    }
    struct effects e;
    ck_assert(effects_estimate(d, y, BLOCKS, 1, &e));
    return e;
}

static struct effects measure(const struct design *d, const struct truth *t)
{
    return measure_seeded(d, t, 77);
}

static void near(double have, double want, double within)
{
    ck_assert_msg(fabs(have - want) <= within, "have %g, want %g", have, want);
}

/* Columns of a fraction are balanced; single effects and pairs are confounded only as the resolution allows. */
START_TEST(resolution)
{
    static const int stated[] = {[6] = 6, [7] = 4, [8] = 4, [9] = 4, [10] = 4};
    for (int k = 1; k <= DESIGN_FRACTION_MAX; k++) {
        struct design d;
        ck_assert(design_make(&d, k));
        ck_assert_uint_eq(d.fraction, 1u << (k < 5 ? k : 5));
        ck_assert_int_eq(d.resolution, k <= DESIGN_FULL_MAX ? 0 : stated[k]);
        ck_assert_int_ge(design_run(&d, 0), 0);
        ck_assert_int_ge(design_run(&d, (1u << k) - 1), 0);
        for (unsigned word = 1; word < 1u << k; word++) {
            int sum = 0;
            for (size_t r = 0; r < d.fraction; r++)
                sum += __builtin_popcount(d.runs[r] & word) % 2 ? -1 : 1;
            bool confounded = abs(sum) == (int)d.fraction;
            ck_assert_msg(confounded || !sum, "k=%d: word %x is half confounded", k, word);
            ck_assert_msg(!confounded || __builtin_popcount(word) >= d.resolution, "k=%d: word %x is too short", k, word);
        }
    }
    struct design d;
    ck_assert(!design_make(&d, 0) && !design_make(&d, DESIGN_FRACTION_MAX + 1));
}
END_TEST

/* The fraction of seven has the one confounded pair of the published minimum-aberration design 2^(7-2). */
START_TEST(aliases)
{
    struct design d;
    unsigned out[64];
    int pairs = 0;
    ck_assert(design_make(&d, 6));
    for (int a = 0; a < 6; a++)
        for (int b = a; b < 6; b++)
            ck_assert_uint_eq(design_aliases(&d, 1u << a | 1u << b, out, 64), 0);
    ck_assert(design_make(&d, 7));
    for (int a = 0; a < 7; a++)
        for (int b = a; b < 7; b++)
            pairs += (int)design_aliases(&d, 1u << a | 1u << b, out, 64);
    ck_assert_int_eq(pairs, 6); /* three equalities of two pairs each */
    char text[4096] = "";
    FILE *file = fmemopen(text, sizeof text, "w");
    design_print(file, &d, names);
    fclose(file);
    ck_assert_ptr_nonnull(strstr(text, "resolution IV"));
    ck_assert_ptr_nonnull(strstr(text, "generator: F = "));
    ck_assert_ptr_nonnull(strstr(text, "confounded: "));
}
END_TEST

/* Each step with those before it: the interaction of B and D comes with D. A rung less, and the steps beside it are not told. */
START_TEST(ladder)
{
    struct truth t = {.main = {0.5, -0.2, 0, 0.1, [11] = 0.7}, .pair = 2 | 8, .interaction = 0.3, .block_noise = 1};
    struct design d;
    char text[512] = "";
    ck_assert(!design_make_ladder(&d, 0) && !design_make_ladder(&d, DESIGN_FACTORS_MAX + 1));
    ck_assert(design_make_ladder(&d, 12) && d.run_count == 13 && design_run(&d, 0) == 0 && design_run(&d, 4095) == 12);
    struct effects e = measure(&d, &t);
    ck_assert(e.term_count == 12 && e.shared);
    for (int f = 0; f < 12; f++) {
        near(effects_find(&e, 1u << f)->value.value, t.main[f] + (f == 3 ? 0.3 : 0), 1e-9);
        near(e.share[f].value, t.main[f] + (f == 3 ? 0.3 : 0), 1e-9);
    }
    near(e.whole.value, 1.4, 1e-9);
    FILE *file = fmemopen(text, sizeof text, "w");
    design_print(file, &d, names);
    fclose(file);
    ck_assert_ptr_nonnull(strstr(text, "a ladder of 13 sets"));
    design_drop(&d, 7);
    e = measure(&d, &t);
    ck_assert(!effects_find(&e, 4)->estimated && !effects_find(&e, 8)->estimated && !e.shared);
    near(effects_find(&e, 16)->value.value, 0, 1e-9);
    ck_assert(design_make_ladder(&d, 12));
    t.noise = 0.02;
    e = measure(&d, &t);
    ck_assert(effects_find(&e, 1)->value.lo > 0.4 && effects_find(&e, 1)->value.hi < 0.6);
}
END_TEST

START_TEST(full_exact)
{
    struct truth t = {.main = {0.5, -0.2, 0, 0.1}, .pair = 3, .interaction = 0.3, .block_noise = 1};
    struct design d;
    design_make(&d, 4);
    struct effects e = measure(&d, &t);
    near(effects_find(&e, 1)->value.value, 0.5 + 0.15, 1e-9); /* averaged over B on and off */
    near(effects_find(&e, 2)->value.value, -0.2 + 0.15, 1e-9);
    near(effects_find(&e, 4)->value.value, 0, 1e-9);
    near(effects_find(&e, 3)->value.value, 0.3, 1e-9);
    near(effects_find(&e, 5)->value.value, 0, 1e-9);
    near(e.share[0].value, 0.5 + 0.15, 1e-9); /* an interaction is shared equally */
    near(e.share[1].value, -0.2 + 0.15, 1e-9);
    near(e.share[0].value + e.share[1].value + e.share[2].value + e.share[3].value, e.whole.value, 1e-9);
    near(e.whole.value, 0.7, 1e-9);
    ck_assert_ptr_null(effects_find(&e, 7));
}
END_TEST

/* Intervals of 95 % hold the truth in most of 60 repetitions, though whole blocks move by far more than any effect. */
START_TEST(coverage)
{
    struct truth t = {.main = {0.5, -0.2, 0}, .pair = 3, .interaction = 0.3, .block_noise = 2, .noise = 0.1};
    struct design d;
    design_make(&d, 3);
    int held[4] = {0};
    for (uint32_t i = 1; i <= 60; i++) {
        struct effects e = measure_seeded(&d, &t, i * 2654435761u);
        struct stats_interval found[] = {effects_find(&e, 1)->value, effects_find(&e, 3)->value, e.share[1], e.whole};
        double want[] = {0.65, 0.3, -0.05, 0.6};
        for (int j = 0; j < 4; j++) {
            held[j] += found[j].lo <= want[j] && want[j] <= found[j].hi;
            ck_assert_msg(found[j].hi - found[j].lo < 0.2, "%d: [%g, %g]", j, found[j].lo, found[j].hi);
        }
    }
    for (int j = 0; j < 4; j++)
        ck_assert_msg(held[j] >= 52, "%d: held in %d of 60", j, held[j]);
    struct effects e = measure(&d, &t), again = measure(&d, &t);
    ck_assert_mem_eq(&e, &again, sizeof e);
}
END_TEST

START_TEST(fraction)
{
    struct truth t = {.main = {0.5, -0.2, 0, 0, 0, 0.4, 0.25}, .pair = 1 | 1 << 5, .interaction = 0.2};
    for (int k = 6; k <= 7; k++) {
        struct design d;
        design_make(&d, k);
        struct effects e = measure(&d, &t);
        near(effects_find(&e, 1)->value.value, 0.6, 1e-9);
        near(effects_find(&e, 1 << 5)->value.value, 0.5, 1e-9);
        near(effects_find(&e, 1 | 1 << 5)->value.value, 0.2, 1e-9);
        near(e.share[0].value, 0.6, 1e-9);
        near(e.whole.value, k == 6 ? 0.9 : 1.15, 1e-9);
        ck_assert(e.shared);
        for (size_t i = 0; i < e.term_count; i++) {
            unsigned other[64];
            bool first = true;
            size_t count = design_aliases(&d, e.terms[i].term, other, 64);
            for (size_t a = 0; a < count; a++)
                first = first && effects_find(&e, other[a]) > &e.terms[i];
            ck_assert_int_eq(e.terms[i].estimated, first);
        }
    }
}
END_TEST

/* B can be built only with A: three sets. What is left are A without B, and B on top of A; no order begins with B. */
START_TEST(impossible)
{
    struct truth t = {.main = {0.5, 0.2, 0.1}, .pair = 3, .interaction = 0.3};
    struct design d;
    design_make(&d, 3);
    design_drop(&d, 2);
    design_drop(&d, 2 | 4);
    ck_assert_uint_eq(d.run_count, 6);
    struct effects e = measure(&d, &t);
    near(effects_find(&e, 1)->value.value, 0.5, 1e-9);
    near(effects_find(&e, 2)->value.value, 0.5, 1e-9);
    near(effects_find(&e, 4)->value.value, 0.1, 1e-9);
    ck_assert(!effects_find(&e, 3)->estimated);
    ck_assert(effects_find(&e, 5)->estimated);
    near(e.share[0].value, 0.5, 1e-9);
    near(e.share[1].value, 0.5, 1e-9);
    near(e.share[2].value, 0.1, 1e-9);
    design_drop(&d, 1);
    design_drop(&d, 1 | 4);
    e = measure(&d, &t); /* A and B only together: no order of single flips exists */
    ck_assert(!e.shared);
    near(e.whole.value, 1.1, 1e-9);
}
END_TEST

START_TEST(incomplete_blocks)
{
    struct design d;
    design_make(&d, 1);
    double y[] = {1, 2, NAN, 9, 1, 2, 5, NAN};
    struct effects e;
    ck_assert(effects_estimate(&d, y, 4, 1, &e));
    ck_assert_uint_eq(e.blocks, 2);
    near(e.whole.value, 1, 1e-9);
    near(e.base, 1, 1e-9);
    ck_assert(effects_estimate(&d, y, 1, 1, &e));
    ck_assert(e.whole.value == 1 && isnan(e.whole.lo));
    ck_assert(!effects_estimate(&d, y + 2, 1, 1, &e));
}
END_TEST

TEST_MAIN("designs and effects", resolution, aliases, ladder, full_exact, coverage, fraction, impossible, incomplete_blocks)
