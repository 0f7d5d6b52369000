/* SPDX-License-Identifier: MIT */
/* test_core_remote.c - blocks freed by other threads: they wait on the owner's remote list, each is counted once when sent and
 * once when received, the owner's slow path takes them back before it asks for memory, and live counts are exact throughout. */
#include "core/test/test_core.h"

enum { FREERS = 3, BLOCKS = 30000 };

static void *block[BLOCKS];
static uint32_t block_bytes;

struct sums {
    uint64_t sent_blocks, sent_bytes, received_blocks, received_bytes;
};

static void add_heap(void *context, struct heap *h)
{
    struct sums *sum = context;
    sum->sent_blocks += h->remote_sent_blocks;
    sum->sent_bytes += h->remote_sent_bytes;
    sum->received_blocks += h->remote_received_blocks;
    sum->received_bytes += h->remote_received_bytes;
}

static struct sums all_sums(void)
{
    struct sums sum = {0};
    thread_each_heap(add_heap, &sum);
    add_heap(&sum, &heap_none);
    return sum;
}

static void fill(uint32_t seed)
{
    block_bytes = 0;
    for (size_t i = 0; i < BLOCKS; i++) {
        block[i] = hak_malloc(1 + test_random(&seed) % 200);
        must(block[i] && ssmap_find(block[i]));
        block_bytes += slab_of(block[i])->block_size;
    }
}

/* Frees every third block; odd ones have a heap of their own, the others never allocate (and get one all the same where blocks
 * are gathered on their way). */
static void *free_third(void *context)
{
    uintptr_t number = (uintptr_t)context;
    void *own = number % 2 ? hak_malloc(100) : NULL;
    for (size_t i = number; i < BLOCKS; i += FREERS)
        hak_free(block[i]);
    must(!test_plain(remote) || (heap_self == &heap_none) == (number % 2 == 0));
    hak_free(own);
    return NULL;
}

static void free_by_others(void)
{
    pthread_t threads[FREERS];
    for (uintptr_t i = 0; i < FREERS; i++)
        must(pthread_create(&threads[i], NULL, free_third, (void *)i) == 0);
    for (int i = 0; i < FREERS; i++)
        must(pthread_join(threads[i], NULL) == 0);
}

START_TEST(test_sent_equals_received)
{
    fill(1);
    must(test_stats().live_blocks == BLOCKS && test_stats().live_bytes == block_bytes);
    free_by_others();
    struct sums sum = all_sums();
    must(sum.sent_blocks == BLOCKS && sum.sent_bytes == block_bytes && sum.received_blocks == 0);
    must(remote_length(heap_self) == BLOCKS);
    struct hak_stats stats = test_stats();
    must(stats.live_blocks == 0 && stats.live_bytes == 0 && stats.remote_frees == BLOCKS);
    walk_heap(heap_self); /* used = live + cached + remote */
    settle();
    sum = all_sums();
    must(sum.received_blocks == BLOCKS && sum.received_bytes == block_bytes);
    must(heap_self->remote == NULL && walk_heap(heap_self).used == 0);
    must(test_stats().live_blocks == 0);
    settle(); /* nothing is received twice */
    must(all_sums().received_blocks == BLOCKS);
}
END_TEST

START_TEST(test_reused_before_new_memory)
{
    for (size_t i = 0; i < BLOCKS; i++)
        must((block[i] = hak_malloc(1024)));
    free_by_others();
    uint64_t peak = superslab_counts().peak;
    for (size_t i = 0; i < BLOCKS - 1000; i++)
        must((block[i] = hak_malloc(1024)));
    must(superslab_counts().peak == peak);
    for (size_t i = 0; i < BLOCKS - 1000; i++)
        hak_free(block[i]);
    settle();
    must(test_stats().live_blocks == 0);
}
END_TEST

/* Blocks pass from one allocating thread through mailboxes to the freers, while the owner keeps allocating and draining. */
enum { BOXES = 64 };
static void *box[FREERS][BOXES];
static bool box_closed;

static void *free_from_box(void *context)
{
    uintptr_t number = (uintptr_t)context;
    uint64_t freed = 0;
    for (bool last = false;;) {
        uint64_t before = freed;
        last = __atomic_load_n(&box_closed, __ATOMIC_ACQUIRE);
        for (int i = 0; i < BOXES; i++) {
            uint64_t *p = __atomic_exchange_n(&box[number][i], NULL, __ATOMIC_ACQUIRE);
            if (!p)
                continue;
            must(*p == ((uint64_t)(uintptr_t)p ^ 0x5A5A));
            hak_free(p);
            freed++;
        }
        if (last && freed == before)
            return (void *)(uintptr_t)freed;
        if (freed == before)
            sched_yield();
    }
}

START_TEST(test_while_owner_works)
{
    pthread_t threads[FREERS];
    uint32_t random = 88172645;
    uint64_t made = 0, freed = 0;
    for (uintptr_t i = 0; i < FREERS; i++)
        must(pthread_create(&threads[i], NULL, free_from_box, (void *)i) == 0);
    for (size_t op = 0; op < test_scaled(300000); op++) {
        uint32_t r = test_random(&random);
        void **at = &box[r % FREERS][r / FREERS % BOXES];
        if (__atomic_load_n(at, __ATOMIC_ACQUIRE))
            continue;
        uint64_t *p = hak_malloc(8 + (r >> 16) % 500);
        must(p);
        *p = (uint64_t)(uintptr_t)p ^ 0x5A5A;
        made++;
        __atomic_store_n(at, p, __ATOMIC_RELEASE);
    }
    __atomic_store_n(&box_closed, true, __ATOMIC_RELEASE);
    for (int i = 0; i < FREERS; i++) {
        void *count;
        must(pthread_join(threads[i], &count) == 0);
        freed += (uintptr_t)count;
    }
    must(freed == made && all_sums().sent_blocks == made && test_stats().live_blocks == 0);
    settle();
    struct sums sum = all_sums();
    must(sum.received_blocks == made && sum.received_bytes == sum.sent_bytes);
    must(walk_heap(heap_self).used == 0 && test_stats().live_blocks == 0);
}
END_TEST

TEST_MAIN("remote frees", test_sent_equals_received, test_reused_before_new_memory, test_while_owner_works)
