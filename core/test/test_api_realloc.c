/* SPDX-License-Identifier: MIT */
/* test_api_realloc.c - realloc keeps the contents on every way between sizes, and the old block when it fails.
 *
 * Uses the public header only.
 */
#include "test.h"
#include "test_api.h"

#include <pthread.h>

static const size_t sizes[] = {1,    15,    16,    17,    100,    1000,   1024, 1025,    4000,    4096,
                               5000, 33000, 65536, 65537, 200000, 900000, MIB,  MIB + 1, 2500000, 9000000};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void *resized(void *block, size_t from, size_t to, uint64_t seed)
{
    void *moved = hak_realloc(block, to);
    must(moved && test_aligned(moved, 16) && hak_malloc_usable_size(moved) >= to);
    must(test_stamped(moved, from < to ? from : to, seed));
    return moved;
}

START_TEST(every_pair)
{
    for (size_t from = 0; from < SIZES; from++)
        for (size_t to = 0; to < SIZES; to++) {
            void *block = hak_malloc(sizes[from]);
            must(block);
            test_stamp(block, sizes[from], from);
            block = resized(block, sizes[from], sizes[to], from);
            test_stamp(block, hak_malloc_usable_size(block), to);
            hak_free(block);
        }
    must(hak_check());
}
END_TEST

START_TEST(byte_by_byte)
{
    void *block = hak_realloc(NULL, 1);
    must(block);
    test_stamp(block, 1, 9);
    for (size_t size = 2; size <= 5000; size++) {
        block = resized(block, size - 1, size, 9);
        test_stamp(block, size, 9);
    }
    for (size_t size = 4999; size; size--)
        block = resized(block, size + 1, size, 9);
    hak_free(block);
}
END_TEST

START_TEST(growth_to_64_mib)
{
    size_t size = 24, limit = test_scaled(64) * MIB;
    void *block = hak_malloc(size);
    must(block);
    test_stamp(block, size, 3);
    while (size < limit) {
        size_t larger = size + size / 2;
        block = resized(block, size, larger, 3);
        test_stamp(block, larger, 3);
        size = larger;
    }
    while (size > 24) {
        block = resized(block, size, size / 3, 3);
        size /= 3;
    }
    hak_free(block);
}
END_TEST

START_TEST(random_walk)
{
    enum { SLOTS = 200 };
    static struct {
        void *block;
        size_t size;
    } slots[SLOTS];
    uint32_t state = 88172645u;
    size_t steps = test_scaled(100000);
    for (size_t step = 0; step < steps; step++) {
        size_t i = test_random(&state) % SLOTS;
        uint32_t kind = test_random(&state) % 1000;
        size_t size = 1 + test_random(&state) % (kind < 900 ? 1500 : kind < 998 ? 60000 : 4000000);
        slots[i].block = resized(slots[i].block, slots[i].size, size, i);
        slots[i].size = size;
        test_stamp(slots[i].block, size, i);
    }
    for (size_t i = 0; i < SLOTS; i++) {
        must(test_stamped(slots[i].block, slots[i].size, i));
        hak_free(slots[i].block);
    }
    must(hak_check());
}
END_TEST

START_TEST(null_and_zero)
{
    struct hak_stats before = test_stats();
    for (size_t i = 0; i < SIZES; i++) {
        void *block = hak_realloc(NULL, sizes[i]);
        must(block && hak_malloc_usable_size(block) >= sizes[i]);
        errno = 4321;
        must(!hak_realloc(block, 0)); /* frees, as glibc does */
        must(errno == 4321);
        block = hak_reallocarray(NULL, 3, sizes[i]);
        must(block && hak_malloc_usable_size(block) >= 3 * sizes[i]);
        must(!hak_reallocarray(block, 0, sizes[i]));
        must(errno == 4321);
    }
    struct hak_stats after = test_stats();
    must(after.live_blocks == before.live_blocks && after.live_bytes == before.live_bytes);
    void *empty = hak_realloc(NULL, 0);
    must(empty);
    empty = hak_realloc(empty, 50);
    must(empty);
    hak_free(empty);
}
END_TEST

START_TEST(failure_keeps_the_block)
{
    for (size_t i = 0; i < SIZES; i++) {
        void *block = hak_malloc(sizes[i]);
        must(block);
        size_t usable = hak_malloc_usable_size(block);
        test_stamp(block, usable, i);
        errno = 0;
        must(!hak_realloc(block, (size_t)PTRDIFF_MAX + 1));
        must(errno == ENOMEM);
        errno = 0;
        must(!hak_realloc(block, SIZE_MAX));
        must(errno == ENOMEM);
        errno = 0;
        must(!hak_realloc(block, PTRDIFF_MAX)); /* a possible size that no machine has */
        must(errno == ENOMEM);
        errno = 0;
        must(!hak_reallocarray(block, SIZE_MAX / 2, 3));
        must(errno == ENOMEM);
        must(hak_malloc_usable_size(block) == usable && test_stamped(block, usable, i));
        hak_free(block);
    }
}
END_TEST

static void *resize_all(void *context)
{
    void **blocks = context;
    for (size_t i = 0; i < SIZES; i++)
        blocks[i] = resized(blocks[i], sizes[i], sizes[SIZES - 1 - i], i);
    return NULL;
}

START_TEST(by_another_thread)
{
    void *blocks[SIZES];
    for (size_t i = 0; i < SIZES; i++) {
        blocks[i] = hak_malloc(sizes[i]);
        must(blocks[i]);
        test_stamp(blocks[i], sizes[i], i);
    }
    pthread_t thread;
    must(!pthread_create(&thread, NULL, resize_all, blocks));
    must(!pthread_join(thread, NULL));
    for (size_t i = 0; i < SIZES; i++) {
        size_t other = sizes[SIZES - 1 - i];
        must(test_stamped(blocks[i], sizes[i] < other ? sizes[i] : other, i));
        hak_free(blocks[i]);
    }
    must(hak_check());
}
END_TEST

TEST_MAIN("realloc", every_pair, byte_by_byte, growth_to_64_mib, random_walk, null_and_zero, failure_keeps_the_block,
          by_another_thread)
