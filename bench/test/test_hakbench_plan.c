/* SPDX-License-Identifier: MIT */
/* test_hakbench_plan.c - the order of a plan: mirrored, shuffled, the same for the same seed, every cell equally often. */
#include "bench/plan/plan.h"
#include "core/test/test.h"
#include <string.h>

enum { VARIANTS = 5, WORKLOADS = 4, CELLS = VARIANTS * WORKLOADS, BLOCKS = 50 };

static struct variant variants[VARIANTS];
static const struct workload slow = {.name = "slow", .seconds = 1}, quick = {.name = "quick", .seconds = 0.01};
static const struct workload *works[WORKLOADS] = {&slow, &slow, &slow, &slow};

static struct plan plan_of(uint64_t seed)
{
    return (struct plan){.variants = variants,
                         .variant_count = VARIANTS,
                         .workloads = works,
                         .workload_count = WORKLOADS,
                         .seed = seed,
                         .twin = -1};
}

START_TEST(every_cell_twice_in_a_block)
{
    struct plan p = plan_of(7);
    for (size_t b = 0; b < BLOCKS; b++) {
        size_t cells[2 * CELLS], count, seen[CELLS] = {0};
        plan_block(&p, b, cells, &count);
        ck_assert_uint_eq(count, 2 * CELLS);
        for (size_t i = 0; i < count; i++)
            seen[cells[i]]++;
        for (size_t i = 0; i < CELLS; i++)
            ck_assert_uint_eq(seen[i], 2);
    }
}
END_TEST

START_TEST(mirrored_within_a_workload)
{
    struct plan p = plan_of(7);
    for (size_t b = 0; b < BLOCKS; b++) {
        size_t cells[2 * CELLS], count;
        plan_block(&p, b, cells, &count);
        for (size_t w = 0; w < WORKLOADS; w++) {
            const size_t *part = cells + w * 2 * VARIANTS;
            for (size_t i = 0; i < 2 * VARIANTS; i++) {
                ck_assert_uint_eq(part[i], part[2 * VARIANTS - 1 - i]);
                ck_assert_uint_eq(part[i] / VARIANTS, part[0] / VARIANTS);
            }
        }
    }
}
END_TEST

/* Over the blocks every workload comes first at some time, and every variant; no order is that of the block before. */
START_TEST(shuffled_between_blocks)
{
    struct plan p = plan_of(11);
    size_t before[2 * CELLS] = {0}, first_workload[WORKLOADS] = {0}, first_variant[VARIANTS] = {0}, same = 0;
    for (size_t b = 0; b < BLOCKS; b++) {
        size_t cells[2 * CELLS], count;
        plan_block(&p, b, cells, &count);
        first_workload[cells[0] / VARIANTS]++;
        first_variant[cells[0] % VARIANTS]++;
        same += memcmp(cells, before, sizeof cells) == 0;
        memcpy(before, cells, sizeof cells);
    }
    ck_assert_uint_eq(same, 0);
    for (size_t w = 0; w < WORKLOADS; w++)
        ck_assert_uint_gt(first_workload[w], 0);
    for (size_t v = 0; v < VARIANTS; v++)
        ck_assert_uint_gt(first_variant[v], 0);
}
END_TEST

START_TEST(the_seed_decides)
{
    struct plan a = plan_of(42), same = plan_of(42), other = plan_of(43);
    size_t one[2 * CELLS], two[2 * CELLS], count, differ = 0;
    for (size_t b = 0; b < BLOCKS; b++) {
        plan_block(&a, b, one, &count);
        plan_block(&same, b, two, &count);
        ck_assert(memcmp(one, two, sizeof one) == 0);
        plan_block(&other, b, two, &count);
        differ += memcmp(one, two, sizeof one) != 0;
    }
    ck_assert_uint_eq(differ, BLOCKS);
}
END_TEST

