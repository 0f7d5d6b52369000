/* SPDX-License-Identifier: MIT */
/* test_core_adopt.c - a heap outlives its thread: it is parked whole and adopted whole, what is freed into a parked heap goes
 * back at once, and no heap is ever lost or had by two threads. */
#include "core/test/test_core.h"

enum { BLOCKS = 4000 };
static void *block[BLOCKS];

static void *fill(void *context)
{
    size_t size = (size_t)(uintptr_t)context;
    for (size_t i = 0; i < BLOCKS; i++)
        must((block[i] = hak_malloc(size ? size : 1 + i % 1024)));
    return heap_self;
}

static struct heap *filled_by_another(size_t size)
{
    pthread_t thread;
    void *h;
    must(pthread_create(&thread, NULL, fill, (void *)size) == 0 && pthread_join(thread, &h) == 0);
    must(((struct heap *)h)->state == HEAP_PARKED);
    return h;
}

static void *heap_of_thread(void *context)
{
    hak_free(hak_malloc(40));
    *(struct heap **)context = heap_self;
    return NULL;
}

START_TEST(test_adopted_whole)
{
    struct heap *first = filled_by_another(0), *second;
    uint64_t slabs = walk_heap(first).slabs;
    must(test_stats().heaps == 1 && test_stats().heaps_parked == 1 && slabs > 20);
    run_thread(heap_of_thread, &second);
    must(second == first && first->adopted == 1 && test_stats().heaps_adopted == 1);
    must(test_stats().heaps == 1 && first->state == HEAP_PARKED);
    must(walk_live(first) == BLOCKS && walk_heap(first).slabs <= slabs + 1);
    for (size_t i = 0; i < BLOCKS; i++)
        must(slab_heap(slab_of(block[i])) == first);
    must(thread_heap() == first); /* the main thread had none */
    for (size_t i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    must(settle() == first && walk_heap(first).used == 0 && first->remote_sent_blocks == 0);
}
END_TEST

START_TEST(test_freed_into_parked_at_once)
{
    struct heap *h = filled_by_another(0);
    hak_free(hak_malloc(1)); /* adopts it */
    must(heap_self == h);
    struct heap *parked = filled_by_another(0);
    must(parked != h);
    uint64_t sent = h->remote_sent_blocks;
    for (size_t i = 0; i < BLOCKS; i++) {
        struct slab *s = slab_of(block[i]);
        uint32_t used = slab_used(s);
        hak_free(block[i]);
        must(parked->remote == NULL && parked->state == HEAP_PARKED);
        /* with the last one the slab may go; or the block stays here, in the front */
        must(used == 1 || slab_used(s) == used - 1 || (test_keeps_others() && slab_used(s) == used));
        if (i % 500 == 0)
            walk_heap(parked);
    }
    must(h->remote_sent_blocks == sent && walk_live(parked) == 0);
    settle();
    must(thread_trim_parked(parked) && walk_heap(parked).used == 0);
}
END_TEST

/* Memory freed to a dead thread comes back: not one slab stays behind, where the heap does not rest. */
START_TEST(test_empty_slabs_of_parked_released)
{
    lazy_trim();
    uint64_t superslabs = superslab_counts().now;
    struct heap *parked = filled_by_another(0);
    must(thread_trim_parked(parked) && !parked->rests);
    for (size_t i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    must(walk_heap(parked).used == 0);
    uint64_t slabs = walk_heap(parked).slabs;
    ck_assert_uint_eq(slabs, 0);
    lazy_trim();
    ck_assert_uint_eq(superslab_counts().now, superslabs);
}
END_TEST

START_TEST(test_trim_reaches_parked)
{
    lazy_trim();
    uint64_t superslabs = superslab_counts().now;
    filled_by_another(0);
    for (size_t i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    hak_malloc_trim(0);
    ck_assert_uint_eq(superslab_counts().now, superslabs);
}
END_TEST

/* While one thread frees into a parked heap, another one that comes queues its block. It must not stay queued when both have
 * left: nobody may ever ask for that heap again. Pairs of blocks are freed at the same moment. */
static uint64_t arrived, left_behind;
static struct heap *target;

/* Waits until both have arrived n times; spinning, so that they leave at the same moment. */
static void together(uint64_t n)
{
    __atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL);
    for (unsigned spin = 1; __atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < 2 * n; spin++)
        if (spin % 4096 == 0)
            sched_yield();
}

static void *free_half(void *context)
{
    uintptr_t number = (uintptr_t)context;
    for (size_t i = number, n = 0; i < BLOCKS; i += 2) {
        together(++n);
        hak_free(block[i]);
        send_held();
        together(++n);
        if (number == 0)
            left_behind += remote_length(target);
    }
    return NULL;
}

START_TEST(test_two_free_into_parked)
{
    for (size_t round = 0; round < test_scaled(8); round++) {
        pthread_t threads[2];
        target = filled_by_another(64);
        arrived = 0;
        for (uintptr_t i = 0; i < 2; i++)
            must(pthread_create(&threads[i], NULL, free_half, (void *)i) == 0);
        for (int i = 0; i < 2; i++)
            must(pthread_join(threads[i], NULL) == 0);
        must(target->state == HEAP_PARKED);
    }
    ck_assert_uint_eq(left_behind, 0);
}
END_TEST

/* The same for a block that is freed at the moment when its thread ends. */
static bool filled;

static void *fill_and_end(void *context)
{
    block[0] = hak_malloc(64);
    target = heap_self;
    __atomic_store_n(&filled, true, __ATOMIC_RELEASE);
    return context;
}

START_TEST(test_freed_while_thread_ends)
{
    uint64_t left = 0;
    uint32_t random = 17;
    void *own = hak_malloc(1);
    for (size_t round = 0; round < test_scaled(2000); round++) {
        pthread_t thread;
        filled = false;
        must(pthread_create(&thread, NULL, fill_and_end, NULL) == 0);
        for (unsigned spin = 1; !__atomic_load_n(&filled, __ATOMIC_ACQUIRE); spin++)
            if (spin % 4096 == 0)
                sched_yield();
        for (volatile uint32_t spin = test_random(&random) % 300; spin; spin--)
            ;
        hak_free(block[0]);
        send_held();
        must(pthread_join(thread, NULL) == 0);
        must(target->state == HEAP_PARKED);
        left += remote_length(target);
    }
    hak_free(own);
    ck_assert_uint_eq(left, 0);
}
END_TEST

/* Short threads are born, adopt, leave blocks in boxes and end, while two long ones free what is in the boxes. */
enum { BOXES = 256 };
static void *box[BOXES];
static bool done;

static void *empty_boxes(void *context)
{
    (void)context;
    for (bool last = false; !last;) {
        last = __atomic_load_n(&done, __ATOMIC_ACQUIRE);
        for (int i = 0; i < BOXES; i++)
            hak_free(__atomic_exchange_n(&box[i], NULL, __ATOMIC_ACQ_REL));
    }
    return NULL;
}

static void *fill_boxes(void *context)
{
    uint32_t random = (uint32_t)(uintptr_t)context * 2654435761u + 1;
    for (int i = 0; i < 300; i++) {
        uint32_t r = test_random(&random);
        void *p = hak_malloc(1 + r % 300);
        must(p && load_relaxed(&heap_self->state) == HEAP_OWNED);
        memset(p, (int)r, 1 + r % 300);
        hak_free(__atomic_exchange_n(&box[r >> 20 & (BOXES - 1)], p, __ATOMIC_ACQ_REL));
    }
    return heap_self;
}

START_TEST(test_adoption_race)
{
    pthread_t freer[2], born[3];
    for (int i = 0; i < 2; i++)
        must(pthread_create(&freer[i], NULL, empty_boxes, NULL) == 0);
    for (size_t round = 0; round < test_scaled(400); round++) {
        void *had[3];
        for (uintptr_t i = 0; i < 3; i++)
            must(pthread_create(&born[i], NULL, fill_boxes, (void *)(round * 3 + i)) == 0);
        for (int i = 0; i < 3; i++)
            must(pthread_join(born[i], &had[i]) == 0);
    }
    __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    for (int i = 0; i < 2; i++)
        must(pthread_join(freer[i], NULL) == 0);
    must(test_stats().heaps <= 5 && test_stats().heaps_parked == test_stats().heaps); /* three, and who frees may have one */
    for (int i = 0; i < BOXES; i++)
        hak_free(box[i]);
    struct heap *h;
    while ((h = parked_heap())) { /* have them all, one after another */
        h->state = HEAP_BUSY;
        enter(h);
        front_flush(h); /* it may rest */
        heap_drain(h);
        heap_leave(h);
        must(walk_heap(h).used == 0);
    }
    must(test_stats().live_blocks == 0);
}
END_TEST

/* A thread that allocates for the first time in a destructor of thread-specific data has a heap that must be parked, too. Such
 * destructors run in rounds, as long as one sets its key again: PTHREAD_DESTRUCTOR_ITERATIONS (4) of them. In the last one the
 * allocator may be done already. */
static pthread_key_t key;
static __thread int rounds_left;

static void use_in_last_round(void *value)
{
    if (--rounds_left > 0)
        must(pthread_setspecific(key, value) == 0);
    else
        hak_free(hak_malloc(64));
}

static void use_in_every_round(void *value)
{
    if (--rounds_left > 0)
        must(pthread_setspecific(key, value) == 0);
    hak_free(hak_malloc(64));
}

static void *set_key(void *context)
{
    rounds_left = (int)(uintptr_t)context;
    must(pthread_setspecific(key, &key) == 0 && heap_self == &heap_none);
    return NULL;
}

static void end_threads(void (*destructor)(void *), uintptr_t rounds)
{
    if (rounds > 1 && strstr(hak_variant(), ".tsan"))
        return; /* ThreadSanitizer's own view of the thread ends with the fourth round */
    start_once(); /* the allocator's own key comes first, as in every program */
    must(pthread_key_create(&key, destructor) == 0);
    for (int i = 0; i < 30; i++)
        run_thread(set_key, (void *)rounds);
    ck_assert_uint_le(test_stats().heaps, 2);
    must(test_stats().live_blocks == 0);
    must(rounds == 3 || test_stats().heaps_parked == test_stats().heaps);
}

START_TEST(test_first_use_in_destructor)
{
    end_threads(use_in_last_round, 1);
}
END_TEST

START_TEST(test_first_use_in_second_round)
{
    end_threads(use_in_last_round, 2);
}
END_TEST

START_TEST(test_first_use_in_third_round)
{
    end_threads(use_in_last_round, 3);
}
END_TEST

START_TEST(test_use_in_three_rounds)
{
    end_threads(use_in_every_round, 3);
}
END_TEST

TEST_MAIN("adoption", test_adopted_whole, test_freed_into_parked_at_once, test_empty_slabs_of_parked_released,
          test_trim_reaches_parked, test_two_free_into_parked, test_freed_while_thread_ends, test_adoption_race,
          test_first_use_in_destructor, test_first_use_in_second_round, test_first_use_in_third_round, test_use_in_three_rounds)
