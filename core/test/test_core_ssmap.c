/* SPDX-License-Identifier: MIT */
/* test_core_ssmap.c - the SuperSlab map is exact at its borders, within the window and beyond it, refuses what no block can be,
 * and keeps every concurrent change. The regions named here are never mapped: only the map changes. */
#include "core/test/test_core.h"

#define REGIONS ((uintptr_t)1 << (HAK_ADDRESS_BITS - SUPERSLAB_SHIFT))
#define NEAR ((uintptr_t)SSMAP_NEAR)

static char meta[64]; /* its bytes stand for SuperSlabs; only their addresses count */

static struct superslab *fake(uintptr_t i)
{
    return (struct superslab *)(meta + i % sizeof meta);
}

static char *region(uintptr_t i)
{
    return (char *)(i << SUPERSLAB_SHIFT);
}

static void expect_only(uintptr_t i, struct superslab *ss)
{
    for (size_t offset = 0; offset < SUPERSLAB_SIZE; offset += 16) {
        must(ssmap_find_block(region(i) + offset) == ss);
        must(ssmap_find(region(i) + offset + 15) == ss);
    }
    must(!ssmap_find_block(region(i) - 16) && !ssmap_find(region(i) - 1));
    must(!ssmap_find_block(region(i + 1)) && !ssmap_find(region(i + 1)));
}

START_TEST(test_one_region)
{
    const uintptr_t regions[] = {1, 511, 512, 513, NEAR - 1, NEAR % REGIONS, REGIONS / 2, REGIONS - 1};
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
        if (regions[i] == 0)
            continue;
        expect_only(regions[i], NULL);
        must(ssmap_set(region(regions[i]), fake(i)));
        expect_only(regions[i], fake(i));
        ssmap_clear(region(regions[i]));
        expect_only(regions[i], NULL);
    }
}
END_TEST

START_TEST(test_misaligned_is_no_block)
{
    const uintptr_t regions[] = {77, REGIONS / 2 + 77};
    for (int i = 0; i < 2; i++) {
        must(ssmap_set(region(regions[i]), fake(1)));
        for (unsigned offset = 1; offset < 16; offset++) {
            must(!ssmap_find_block(region(regions[i]) + offset));
            must(!ssmap_find_block(region(regions[i] + 1) - 16 + offset));
            must(ssmap_find(region(regions[i]) + offset) == fake(1));
        }
    }
}
END_TEST

START_TEST(test_never_ours)
{
    for (unsigned bit = SUPERSLAB_SHIFT; bit < HAK_ADDRESS_BITS; bit++)
        must(ssmap_set((void *)((uintptr_t)1 << bit), fake(1)));
    must(!ssmap_find_block(NULL) && !ssmap_find(NULL));
    for (uintptr_t p = 0; p < SUPERSLAB_SIZE; p += 4096)
        must(!ssmap_find_block((void *)p));
    for (unsigned bit = HAK_ADDRESS_BITS; bit < 64; bit++) { /* not canonical, or the kernel's */
        uintptr_t high = (uintptr_t)1 << bit;
        must(!ssmap_find_block((void *)high));
        must(!ssmap_find_block((void *)(high | (uintptr_t)1 << SUPERSLAB_SHIFT)));
        must(!ssmap_find_block((void *)(high | (uintptr_t)1 << 40)));
        must(!ssmap_find_block((void *)-high));
        must(!ssmap_find((void *)(high | (uintptr_t)1 << 40)));
    }
    must(!ssmap_find_block((void *)UINTPTR_MAX) && !ssmap_find((void *)UINTPTR_MAX));
}
END_TEST

/* Every thread owns the regions that are its number modulo 8 and so shares every node with the others. */
static void *change(void *context)
{
    uintptr_t number = (uintptr_t)context % 8, first = number < 4 ? 640 : REGIONS / 2;
    for (size_t round = test_scaled(3000); round > 0; round--) {
        for (uintptr_t i = first + number; i < first + 128; i += 8) {
            must(!ssmap_find_block(region(i)));
            must(ssmap_set(region(i), fake(i)));
            must(ssmap_find_block(region(i)) == fake(i));
            if (round > 1 || number % 2 == 0)
                ssmap_clear(region(i));
        }
    }
    return NULL;
}

START_TEST(test_concurrent_changes)
{
    pthread_t threads[8];
    for (uintptr_t i = 0; i < 8; i++)
        must(pthread_create(&threads[i], NULL, change, (void *)i) == 0);
    for (int i = 0; i < 8; i++)
        must(pthread_join(threads[i], NULL) == 0);
    for (uintptr_t i = 0; i < 128; i++) {
        must((ssmap_find_block(region(640 + i)) != NULL) == (i % 8 < 4 && i % 2 == 1));
        must((ssmap_find_block(region(REGIONS / 2 + i)) != NULL) == (i % 8 >= 4 && i % 2 == 1));
    }
}
END_TEST

TEST_MAIN("SuperSlab map", test_one_region, test_misaligned_is_no_block, test_never_ours, test_concurrent_changes)
