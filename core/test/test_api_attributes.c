/* SPDX-License-Identifier: MIT */
/* test_api_attributes.c - what a program has told the kernel about the pages of a large block that it asked for at a page's
 * boundary (not to be inherited, or inherited empty) ends with the block: a later block is whole in a child. */
#define _GNU_SOURCE
#include "core/test/test.h"
#include "core/test/test_api.h"
#include "core/test/test_child.h"

#include <sys/mman.h>

static char *block;
static size_t bytes;

static void child_reads(void)
{
    must(test_stamped(block, bytes, 2));
}

/* Blocks of that size, one after another, of which the first is told so. */
static void told(size_t size, int advice)
{
    char *first;
    must((first = hak_aligned_alloc(4096, size)));
    test_stamp(first, size, 1);
    if (madvise(first, size, advice) != 0)
        return; /* the kernel does not know that */
    hak_free(first);
    bytes = size - 100;
    for (int i = 0; i < 3; i++) {
        must((block = hak_malloc(bytes)));
        test_stamp(block, bytes, 2);
        in_child(child_reads);
        hak_free(block);
    }
}

START_TEST(not_inherited)
{
    told(2 * MIB, MADV_DONTFORK);
    told(40 * MIB, MADV_DONTFORK);
}
END_TEST

START_TEST(inherited_empty)
{
    told(2 * MIB, MADV_WIPEONFORK);
    told(40 * MIB, MADV_WIPEONFORK);
}
END_TEST

/* Grown and cut by realloc it is still that block. */
START_TEST(after_realloc)
{
    char *first = hak_aligned_alloc(4096, 8 * MIB);
    must(first && !madvise(first, 8 * MIB, MADV_DONTFORK));
    must((first = hak_realloc(first, 16 * MIB)));
    must((first = hak_realloc(first, 6 * MIB)));
    hak_free(first);
    for (bytes = 2 * MIB; bytes < 16 * MIB; bytes += 3 * MIB) {
        must((block = hak_malloc(bytes)));
        test_stamp(block, bytes, 2);
        in_child(child_reads);
        hak_free(block);
    }
}
END_TEST

TEST_MAIN("attributes of pages", not_inherited, inherited_empty, after_realloc)
