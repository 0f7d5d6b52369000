/* SPDX-License-Identifier: MIT */
/* test_front_stress.c - threads allocate, free their own blocks and each other's, end and begin, trim: no block is in two
 * hands, every cached block is the caching heap's own, and in the end the sums come out.
 *
 * HAK_STRESS_SECONDS: how long (2). HAK_STRESS_SEED: where the random sequences start; printed.
 */
#define TEST_SECONDS 600
#include "test_front.h"

enum { THREADS = 4, MINE = 1500, SHARED = 512, LIFE = 60000 };

/* A block: its size and a stamp over all of it, both a function of its number. */
struct note {
    uint64_t number;
    size_t size;
};

static void *_Atomic shared[SHARED];
static atomic_bool stop;
static atomic_uint seeds;
static atomic_ullong numbers, calls;

static long stress_seconds(void)
{
    const char *text = getenv("HAK_STRESS_SECONDS");
    return text ? strtol(text, NULL, 10) : 2;
}

static void *make(uint32_t r)
{
    uint64_t number = ++numbers;
    size_t size = sizeof(struct note) + r % (r >> 20 & 15 ? 200 : HEAP_CLASSES > CLASS_TINY ? 6000 : 1008);
    struct note *p = r >> 28 & 1 ? hak_malloc(size) : hak_calloc(1, size);
    must(p && test_aligned(p, 16) && (r >> 28 & 1 || test_zero(p, size)));
    *p = (struct note){.number = number, .size = size};
    test_stamp(p + 1, size - sizeof *p, number);
    return p;
}

static void unmake(struct note *p)
{
    must(test_stamped(p + 1, p->size - sizeof *p, p->number));
    p->number = 0;
    hak_free(p);
}

static void *user(void *unused)
{
    void *mine[MINE] = {NULL};
    uint32_t seed = 0x9E3779B9u * ++seeds | 1;
    own_heap();
    for (int i = 0; i < LIFE && !stop; i++) {
        uint32_t r = test_random(&seed), at = test_random(&seed) % MINE;
        if (i % 8192 == 0)
            bins_valid(heap_self);
        if (r % 16384 == 0)
            hak_malloc_trim(0);
        void *p = mine[at];
        if (!p)
            p = make(r);
        else if (r >> 30)
            unmake(p), p = NULL;
        else
            p = atomic_exchange(&shared[r % SHARED], p); /* somebody else's for mine */
        mine[at] = p;
    }
    calls += LIFE;
    for (int i = 0; i < MINE; i++) {
        if (mine[i])
            unmake(mine[i]);
    }
    bins_valid(heap_self);
    return unused;
}

/* One thread after the other, so that heaps are parked and adopted. */
static void *lives(void *unused)
{
    while (!stop)
        run_thread(user, NULL);
    return unused;
}

START_TEST(stress)
{
    pthread_t threads[THREADS];
    const char *text = getenv("HAK_STRESS_SEED");
    unsigned seed = text ? (unsigned)strtoul(text, NULL, 10) : (unsigned)time(NULL);
    printf("HAK_STRESS_SEED=%u\n", seed);
    fflush(stdout);
    seeds = seed;
    for (int i = 0; i < THREADS; i++)
        must(!pthread_create(&threads[i], NULL, lives, NULL));
    struct timespec left = {.tv_sec = stress_seconds()};
    nanosleep(&left, NULL);
    for (int i = 0; i < 20 && test_stats().heaps_adopted == 0; i++) /* on a busy machine the first life may take longer */
        nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    stop = true;
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(threads[i], NULL));
    for (int i = 0; i < SHARED; i++) {
        if (shared[i])
            unmake(shared[i]);
    }
    printf("%llu blocks\n", (unsigned long long)numbers);
    must(test_stats().live_blocks == 0 && hak_check());
    hak_malloc_trim(0);
    struct hak_stats stats = test_stats();
    /* A thread that begins takes no parked heap that somebody is freeing into. */
    must(stats.cached_blocks == 0 && stats.slabs == 0 && stats.superslabs == 0 && stats.heaps <= 2 * (THREADS + 1));
    must(stats.heaps_adopted > 0 && stats.remote_frees > 0);
}
END_TEST

TEST_MAIN("front: stress", stress)
