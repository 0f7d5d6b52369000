/* SPDX-License-Identifier: MIT */
/* test_hakbench_bottleneck.c - where the time goes: prices fitted from figures with known prices, costs that add up, their
 * order.
 */
#include "bench/judge/bottleneck.h"
#include "bench/test/report_data.h"
#include "core/test/test.h"
#include <math.h>

static const struct cost *find(const struct cost *cost, int count, const char *what)
{
    for (int i = 0; i < count; i++)
        if (strcmp(cost[i].what, what) == 0)
            return &cost[i];
    ck_abort_msg("no cost '%s'", what);
}

/* One thread, sys_s = 0.0001 + 2 us a call + 0.5 us a fault. */
START_TEST(test_prices)
{
    struct dataset *ds = dataset_new();
    const char *timed[] = {"sys_s", "faults", "ops", NULL}, *counted[] = {"syscalls", "ops", NULL};
    data_variants(ds);
    for (int v = 0; v < DATA_MISSING; v++) {
        double calls = 100.0 * v * v, faults = 1000.0 + 700 * v;
        data_add(ds, v, DATA_SEED, MODE_TIME, 0, timed, (const double[]){1e-4 + 2e-6 * calls + 5e-7 * faults, faults, 1000});
        data_add(ds, v, DATA_SEED, MODE_STRACE, 0, counted, (const double[]){calls / 10, 100});
    }
    struct prices p = bottleneck_prices(ds);
    ck_assert_int_eq(p.cells, DATA_MISSING);
    ck_assert_double_eq_tol(p.base_s, 1e-4, 1e-9);
    ck_assert_double_eq_tol(p.call_s, 2e-6, 1e-11);
    ck_assert_double_eq_tol(p.fault_s, 5e-7, 1e-12);
    dataset_free(ds);
}
END_TEST

START_TEST(test_nothing_to_fit)
{
    struct dataset *ds = dataset_new();
    struct cost cost[COSTS_MAX];
    data_variants(ds);
    struct prices p = bottleneck_prices(ds);
    ck_assert_int_eq(p.cells, 0);
    ck_assert(isnan(p.call_s));
    ck_assert_int_eq(bottleneck_rank(ds, DATA_A, DATA_SEED, &p, cost), 0);
    dataset_free(ds);
}
END_TEST

/* Variant A of the hand-made dataset: 32 ms in calls by strace, but 2.4 ms in the kernel as timed. */
START_TEST(test_costs_add_up)
{
    struct dataset *ds = data_make();
    struct prices p = bottleneck_prices(ds);
    struct cost cost[COSTS_MAX];
    int count = bottleneck_rank(ds, DATA_A, DATA_SEED, &p, cost);
    double wall = dataset_median(ds, DATA_A, DATA_SEED, "wall_s"), sum = 0;
    ck_assert_int_gt(count, 4);
    for (int i = 0; i < count && !isnan(cost[i].seconds); i++) {
        ck_assert(i == 0 || cost[i].seconds <= cost[i - 1].seconds);
        ck_assert_double_eq_tol(cost[i].share, cost[i].seconds / wall, 1e-9);
        sum += cost[i].seconds;
    }
    ck_assert_double_le(sum, wall * 1.2);
    ck_assert_ptr_nonnull(strstr(find(cost, count, "munmap")->how, "scaled to the kernel's time"));
    ck_assert_double_eq(find(cost, count, "mmap")->count, 1534);
    ck_assert(isnan(find(cost, count, "front misses")->seconds));
    ck_assert_double_eq_tol(find(cost, count, "the allocator's own code")->seconds /
                                dataset_median(ds, DATA_A, DATA_SEED, "user_s"),
                            6.0 / 9, 1e-9);
    dataset_free(ds);
}
END_TEST

/* Where no call and no fault has a price, the kernel's time is with all of them. */
START_TEST(test_unpriced_kernel)
{
    struct dataset *ds = dataset_new();
    struct cost cost[COSTS_MAX];
    const char *names[] = {"ops_s", "ops", "seconds", "wall_s", "user_s", "sys_s", "rss_peak", "faults", NULL};
    data_variants(ds);
    data_add(ds, DATA_A, DATA_SEED, MODE_TIME, 0, names, (const double[]){1e6, 1e6, 1, 1, 0.6, 0.3, 4096, 100});
    struct prices p = bottleneck_prices(ds);
    int count = bottleneck_rank(ds, DATA_A, DATA_SEED, &p, cost);
    ck_assert_double_eq_tol(find(cost, count, "the kernel")->seconds, 0.3, 1e-9);
    ck_assert_str_eq(find(cost, count, "the kernel")->how, "measured; with all calls and faults");
    ck_assert(isnan(find(cost, count, "page faults")->seconds));
    dataset_free(ds);
}
END_TEST

TEST_MAIN("hakbench_bottleneck: where the time goes", test_prices, test_nothing_to_fit, test_unpriced_kernel, test_costs_add_up)
