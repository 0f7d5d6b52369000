/* test_core_ssmap.c - the SuperSlab map is exact at its borders, refuses what no block can be, and keeps every concurrent
 * change. The regions named here are never mapped: only bits change. */
#include "core/test/test_core.h"

static char *region(uintptr_t i)
{
    return (char *)(i << SUPERSLAB_SHIFT);
}

static void expect_only(uintptr_t i, bool set)
{
    for (size_t offset = 0; offset < SUPERSLAB_SIZE; offset += 16) {
        must(ssmap_has_block(region(i) + offset) == set);
        must(ssmap_has(region(i) + offset + 15) == set);
    }
    must(!ssmap_has_block(region(i) - 16) && !ssmap_has(region(i) - 1));
    must(!ssmap_has_block(region(i + 1)) && !ssmap_has(region(i + 1)));
}

START_TEST(test_one_region)
{
    const uintptr_t regions[] = {1, 63, 64, 65, 1000003, SSMAP_REGIONS / 2, SSMAP_REGIONS - 1};
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
        expect_only(regions[i], false);
        ssmap_set(region(regions[i]));
        expect_only(regions[i], true);
        ssmap_clear(region(regions[i]));
        expect_only(regions[i], false);
    }
}
END_TEST

START_TEST(test_misaligned_is_no_block)
{
    ssmap_set(region(77));
    for (unsigned offset = 1; offset < 16; offset++) {
        must(!ssmap_has_block(region(77) + offset));
        must(!ssmap_has_block(region(78) - 16 + offset));
        must(ssmap_has(region(77) + offset));
    }
}
END_TEST

START_TEST(test_never_ours)
{
    for (unsigned bit = SUPERSLAB_SHIFT; bit < HAK_ADDRESS_BITS; bit++)
        ssmap_set((void *)((uintptr_t)1 << bit));
    must(!ssmap_has_block(NULL) && !ssmap_has(NULL));
    for (uintptr_t p = 0; p < SUPERSLAB_SIZE; p += 4096)
        must(!ssmap_has_block((void *)p));
    for (unsigned bit = HAK_ADDRESS_BITS; bit < 64; bit++) { /* not canonical, or the kernel's */
        uintptr_t high = (uintptr_t)1 << bit;
        must(!ssmap_has_block((void *)high));
        must(!ssmap_has_block((void *)(high | (uintptr_t)1 << SUPERSLAB_SHIFT)));
        must(!ssmap_has_block((void *)(high | (uintptr_t)1 << 40)));
        must(!ssmap_has_block((void *)-high));
        must(!ssmap_has((void *)(high | (uintptr_t)1 << 40)));
    }
    must(!ssmap_has_block((void *)UINTPTR_MAX) && !ssmap_has((void *)UINTPTR_MAX));
}
END_TEST

/* Every thread owns the regions that are its number modulo 8 and so shares every word with the others. */
static void *change_bits(void *context)
{
    uintptr_t number = (uintptr_t)context;
    for (size_t round = test_scaled(3000); round > 0; round--) {
        for (uintptr_t i = 640 + number; i < 640 + 2 * SSMAP_WORD; i += 8) {
            must(!ssmap_has_block(region(i)));
            ssmap_set(region(i));
            must(ssmap_has_block(region(i)));
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
        must(pthread_create(&threads[i], NULL, change_bits, (void *)i) == 0);
    for (int i = 0; i < 8; i++)
        must(pthread_join(threads[i], NULL) == 0);
    for (uintptr_t i = 640; i < 640 + 2 * SSMAP_WORD; i++)
        must(ssmap_has_block(region(i)) == (i % 2 == 1));
}
END_TEST

TEST_MAIN("SuperSlab map", test_one_region, test_misaligned_is_no_block, test_never_ours, test_concurrent_changes)
