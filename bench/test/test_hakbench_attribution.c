/* SPDX-License-Identifier: MIT */
/* test_hakbench_attribution.c - from samples to sentences: on a dataset made by hand with known contributions, an overlap,
 * a toggle without effect, a variant that could not be built, and zeros.
 */
#include "bench/show/attribution_show.h"
#include "core/test/test.h"
#include <math.h>
#include <string.h>

enum { BLOCKS = 8 };
static const struct flips flips = {.flip = {{"ALPHA", "0", "1", ""}, {"BETA", "0", "1", ""}, {"GAMMA", "0", "1", ""}}, .count = 3,
                                   .common = "PHASE=0"};
static char text[8192];

/* ops_s: ALPHA x 2, BETA x 1.5, together only x 2.4 of 3; GAMMA nothing. syscalls: 100, none with ALPHA. */
static double ops_of(unsigned set)
{
    return 10e6 * (set & 1 ? 2 : 1) * (set & 2 ? 1.5 : 1) * ((set & 3) == 3 ? 0.8 : 1);
}

static int sample(struct dataset *ds, int variant, int block, enum mode mode, const char *metric, double value)
{
    struct ds_sample s = {.variant = variant, .block = block, .position = (int)ds->sample_count, .mode = mode};
    int at = dataset_add_sample(ds, &s);
    dataset_set(ds, at, metric, value);
    return at;
}

/* without: a set that does not exist; 8: all do. */
static struct dataset *made(const struct design *d, unsigned without)
{
    struct dataset *ds = dataset_new();
    struct ds_workload w = {.name = "work-steady", .command = "work 1"};
    uint32_t random = 11;
    dataset_add_workload(ds, &w);
    ds->seed = 1;
    for (size_t r = 0; r < d->run_count; r++) {
        struct ds_variant v = {.kind = "hakmem", .twin_of = -1};
        snprintf(v.label, sizeof v.label, "v%u", d->runs[r]);
        strcpy(v.variant, v.label);
        flips_text(&flips, d->runs[r], v.toggles, sizeof v.toggles);
        dataset_add_variant(ds, &v);
    }
    for (int b = 0; b < BLOCKS; b++)
        for (size_t r = 0; r < d->run_count; r++) {
            double noise = 1 + 0.004 * ((double)test_random(&random) / 4294967296.0 - 0.5), drift = 1 + 0.1 * b;
            if (d->runs[r] == without)
                continue;
            sample(ds, (int)r, b, MODE_TIME, "ops_s", ops_of(d->runs[r]) * noise * drift);
            if (b == 0)
                sample(ds, (int)r, 0, MODE_STRACE, "syscalls", d->runs[r] & 1 ? 0 : 100);
        }
    return ds;
}

static const char *said(const struct dataset *ds, const char *metric, const struct design *d)
{
    static struct attribution a;
    char why[256];
    ck_assert_msg(attribution_make(ds, 0, metric, &flips, d, &a, why, sizeof why), "%s", why);
    memset(text, 0, sizeof text);
    FILE *out = fmemopen(text, sizeof text, "w");
    attribution_print(out, &a);
    fclose(out);
    return text;
}

static void has(const char *part)
{
    ck_assert_msg(strstr(text, part), "no '%s' in: %s", part, text);
}

START_TEST(words)
{
    struct design d;
    design_make(&d, 3);
    struct dataset *ds = made(&d, 8);
    said(ds, "ops_s", &d);
    has("From v0 to v7, ops_s on work-steady goes from 13.");
    has(" ALPHA contributes +");
    has(" BETA contributes +");
    has("No contribution that can be told from none: GAMMA.");
    has("ALPHA and BETA overlap by -20.0 % [-20.");
    ck_assert(strstr(text, "ALPHA contributes") < strstr(text, "BETA contributes"));
    ck_assert_ptr_null(strstr(text, "BETA and GAMMA"));
    has("| ALPHA x BETA | v3 | 3");
    has("95 % intervals by bootstrap over 8 rounds");
    dataset_free(ds);
}
END_TEST

/* Zero has no logarithm: differences are shown. */
START_TEST(zeros)
{
    struct design d;
    design_make(&d, 3);
    struct dataset *ds = made(&d, 8);
    said(ds, "syscalls", &d);
    has("goes from 100 to 0. ALPHA contributes -100 (100 % of the whole).");
    has("| ALPHA | -100 | -100 |");
    has("the difference (as some values are 0)");
    has("Counted once: no intervals.");
    dataset_free(ds);
}
END_TEST

/* BETA exists only with ALPHA. */
START_TEST(impossible)
{
    struct design d;
    design_make(&d, 3);
    design_drop(&d, 2 | 4);
    struct dataset *ds = made(&d, 2);
    said(ds, "ops_s", &d);
    has("| ALPHA x BETA | cannot be told apart: sets are missing |");
    has(" BETA contributes +");
    dataset_free(ds);
}
END_TEST

START_TEST(missing_end)
{
    struct design d;
    static struct attribution a;
    char why[256];
    design_make(&d, 3);
    struct dataset *ds = made(&d, 7);
    ck_assert(!attribution_make(ds, 0, "ops_s", &flips, &d, &a, why, sizeof why));
    ck_assert_msg(strstr(why, "ops_s of work-steady was not measured with PHASE=0 ALPHA=1 BETA=1 GAMMA=1"), "%s", why);
    ck_assert(!attribution_make(ds, 0, "instructions", &flips, &d, &a, why, sizeof why));
    dataset_free(ds);
}
END_TEST

TEST_MAIN("attribution in words", words, zeros, impossible, missing_end)
