/* SPDX-License-Identifier: MIT */
/* test_api_sizes.c - every size is served: alignment, usable size, contents; and impossible sizes are refused with ENOMEM.
 *
 * Uses the public header only. The same holds of glibc's functions.
 */
#include "test.h"
#include "test_api.h"

#include <limits.h>

static const size_t impossible[] = {(size_t)PTRDIFF_MAX + 1, SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15, SIZE_MAX - 4096,
                                    SIZE_MAX - 2 * MIB,      PTRDIFF_MAX, PTRDIFF_MAX - 4096};

START_TEST(smallest)
{
    void *a = hak_malloc(0), *b = hak_malloc(0), *c = hak_malloc(1), *d = hak_malloc(1);
    must(a && b && c && d);
    must(a != b && a != c && a != d && b != c && b != d && c != d);
    must(test_aligned(a, 16) && test_aligned(b, 16) && test_aligned(c, 16) && test_aligned(d, 16));
    must(hak_malloc_usable_size(c) >= 1);
    must(hak_malloc_usable_size(NULL) == 0);
    test_stamp(c, 1, 1);
    test_stamp(d, 1, 2);
    must(test_stamped(c, 1, 1) && test_stamped(d, 1, 2));
    hak_free(a);
    hak_free(b);
    hak_free(c);
    hak_free(d);
    hak_free(NULL);
    hak_cfree(NULL);
}
END_TEST

static void refused(void *block)
{
    must(!block);
    must(errno == ENOMEM);
    errno = 0;
}

START_TEST(too_large)
{
    errno = 0;
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++) {
        volatile size_t size = impossible[i];
        refused(hak_malloc(size));
        refused(hak_calloc(1, size));
        refused(hak_calloc(size, 1));
        refused(hak_realloc(NULL, size));
        refused(hak_reallocarray(NULL, 1, size));
        refused(hak_aligned_alloc(16, size));
        refused(hak_aligned_alloc(64, size));
        refused(hak_aligned_alloc(MIB, size));
        refused(hak_memalign(8, size));
        refused(hak_memalign(4096, size));
        refused(hak_valloc(size));
        refused(hak_pvalloc(size));
        void *out = &out;
        must(hak_posix_memalign(&out, 64, size) == ENOMEM && out == &out);
    }
    void *block = hak_malloc(100);
    must(block);
    hak_free(block);
}
END_TEST

START_TEST(overflowing_products)
{
    static const size_t factors[][2] = {{SIZE_MAX / 2 + 1, 2},
                                        {2, SIZE_MAX / 2 + 1},
                                        {SIZE_MAX, SIZE_MAX},
                                        {SIZE_MAX, 2},
                                        {(size_t)1 << 33, (size_t)1 << 33},
                                        {(size_t)1 << 32, (size_t)1 << 32},
                                        {SIZE_MAX / 16 + 1, 16},
                                        {SIZE_MAX / 16 + 2, 16},
                                        {SIZE_MAX / 3 + 1, 3},
                                        {SIZE_MAX / 48 + 1, 48},
                                        {(size_t)1 << 62, 4},
                                        {(size_t)1 << 62, 2}};
    char *kept = hak_malloc(100);
    must(kept);
    test_stamp(kept, 100, 7);
    errno = 0;
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        volatile size_t count = factors[i][0], size = factors[i][1];
        refused(hak_calloc(count, size));
        refused(hak_reallocarray(NULL, count, size));
        refused(hak_reallocarray(kept, count, size));
        must(test_stamped(kept, 100, 7));
    }
    hak_free(kept);
}
END_TEST

START_TEST(zero_products)
{
    void *blocks[] = {hak_calloc(0, 0), hak_calloc(0, 5), hak_calloc(5, 0), hak_calloc(SIZE_MAX, 0), hak_calloc(0, SIZE_MAX),
                      hak_reallocarray(NULL, 0, 9), hak_reallocarray(NULL, SIZE_MAX, 0)};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        must(blocks[i] && test_aligned(blocks[i], 16));
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        hak_free(blocks[i]);
}
END_TEST

START_TEST(small_sizes_together)
{
    enum { SIZES = 5001 };
    static char *blocks[SIZES];
    static size_t usable[SIZES];
    for (size_t size = 0; size < SIZES; size++) {
        blocks[size] = hak_malloc(size);
        must(blocks[size] && test_aligned(blocks[size], 16));
        usable[size] = hak_malloc_usable_size(blocks[size]);
        must(usable[size] >= size);
        test_stamp(blocks[size], usable[size], size + 1);
    }
    for (size_t size = 0; size < SIZES; size++) {
        must(hak_malloc_usable_size(blocks[size]) == usable[size]);
        must(test_stamped(blocks[size], usable[size], size + 1));
    }
    for (size_t size = 0; size < SIZES; size += 2)
        hak_free(blocks[size]);
    for (size_t size = 1; size < SIZES; size += 2) {
        must(test_stamped(blocks[size], usable[size], size + 1));
        hak_free(blocks[size]);
    }
    must(hak_check());
}
END_TEST

/* Two neighbours of each size live at a time, so that a usable size reaching into the next block is seen. */
static void try_large(size_t size)
{
    char *first = hak_malloc(size), *second = hak_malloc(size);
    must(first && second && test_aligned(first, 16) && test_aligned(second, 16));
    size_t first_usable = hak_malloc_usable_size(first), second_usable = hak_malloc_usable_size(second);
    must(first_usable >= size && second_usable >= size);
    test_stamp(first, first_usable, size);
    test_stamp(second, second_usable, size + 1);
    must(test_stamped(first, first_usable, size));
    hak_free(first);
    must(test_stamped(second, second_usable, size + 1));
    hak_free(second);
}

START_TEST(around_powers_of_two)
{
    static const int around[] = {-17, -16, -2, -1, 0, 1, 2, 16, 17};
    for (size_t power = 4096; power <= test_scaled(64) * MIB; power *= 2)
        for (size_t i = 0; i < sizeof around / sizeof *around; i++)
            if (power < 16 * MIB || (around[i] >= -1 && around[i] <= 1))
                try_large(power + (size_t)around[i]);
    must(hak_check());
}
END_TEST

TEST_MAIN("sizes", smallest, too_large, overflowing_products, zero_products, small_sizes_together, around_powers_of_two)
