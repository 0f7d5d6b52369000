/* SPDX-License-Identifier: MIT */
/* test_api_overlap_mt.c - several threads that free each other's blocks: every block keeps its stamp until its free.
 *
 * Uses the public header only. Every block carries its size and seed in front; a block given out twice or overlapping another
 * loses its stamp. All counters are balanced in the end.
 */
#include "test.h"
#include "test_api.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 4, SHARED = 2048, OWN = 512 };

struct head {
    size_t size;
    uint64_t seed;
};

static struct head *_Atomic shared[SHARED];
static _Atomic uint64_t next_seed = 1;

static struct head *sealed(void *block, size_t size)
{
    struct head *head = block;
    must(head && test_aligned(head, 16));
    *head = (struct head){size, atomic_fetch_add_explicit(&next_seed, 1, memory_order_relaxed)};
    test_stamp(head + 1, size - sizeof *head, head->seed);
    return head;
}

static void verified(const struct head *head)
{
    must(head->size >= sizeof *head && hak_malloc_usable_size((void *)head) >= head->size);
    must(test_stamped(head + 1, head->size - sizeof *head, head->seed));
}

static void finish(struct head *head)
{
    if (head)
        verified(head);
    hak_free(head);
}

static struct head *fresh(uint32_t *state)
{
    uint32_t kind = test_random(state) % 10000;
    size_t range = kind < 8000 ? 300 : kind < 9900 ? 1500 : kind < 9998 ? 70000 : 2000000;
    size_t size = sizeof(struct head) + test_random(state) % range;
    if (kind % 16 == 0)
        return sealed(hak_aligned_alloc((size_t)16 << kind % 7, size), size);
    if (kind % 16 == 1) {
        void *block = hak_calloc(size, 1);
        must(block && test_zero(block, size));
        return sealed(block, size);
    }
    return sealed(hak_malloc(size), size);
}

static struct head *resized(struct head *head, uint32_t *state)
{
    verified(head);
    size_t old = head->size, size = sizeof *head + test_random(state) % 2000;
    head = hak_realloc(head, size);
    must(head && head->size == old);
    must(test_stamped(head + 1, (old < size ? old : size) - sizeof *head, head->seed));
    return sealed(head, size);
}

static void *work(void *context)
{
    static _Thread_local struct head *own[OWN];
    uint32_t state = 2463534242u * (uint32_t)(uintptr_t)context;
    size_t steps = test_scaled(400000);
    for (size_t step = 0; step < steps; step++) {
        uint32_t kind = test_random(&state) % 8;
        size_t slot = test_random(&state) % OWN;
        if (kind < 4)
            own[slot] = atomic_exchange(&shared[test_random(&state) % SHARED], own[slot]);
        else if (kind == 4 && own[slot])
            own[slot] = resized(own[slot], &state);
        else {
            finish(own[slot]);
            own[slot] = kind == 5 ? NULL : fresh(&state);
        }
    }
    for (size_t slot = 0; slot < OWN; slot++)
        finish(own[slot]);
    return NULL;
}

static void run_threads(void *(*body)(void *))
{
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        must(!pthread_create(&threads[i], NULL, body, (void *)(i * 2 + 1)));
    for (size_t i = 0; i < THREADS; i++)
        must(!pthread_join(threads[i], NULL));
}

static void balanced(uint64_t live_before)
{
    for (size_t i = 0; i < SHARED; i++)
        finish(atomic_exchange(&shared[i], NULL));
    must(test_stats().live_blocks == live_before && hak_check());
}

START_TEST(exchange)
{
    uint64_t before = test_stats().live_blocks;
    for (int round = 0; round < 2; round++) /* the second round adopts the heaps of the first */
        run_threads(work);
    balanced(before);
}
END_TEST

/* Even threads only allocate, odd ones only free. */
static void *produce_or_consume(void *context)
{
    uintptr_t number = (uintptr_t)context / 2;
    uint32_t state = 88172645u + (uint32_t)number;
    size_t steps = test_scaled(300000);
    for (size_t step = 0; step < steps; step++) {
        struct head *_Atomic *slot = &shared[test_random(&state) % SHARED];
        struct head *expected = NULL;
        if (number % 2) {
            finish(atomic_exchange(slot, NULL));
            continue;
        }
        struct head *head = fresh(&state);
        if (!atomic_compare_exchange_strong(slot, &expected, head))
            finish(head);
    }
    return NULL;
}

START_TEST(producers_and_consumers)
{
    uint64_t before = test_stats().live_blocks;
    run_threads(produce_or_consume);
    balanced(before);
}
END_TEST

TEST_MAIN("overlap, threads", exchange, producers_and_consumers)
