/* SPDX-License-Identifier: MIT */
/* test_api_churn.c - threads come and go, leaving blocks that later threads free: memory reaches a plateau.
 *
 * Uses the public header only. What a dead thread left behind, and what is freed to it afterwards, must come back.
 */
#define TEST_SECONDS 300
#include "test.h"
#include "test_api.h"

#include <pthread.h>

enum { WAVE = 10, BLOCKS = 150, LEFT = 25, THREADS = 50000 };

struct slot {
    void *blocks[LEFT];
    size_t sizes[LEFT];
};

static struct slot left[2][WAVE]; /* by this wave, and by the one before */
static size_t wave_number;

static void take(struct slot *slot)
{
    for (size_t i = 0; i < LEFT; i++) {
        must(!slot->blocks[i] || test_stamped(slot->blocks[i], slot->sizes[i], i));
        hak_free(slot->blocks[i]);
        slot->blocks[i] = NULL;
    }
}

static void *live_and_die(void *context)
{
    size_t number = (uintptr_t)context;
    uint32_t state = (uint32_t)(wave_number * WAVE + number) * 2654435761u | 1;
    struct slot *mine = &left[wave_number % 2][number];
    void *blocks[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++) {
        size_t size = 1 + test_random(&state) % (i == 40 ? 60000 : i % 10 ? 500 : 1500);
        blocks[i] = hak_malloc(size);
        must(blocks[i]);
        if (i < LEFT) {
            test_stamp(blocks[i], size, i);
            mine->sizes[i] = size;
            mine->blocks[i] = blocks[i];
        } else
            memset(blocks[i], 1, size);
    }
    for (size_t i = LEFT; i < BLOCKS; i++)
        hak_free(blocks[i]);
    take(&left[(wave_number + 1) % 2][(number * 7 + wave_number) % WAVE]);
    return NULL;
}

static void wave(void)
{
    pthread_t threads[WAVE];
    for (uintptr_t i = 0; i < WAVE; i++)
        must(!pthread_create(&threads[i], NULL, live_and_die, (void *)i));
    for (size_t i = 0; i < WAVE; i++)
        must(!pthread_join(threads[i], NULL));
    wave_number++;
}

START_TEST(plateau)
{
    size_t waves = test_scaled(THREADS) / WAVE;
    uint64_t live_before = test_stats().live_blocks;
    size_t early = 0;
    for (size_t i = 0; i < waves; i++) {
        wave();
        if (i == waves / 5)
            early = test_rss();
    }
    size_t late = test_rss();
    must(test_shadowed() || late <= early + early / 10 + 8 * MIB); /* it comes near after 150,000 threads only */
    must(test_stats().heaps <= 2 * WAVE + 2); /* heaps of the dead are taken over by the new */
    for (size_t i = 0; i < 2 * WAVE; i++)
        take(&left[i / WAVE][i % WAVE]);
    must(test_stats().live_blocks == live_before && hak_check());
}
END_TEST

/* All the memory of a thread is freed by others after its death, for many threads at once. */
START_TEST(freed_after_death)
{
    for (size_t i = 0; i < 200; i++)
        wave();
    for (size_t i = 0; i < 2 * WAVE; i++)
        take(&left[i / WAVE][i % WAVE]);
    hak_malloc_trim(0);
    size_t before = test_rss();
    for (size_t i = 0; i < 200; i++)
        wave();
    for (size_t i = 0; i < 2 * WAVE; i++)
        take(&left[i / WAVE][i % WAVE]);
    hak_malloc_trim(0); /* what a variant keeps on purpose is not the question here */
    must(test_shadowed() || test_rss() <= before + before / 10 + 4 * MIB);
}
END_TEST

TEST_MAIN("thread churn", plateau, freed_after_death)
