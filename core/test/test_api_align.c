/* SPDX-License-Identifier: MIT */
/* test_api_align.c - aligned allocation: every alignment from 1 to 1 GiB, the EINVAL and errno rules, free and realloc after.
 *
 * Uses the public header only.
 */
#include "test.h"
#include "test_api.h"

#define GIB (KIB * MIB)

static void use(void *block, size_t alignment, size_t size)
{
    must(block && test_aligned(block, alignment) && test_aligned(block, 16));
    size_t usable = hak_malloc_usable_size(block);
    must(usable >= size);
    if (usable > 256 * KIB) /* the far end is written, the middle is not worth its page faults */
        memset((char *)block + usable - 64, 0x3C, 64);
    else
        test_stamp(block, usable, alignment + size);
    must(usable > 256 * KIB || test_stamped(block, usable, alignment + size));
}

START_TEST(every_alignment)
{
    static const size_t sizes[] = {0, 1, 16, 48, 100, 1000, 1024, 1025, 5000, 70000, 1024 * 1024, 3 * 1024 * 1024 + 5};
    for (size_t alignment = 1; alignment <= GIB; alignment *= 2)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            void *a = hak_aligned_alloc(alignment, sizes[i]);
            use(a, alignment, sizes[i]);
            void *b = hak_memalign(alignment, sizes[i]);
            use(b, alignment, sizes[i]);
            hak_free(a);
            void *c = NULL;
            if (alignment >= sizeof(void *))
                must(hak_posix_memalign(&c, alignment, sizes[i]) == 0);
            else
                must(hak_posix_memalign(&c, alignment, sizes[i]) == EINVAL && !c);
            if (c)
                use(c, alignment, sizes[i]);
            hak_free(b);
            hak_free(c);
        }
    must(hak_check());
}
END_TEST

START_TEST(size_equal_to_alignment)
{
    for (size_t alignment = 16; alignment <= GIB; alignment *= 2) {
        char *block = hak_aligned_alloc(alignment, alignment);
        must(block && test_aligned(block, alignment) && hak_malloc_usable_size(block) >= alignment);
        block[0] = block[alignment - 1] = 1;
        hak_free(block);
    }
}
END_TEST

START_TEST(many_live)
{
    enum { MANY = 120 };
    static void *blocks[MANY];
    for (size_t alignment = 16; alignment <= 2 * MIB; alignment *= 2) {
        for (size_t i = 0; i < MANY; i++) {
            blocks[i] = hak_aligned_alloc(alignment, i * 37);
            must(blocks[i] && test_aligned(blocks[i], alignment));
            test_stamp(blocks[i], hak_malloc_usable_size(blocks[i]) < 8192 ? hak_malloc_usable_size(blocks[i]) : i * 37, i);
        }
        for (size_t i = 0; i < MANY; i++) {
            size_t usable = hak_malloc_usable_size(blocks[i]);
            must(test_stamped(blocks[i], usable < 8192 ? usable : i * 37, i));
            hak_free(blocks[i]);
        }
    }
    must(hak_check());
}
END_TEST

START_TEST(aligned_alloc_rules)
{
    static const size_t wrong[] = {0, 3, 24, 48, 100, 4095, 4097, SIZE_MAX, SIZE_MAX / 2, (size_t)3 << 40};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        errno = 0;
        must(!hak_aligned_alloc(wrong[i], 64));
        must(errno == EINVAL);
    }
    errno = 0;
    must(!hak_aligned_alloc(SIZE_MAX / 2 + 1, 64));
    must(errno == ENOMEM);
    errno = 0;
    must(!hak_aligned_alloc(4096, SIZE_MAX - 100));
    must(errno == ENOMEM);
    errno = 0;
    must(!hak_aligned_alloc(GIB, (size_t)PTRDIFF_MAX - 100));
    must(errno == ENOMEM);
    void *not_a_multiple = hak_aligned_alloc(256, 100); /* no rule of ours, nor of glibc */
    use(not_a_multiple, 256, 100);
    hak_free(not_a_multiple);
}
END_TEST

START_TEST(posix_memalign_rules)
{
    static const size_t wrong[] = {0, 1, 2, 4, 3, 12, 24, 40, 100, SIZE_MAX, SIZE_MAX - 7};
    void *out = &out;
    errno = 4321;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        must(hak_posix_memalign(&out, wrong[i], 64) == EINVAL && out == &out && errno == 4321);
    must(hak_posix_memalign(&out, 64, SIZE_MAX) == ENOMEM && out == &out && errno == 4321);
    must(hak_posix_memalign(&out, SIZE_MAX / 2 + 1, 64) == ENOMEM && out == &out && errno == 4321);
    must(hak_posix_memalign(&out, 8, 0) == 0 && out && out != &out && errno == 4321);
    hak_free(out);
    must(hak_posix_memalign(&out, 4096, 10) == 0 && test_aligned(out, 4096) && errno == 4321);
    hak_free(out);
}
END_TEST

START_TEST(memalign_rules)
{
    static const size_t odd[][2] = {{0, 1}, {1, 1}, {3, 4}, {24, 32}, {48, 64}, {100, 128}, {4097, 8192}, {70000, 131072}};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        for (size_t size = 0; size < 5000; size += 777) {
            void *block = hak_memalign(odd[i][0], size);
            use(block, odd[i][1], size);
            hak_free(block);
        }
    errno = 0;
    must(!hak_memalign(SIZE_MAX / 2 + 2, 64));
    must(errno == EINVAL);
    errno = 0;
    must(!hak_memalign(SIZE_MAX, 64));
    must(errno == EINVAL);
    errno = 0;
    must(!hak_memalign(SIZE_MAX / 2 + 1, 64));
    must(errno == ENOMEM);
}
END_TEST

START_TEST(valloc_and_pvalloc)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t size = 0; size < 5 * page; size += 511) {
        void *v = hak_valloc(size), *p = hak_pvalloc(size);
        use(v, page, size);
        use(p, page, (size + page - 1) / page * page); /* pvalloc rounds the size up to whole pages */
        hak_free(v);
        hak_free(p);
    }
}
END_TEST

/* Sizes that lead an aligned block through all the ways of serving it. */
START_TEST(realloc_of_aligned)
{
    static const size_t sizes[] = {10, 200, 1000, 3000, 40000, 300000, 1200000, 5000000, 900000, 20000, 500, 33, 1};
    for (size_t alignment = 16; alignment <= 4 * MIB; alignment *= 4) {
        size_t size = 100;
        void *block = hak_aligned_alloc(alignment, size);
        must(block);
        test_stamp(block, size, alignment);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            void *moved = hak_realloc(block, sizes[i]);
            must(moved && test_aligned(moved, 16) && hak_malloc_usable_size(moved) >= sizes[i]);
            must(test_stamped(moved, size < sizes[i] ? size : sizes[i], alignment));
            size = sizes[i];
            test_stamp(moved, size, alignment);
            block = moved;
        }
        hak_free(block);
    }
    must(hak_check());
}
END_TEST

TEST_MAIN("alignment", every_alignment, size_equal_to_alignment, many_live, aligned_alloc_rules, posix_memalign_rules,
          memalign_rules, valloc_and_pvalloc, realloc_of_aligned)
