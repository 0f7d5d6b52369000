/* SPDX-License-Identifier: MIT */
/* test_lazy_threads.c - threads take SuperSlabs from the LRU, give them back, tick and trim all at once: no SuperSlab is in two
 * hands, the bounds hold at every moment, and the sums come out. HAK_STRESS_SECONDS: how long each test runs (1). */
#define TEST_SECONDS 600
#include "test_lazy.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 6, OUT = 6, MOST = 10, BLOCKS = 12 * 1024 };

static atomic_bool stop;

static long stress_ms(void)
{
    const char *text = getenv("HAK_STRESS_SECONDS");
    return text ? strtol(text, NULL, 10) * 1000 : 1000;
}

/* The word of a SuperSlab that its one user writes, plainly: two users would be a race, and a wrong number. */
static uint64_t *mark(struct superslab *ss)
{
    return (uint64_t *)(ss->base + SUPERSLAB_SIZE / 2);
}

static void *superslab_user(void *context)
{
    uint64_t number = (uintptr_t)context;
    uint32_t state = 77u + (uint32_t)number;
    struct superslab *out[OUT];
    size_t count = 0;
    while (!stop) {
        uint32_t r = test_random(&state);
        if (r % 512 == 0)
            lazy_trim();
        lazy_tick();
        if (count == OUT || (count > 0 && r >> 16 & 1)) {
            struct superslab *ss = out[--count];
            must(*mark(ss) == number);
            superslab_release(ss);
        } else {
            struct superslab *ss = superslab_acquire();
            must(ss);
            *mark(ss) = number;
            out[count++] = ss;
        }
        must(lazy_counts().held <= MOST);
    }
    lru_give(out, count);
    return NULL;
}

/* The same from above: bursts of blocks that fill SuperSlabs and empty them. */
static void *block_user(void *context)
{
    uint32_t state = 99u + (uint32_t)(uintptr_t)context;
    static __thread void *blocks[BLOCKS];
    while (!stop) {
        size_t count = BLOCKS / 2 + test_random(&state) % (BLOCKS / 2), size = 256 + test_random(&state) % 768;
        for (size_t i = 0; i < count; i++) {
            blocks[i] = hak_malloc(size);
            must(blocks[i]);
            *(size_t *)blocks[i] = i;
        }
        for (size_t i = 0; i < count; i++) {
            must(*(size_t *)blocks[i] == i);
            hak_free(blocks[i]);
        }
        must(lazy_counts().held <= MOST);
    }
    return NULL;
}

static void stress(void *(*user)(void *))
{
    pthread_t threads[THREADS];
    long time = stress_ms(), left = time;
    lru_set(MOST, 512, 1);
    for (uintptr_t i = 0; i < THREADS; i++)
        must(!pthread_create(&threads[i], NULL, user, (void *)(i + 1)));
    for (; left > 0 || (left > -10 * time && lazy_counts().hits == 0); left -= 20) { /* a slow machine has more time */
        sleep_ms(20);
        must(lazy_valid());
    }
    stop = true;
    for (size_t i = 0; i < THREADS; i++)
        must(!pthread_join(threads[i], NULL));
    struct lazy_counts c = lazy_counts();
    must(lazy_valid() && c.pushes > 0 && c.hits > 0);
    must(hak_check() && test_stats().live_blocks == 0);
}

START_TEST(superslabs)
{
    stress(superslab_user);
    lazy_trim();
    must(test_stats().superslabs == 0);
}
END_TEST

START_TEST(superslabs_with_the_thread)
{
    lru_thread();
    stress(superslab_user);
    lazy_trim();
    must(test_stats().superslabs == 0);
}
END_TEST

START_TEST(blocks)
{
    stress(block_user);
}
END_TEST

START_TEST(blocks_with_the_thread)
{
    lru_thread();
    stress(block_user);
}
END_TEST

TEST_MAIN("lazy: threads", superslabs, superslabs_with_the_thread, blocks, blocks_with_the_thread)
