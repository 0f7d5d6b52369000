/* SPDX-License-Identifier: MIT */
/* test_large_ranges.c - the table of ranges against a model of one flag for each granule: random ranges come and are cut out,
 * whole, from either end, from the middle and aligned; what the table says is what the model says. */
#include "core/test/test.h"
#include "core/test/test_api.h"
#include "ranges.h"

enum { GRANULES = 2000, GRANULE = 4096 };

static struct range_table table;
static bool kept[GRANULES + 2]; /* [0] and the last stay false */
#define BASE ((char *)((uintptr_t)1 << 32))

static size_t run_at(size_t i)
{
    size_t n = 0;
    while (kept[i + n])
        n++;
    return n;
}

/* The ranges of the table are the runs of the model. */
static void compare(void)
{
    size_t count = 0;
    uint64_t bytes = 0;
    for (size_t i = 1; i <= GRANULES; i++) {
        size_t n = kept[i - 1] ? 0 : run_at(i);
        if (n == 0)
            continue;
        must(count < table.count && table.range[count].start == BASE + i * GRANULE);
        must(table.range[count].bytes == n * GRANULE);
        must(range_at(&table, BASE + i * GRANULE) == count);
        count++;
        bytes += n * GRANULE;
    }
    must(count == table.count && bytes == table.bytes && range_valid(&table));
}

static void come(uint32_t r)
{
    size_t i = 1 + r % GRANULES, n = 0, most = 1 + (r >> 16) % 12;
    while (n < most && i + n <= GRANULES && !kept[i + n])
        n++;
    if (n == 0)
        return;
    bool touches = kept[i - 1] || kept[i + n];
    if (!range_insert(&table, BASE + i * GRANULE, n * GRANULE)) {
        must(table.count == RANGE_MOST && !touches);
        return;
    }
    while (n-- > 0)
        kept[i + n] = true;
}

/* The smallest run that holds n granules from an aligned one on. */
static void go(uint32_t r)
{
    size_t n = 1 + r % 9, align = (size_t)GRANULE << (r >> 8) % 4, skip, best = SIZE_MAX;
    size_t i = range_find(&table, n * GRANULE, align, GRANULE, &skip);
    for (size_t k = 1; k <= GRANULES; k++) {
        size_t run = kept[k - 1] ? 0 : run_at(k), away = 0;
        while (align > GRANULE && ((uintptr_t)BASE + (k + away + 1) * GRANULE) % align)
            away++;
        if (run >= n + away && run < best && (away == 0 || table.count < RANGE_MOST))
            best = run;
    }
    must((i < table.count) == (best != SIZE_MAX));
    if (i == table.count)
        return;
    must(table.range[i].bytes == best * GRANULE && best * GRANULE >= skip + n * GRANULE);
    char *start = table.range[i].start + skip;
    must(align <= GRANULE || ((uintptr_t)start + GRANULE) % align == 0);
    range_cut(&table, i, skip, n * GRANULE);
    for (size_t k = 0; k < n; k++)
        kept[(size_t)(start - BASE) / GRANULE + k] = false;
}

/* Whole, or its end, as when it is evicted. */
static void evict(uint32_t r)
{
    if (table.count == 0)
        return;
    size_t i = r % 2 ? range_oldest(&table) : range_smallest(&table), n = table.range[i].bytes / GRANULE;
    size_t largest = range_largest(&table);
    for (size_t k = 0; k < table.count; k++)
        must(table.range[k].bytes + (k < largest) <= table.range[largest].bytes);
    for (size_t k = 0; k < table.count; k++)
        must(r % 2 ? table.range[k].turn >= table.range[i].turn : table.range[k].bytes >= table.range[i].bytes);
    size_t part = (r >> 8) % 3 ? n : 1 + (r >> 10) % n, at = (size_t)(table.range[i].start - BASE) / GRANULE + n - part;
    range_cut(&table, i, (n - part) * GRANULE, part * GRANULE);
    while (part-- > 0)
        kept[at + part] = false;
}

START_TEST(model)
{
    uint32_t random = 77;

    for (size_t step = 0; step < test_scaled(40000); step++) {
        uint32_t r = test_random(&random);
        if (step / 2000 % 2 == 0 ? r % 8 > 0 : r % 8 > 4)
            come(test_random(&random));
        else if (r % 8 == 0)
            evict(test_random(&random));
        else
            go(test_random(&random));
        compare();
    }
}
END_TEST

START_TEST(full)
{
    for (size_t i = 0; i < RANGE_MOST; i++)
        must(range_insert(&table, BASE + 2 * i * GRANULE, GRANULE));
    must(!range_insert(&table, BASE + 2 * RANGE_MOST * GRANULE, GRANULE) && range_valid(&table));
    must(range_insert(&table, BASE + 7 * GRANULE, GRANULE) && table.count == RANGE_MOST - 1);
    size_t skip;
    must(range_find(&table, 4 * GRANULE, 0, GRANULE, &skip) == table.count);
    must(range_at(&table, BASE + 6 * GRANULE) == 3 && table.range[3].bytes == 3 * GRANULE);
}
END_TEST

TEST_MAIN("large: ranges", model, full)
