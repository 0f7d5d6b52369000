/* SPDX-License-Identifier: MIT */
/* test_api_calloc.c - calloc returns zeroes, whatever was in the memory before.
 *
 * Uses the public header only. Every test first makes memory dirty, by every way in which it can come back.
 */
#include "test.h"
#include "test_api.h"

#include <pthread.h>

enum { BATCH = 40 };

/* Blocks of the size, filled and freed, then asked for again. The usable part is dirtied, the requested part must be zero. */
static void reuse(size_t size, size_t count)
{
    void *blocks[BATCH];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < count; i++) {
            blocks[i] = round ? hak_calloc(size % 2 ? 1 : 2, size % 2 ? size : size / 2) : hak_malloc(size);
            must(blocks[i]);
            must(!round || test_zero(blocks[i], size));
            memset(blocks[i], 0xA5, hak_malloc_usable_size(blocks[i]));
        }
        for (size_t i = 0; i < count; i++)
            hak_free(blocks[i]);
    }
}

START_TEST(small_sizes)
{
    for (size_t size = 0; size <= 1100; size++)
        reuse(size, BATCH);
    must(hak_check());
}
END_TEST

START_TEST(up_to_8_mib)
{
    for (size_t size = 1100; size <= 8 * MIB; size += size / 7)
        reuse(size, size < 64 * KIB ? BATCH : size < MIB ? 4 : 1);
    for (size_t power = 2 * KIB; power <= 8 * MIB; power *= 2) {
        reuse(power - 1, 1);
        reuse(power, 1);
        reuse(power + 1, 1);
    }
    must(hak_check());
}
END_TEST

START_TEST(counts_and_sizes)
{
    for (size_t count = 1; count < 60; count += 7)
        for (size_t size = 1; size < 3000; size += 61) {
            char *dirty = hak_malloc(count * size);
            must(dirty);
            memset(dirty, 0xFF, count * size);
            hak_free(dirty);
            char *block = hak_calloc(count, size);
            must(block && test_zero(block, count * size));
            memset(block, 0xFF, count * size);
            hak_free(block);
        }
}
END_TEST

/* The other neighbours of the memory are live, so that blocks come back one by one, in any order. */
START_TEST(among_live_blocks)
{
    enum { SLOTS = 1024 };
    static char *blocks[SLOTS];
    uint32_t state = 2463534242u;
    size_t steps = test_scaled(300000);
    for (size_t step = 0; step < steps; step++) {
        size_t slot = test_random(&state) % SLOTS;
        hak_free(blocks[slot]);
        uint32_t kind = test_random(&state);
        size_t size = test_random(&state) % (kind % 64 ? 600 : kind % 4096 ? 40000 : 3000000);
        blocks[slot] = kind & 0x10000 ? hak_malloc(size) : hak_calloc(1, size);
        must(blocks[slot]);
        must(kind & 0x10000 || test_zero(blocks[slot], size));
        memset(blocks[slot], 0xC3, size);
    }
    for (size_t slot = 0; slot < SLOTS; slot++)
        hak_free(blocks[slot]);
    must(hak_check());
}
END_TEST

static void *dirty_and_free(void *context)
{
    char **blocks = context;
    for (size_t i = 0; i < 2000; i++) {
        memset(blocks[i], 0x77, hak_malloc_usable_size(blocks[i]));
        hak_free(blocks[i]);
        blocks[i] = NULL;
    }
    return NULL;
}

START_TEST(dirtied_by_another_thread)
{
    static char *blocks[2000];
    for (int round = 0; round < 10; round++) {
        for (size_t i = 0; i < 2000; i++) {
            size_t size = i % 100 ? i % 1000 : 20000 + i * 40;
            blocks[i] = hak_calloc(size, 1);
            must(blocks[i] && test_zero(blocks[i], size));
        }
        pthread_t thread;
        must(!pthread_create(&thread, NULL, dirty_and_free, blocks));
        must(!pthread_join(thread, NULL));
    }
    must(hak_check());
}
END_TEST

/* realloc and aligned allocation give memory back too, in part or whole. */
START_TEST(dirtied_before_realloc)
{
    for (size_t size = 100; size < 8 * MIB; size *= 3) {
        char *block = hak_aligned_alloc(256, size);
        must(block);
        memset(block, 0x99, hak_malloc_usable_size(block));
        block = hak_realloc(block, size / 3 + 1);
        must(block);
        char *fresh = hak_calloc(1, size / 2);
        must(fresh && test_zero(fresh, size / 2));
        memset(fresh, 0x66, size / 2);
        fresh = hak_realloc(fresh, size * 2);
        must(fresh);
        memset(fresh, 0x66, size * 2);
        hak_free(fresh);
        hak_free(block);
        fresh = hak_calloc(size, 2);
        must(fresh && test_zero(fresh, size * 2));
        hak_free(fresh);
    }
}
END_TEST

/* Blocks that fill a part of their run, between runs that were dirtied, grow out of it. */
START_TEST(where_blocks_have_grown)
{
    enum { BLOCKS = 32 };
    for (size_t kib = 14; kib <= 448; kib *= 2) {
        void *dirty[2 * BLOCKS], *grown[BLOCKS], *fresh[2 * BLOCKS];
        for (size_t i = 0; i < 2 * BLOCKS; i++) {
            must((dirty[i] = hak_malloc(256 * KIB)));
            memset(dirty[i], 0xFF, 256 * KIB);
        }
        for (size_t i = 0; i < 2 * BLOCKS; i += 2)
            hak_free(dirty[i]);
        for (size_t i = 0; i < BLOCKS; i++)
            must((grown[i] = hak_malloc(kib * KIB)));
        for (size_t i = 0; i < BLOCKS; i++)
            must((grown[i] = hak_realloc(grown[i], (kib + 200) * KIB)));
        for (size_t i = 0; i < 2 * BLOCKS; i++)
            must((fresh[i] = hak_calloc(1, 256 * KIB)) && test_zero(fresh[i], 256 * KIB));
        for (size_t i = 0; i < 2 * BLOCKS; i++)
            hak_free(fresh[i]);
        for (size_t i = 0; i < BLOCKS; i++) {
            hak_free(grown[i]);
            hak_free(dirty[2 * i + 1]);
        }
    }
}
END_TEST

TEST_MAIN("calloc", small_sizes, up_to_8_mib, counts_and_sizes, among_live_blocks, dirtied_by_another_thread,
          dirtied_before_realloc, where_blocks_have_grown)