START_TEST(cells_left_out)
{
    uint64_t skip[VARIANTS] = {[1] = 1u << 2 | 1u << 3};
    struct plan p = plan_of(5);
    p.skip = skip;
    variants[4].d.missing = 1;
    size_t cells[2 * CELLS], count;
    plan_block(&p, 0, cells, &count);
    variants[4].d.missing = 0;
    ck_assert_uint_eq(count, 2 * (CELLS - WORKLOADS - 2));
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_ne(cells[i] % VARIANTS, 4);
        ck_assert(cells[i] % VARIANTS != 1 || cells[i] / VARIANTS < 2);
    }
}
END_TEST

START_TEST(workloads_not_timed)
{
    struct plan p = plan_of(5);
    p.except[MODE_TIME] = 1u << 1;
    p.except[MODE_INSTRUCTIONS] = 1u << 2;
    size_t cells[2 * CELLS], count;
    plan_block(&p, 0, cells, &count);
    ck_assert_uint_eq(count, 2 * (CELLS - VARIANTS));
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_ne(cells[i] / VARIANTS, 1);
    ck_assert(plan_takes(&p, MODE_TIME, 0) && !plan_takes(&p, MODE_INSTRUCTIONS, 2) && plan_takes(&p, MODE_COUNT, 2));
}
END_TEST

/* What is stored says the same plan again; so does what was stored before there was `except`. */
START_TEST(described_and_read_again)
{
    uint64_t skip[VARIANTS] = {[1] = 6, [3] = UINT64_MAX}, read[VARIANTS] = {0};
    struct plan p = plan_of(5), q = plan_of(5), old = plan_of(5);
    char text[512];
    p.skip = skip;
    p.modes = 19;
    p.repeat = 8;
    p.counts = 2;
    p.budget = 1.5;
    p.except[MODE_INSTRUCTIONS] = 5;
    p.except[MODE_MEMORY] = 1;
    plan_describe(&p, text, sizeof text);
    ck_assert_msg(plan_undescribe(text, &q, read), "%s", text);
    ck_assert_msg(memcmp(skip, read, sizeof skip) == 0 && memcmp(p.except, q.except, sizeof p.except) == 0, "%s", text);
    ck_assert(q.modes == 19 && q.repeat == 8 && q.counts == 2 && q.budget == 1.5 && q.twin == -1);
    memset(read, 0, sizeof read);
    ck_assert(plan_undescribe("modes=3 repeat=10 counts=1 budget=60 timeout=0 twin=0 skip=2:1c,", &old, read));
    ck_assert(read[2] == 0x1c && !old.except[MODE_TIME]);
    ck_assert(!plan_undescribe("modes=3 repeat=10", &old, read));
}
END_TEST

/* What takes a moment is run more often, in mirrored rounds of different orders; the others are not. */
START_TEST(quick_workloads_more_often)
{
    struct plan p = plan_of(3);
    size_t cells[2 * CELLS * PLAN_ROUNDS_MAX], count, seen[CELLS] = {0}, from = 0, differ = 0;
    works[2] = &quick;
    plan_block(&p, 0, cells, &count);
    works[2] = &slow;
    ck_assert_uint_eq(count, 2 * VARIANTS * (WORKLOADS - 1 + PLAN_ROUNDS_MAX));
    for (size_t i = 0; i < count; i++)
        seen[cells[i]]++;
    for (size_t i = 0; i < CELLS; i++)
        ck_assert_uint_eq(seen[i], i / VARIANTS == 2 ? 2 * PLAN_ROUNDS_MAX : 2);
    while (cells[from] / VARIANTS != 2)
        from++;
    for (size_t r = 0; r < PLAN_ROUNDS_MAX; r++) {
        const size_t *part = cells + from + r * 2 * VARIANTS;
        for (size_t i = 0; i < VARIANTS; i++)
            ck_assert_uint_eq(part[i], part[2 * VARIANTS - 1 - i]);
        differ += memcmp(part, cells + from, VARIANTS * sizeof *part) != 0;
    }
    ck_assert_uint_gt(differ, 0);
}
END_TEST

TEST_MAIN("the order of samples", every_cell_twice_in_a_block, mirrored_within_a_workload, shuffled_between_blocks,
          the_seed_decides, cells_left_out, workloads_not_timed, described_and_read_again, quick_workloads_more_often)
