/* SPDX-License-Identifier: MIT */
/* test_keep.c - another heap's block stays in the front of who frees it, and comes out of its malloc; only mid classes
 * do, and only where the thread allocates such blocks; what leaves the front goes home, and every equation holds on the way.
 */
#include "core/test/test_child.h"
#include "core/test/test_core.h"
#include "core/test/test_helper.h"

#include <sched.h>
#include <stdatomic.h>

enum { COUNT = 64, BLOCK = 2048 };
static void *block[COUNT];
static size_t block_size = BLOCK;

static void make(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT; i++) {
        must((block[i] = hak_malloc(block_size)));
        test_stamp(block[i], block_size, i);
    }
}

static void settle_own(void *unused)
{
    (void)unused;
    settle();
}

/* A heap with COUNT blocks of size bytes, and this thread with a heap that has asked for one of them. */
static struct heap *made_by(struct helper *other, size_t size)
{
    block_size = size;
    helper_start(other);
    helper_do(other, make, NULL);
    settle();
    hak_free(hak_malloc(size));
    return heap_self;
}

/* Blocks in h's front that are not its own. */
static uint64_t held_for_others(const struct heap *h)
{
    uint64_t count = 0;
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        for (void **slot = h->front.bin[c].base + 1; slot <= h->front.bin[c].top; slot++) {
            const struct slab *s = slab_of(*slot);
            must(s->class == c);
            if (slab_heap(s) == h)
                continue;
            must(s->class >= CLASS_TINY && s->block_size % FOREIGN_LINE == 0 && (uintptr_t)*slot % FOREIGN_LINE == 0);
            count++;
        }
    }
    return count;
}

/* used = live + cached + remote, in the other heap; cached are those that this thread has. */
static void others_valid(struct helper *other, uint64_t live)
{
    struct walk_sum sum = walk_heap(other->heap);
    must(sum.used == live + sum.cached + remote_length(other->heap));
}

START_TEST(stays_and_comes_out_again)
{
    struct helper other;
    struct heap *h = made_by(&other, BLOCK);
    uint64_t sent = h->remote_sent_blocks;
    hak_free(block[0]);
    must(h->front.foreign.kept == 1 && held_for_others(h) == 1 && h->remote_sent_blocks == sent);
    others_valid(&other, COUNT - 1);
    must(hak_malloc(BLOCK) == block[0] && held_for_others(h) == 0);
    others_valid(&other, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        hak_free(block[i]);
    must(held_for_others(h) > 0 && test_stats().live_blocks == 0);
    must(h->front.foreign.kept == 1 + held_for_others(h) + h->front.foreign.returned);
    others_valid(&other, 0);
    settle();
    send_held();
    must(held_for_others(h) == 0 && h->front.foreign.returned + 1 == h->front.foreign.kept);
    helper_do(&other, settle_own, NULL);
    must(walk_heap(other.heap).used == 0);
    helper_end(&other);
}
END_TEST

START_TEST(tiny_blocks_go_home)
{
    static const size_t sizes[] = {16, 48, 64, 400, 1024};
    struct helper other;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct heap *h = made_by(&other, sizes[i]);
        for (size_t k = 0; k < COUNT; k++)
            hak_free(block[k]);
        must(h->front.foreign.kept == 0 && held_for_others(h) == 0);
        others_valid(&other, 0);
        helper_end(&other);
    }
}
END_TEST

/* Not since its front was last emptied: the heap may have had another thread then. */
START_TEST(who_does_not_allocate_keeps_nothing)
{
    struct helper other;
    helper_start(&other);
    helper_do(&other, make, NULL);
    hak_free(hak_malloc(BLOCK));
    settle();
    for (size_t i = 0; i < COUNT; i++)
        hak_free(block[i]);
    must(heap_self->front.foreign.kept == 0 && heap_self->remote_sent_blocks == COUNT);
    helper_end(&other);
}
END_TEST

static void *free_and_end(void *h)
{
    hak_free(hak_malloc(BLOCK));
    for (size_t i = 0; i < COUNT; i++)
        hak_free(block[i]);
    must(held_for_others(heap_self) > 0);
    *(struct heap **)h = heap_self;
    return NULL;
}

START_TEST(a_threads_end_gives_all_back)
{
    struct helper other;
    struct heap *ended = NULL;
    helper_start(&other);
    helper_do(&other, make, NULL);
    run_thread(free_and_end, &ended);
    must(held_for_others(ended) == 0 && ended->front.foreign.kept == ended->front.foreign.returned);
    helper_do(&other, settle_own, NULL);
    must(walk_heap(other.heap).used == 0);
    helper_end(&other);
}
END_TEST

START_TEST(goes_home_to_a_heap_without_a_thread)
{
    struct helper other;
    struct heap *h = made_by(&other, BLOCK);
    helper_end(&other);
    for (size_t i = 0; i < COUNT; i++)
        hak_free(block[i]);
    must(held_for_others(h) > 0 && walk_live(other.heap) == 0);
    settle();
    must(held_for_others(h) == 0 && walk_live(other.heap) == 0);
    hak_malloc_trim(0);
    must(test_stats().live_blocks == 0 && test_stats().slabs == 0);
}
END_TEST

static void use_what_is_kept(void)
{
    must(hak_malloc(BLOCK) == block[0]);
    for (size_t i = 0; i < COUNT; i++)
        hak_free(block[i]);
    settle();
    must(held_for_others(heap_self) == 0);
}

START_TEST(a_child_goes_on_with_what_is_kept)
{
    struct helper other;
    struct heap *h = made_by(&other, BLOCK);
    hak_free(block[0]);
    must(held_for_others(h) == 1);
    in_child(use_what_is_kept);
    helper_end(&other);
}
END_TEST

enum { THREADS = 4, SHARED = 256 };
static _Atomic(uint32_t *) shared[SHARED];

static void *exchange(void *seed)
{
    uint32_t random = 1 + (uint32_t)(uintptr_t)seed;
    for (size_t i = 0; i < test_scaled(100000); i++) {
        uint32_t r = test_random(&random), size = 16u << (r >> 8) % 12;
        uint32_t *p = hak_malloc(size), *old;
        must(p);
        p[0] = p[size / 4 - 1] = size;
        old = atomic_exchange(&shared[(r >> 4) % SHARED], p);
        must(!old || old[old[0] / 4 - 1] == old[0]);
        hak_free(old);
        if (i % 4096 == 0)
            held_for_others(heap_self);
    }
    return NULL;
}

START_TEST(threads_exchange_blocks)
{
    pthread_t thread[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        must(!pthread_create(&thread[i], NULL, exchange, (void *)i));
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(thread[i], NULL));
    for (int i = 0; i < SHARED; i++)
        hak_free(shared[i]);
    must(test_stats().live_blocks == 0);
    hak_malloc_trim(0);
    must(test_stats().live_blocks == 0 && test_stats().slabs == 0 && hak_check());
}
END_TEST

enum { LAYERS = 8 };
static atomic_int laying;

static void *lay_all(void *unused)
{
    for (unsigned c = 0; c < HEAP_CLASSES; c++)
        hak_free(hak_malloc(class_size(c)));
    atomic_fetch_sub(&laying, 1);
    return unused;
}

/* hak_check looks through the bins of all threads. Meanwhile these give their bins slots; another cap makes them do so again.
 * Not where threads are watched: what a slot holds is read while its thread writes there, and only counted. */
START_TEST(a_check_meets_bins_that_are_laid)
{
    if (strstr(hak_variant(), ".tsan"))
        return;
    static void *own[HEAP_CLASSES];
    pthread_t thread[LAYERS];
    uint64_t cap = front_cap;
    for (unsigned c = 0; c < HEAP_CLASSES; c++)
        must((own[c] = hak_malloc(class_size(c))));
    for (size_t round = 0; round < test_scaled(400); round++) {
        front_cap = cap - 1 - round % 2;
        atomic_store(&laying, LAYERS);
        for (int i = 0; i < LAYERS; i++)
            must(!pthread_create(&thread[i], NULL, lay_all, NULL));
        while (atomic_load(&laying) > 0)
            must(hak_check());
        for (int i = 0; i < LAYERS; i++)
            must(!pthread_join(thread[i], NULL));
    }
    for (unsigned c = 0; c < HEAP_CLASSES; c++)
        hak_free(own[c]);
    must(test_stats().live_blocks == 0);
}
END_TEST

static void *lent;
static atomic_int stage;

/* The first thread keeps a block of this one's heap; hak_check counts it there each time. */
static void *check_often(void *unused)
{
    must((lent = hak_malloc(BLOCK)));
    for (atomic_store(&stage, 1); atomic_load(&stage) == 1;)
        sched_yield();
    for (size_t i = 0; i < test_scaled(40000); i++)
        must(hak_check());
    atomic_store(&stage, 3);
    return unused;
}

START_TEST(what_another_keeps_counts_while_it_works)
{
    pthread_t thread;
    if (strstr(hak_variant(), ".tsan")) /* as above */
        return;
    hak_free(hak_malloc(BLOCK)); /* asks for such blocks */
    void *first = hak_malloc(BLOCK), *second = hak_malloc(BLOCK);
    must(!pthread_create(&thread, NULL, check_often, NULL));
    while (atomic_load(&stage) == 0)
        sched_yield();
    hak_free(lent); /* below these two, which alone come and go */
    must(held_for_others(heap_self) == 1);
    for (atomic_store(&stage, 2); atomic_load(&stage) == 2; second = hak_malloc(BLOCK)) {
        hak_free(first);
        hak_free(second);
        first = hak_malloc(BLOCK);
    }
    hak_free(first);
    hak_free(second);
    must(!pthread_join(thread, NULL));
    must(test_stats().live_blocks == 0);
}
END_TEST

TEST_MAIN("keep", stays_and_comes_out_again, tiny_blocks_go_home, who_does_not_allocate_keeps_nothing,
          a_threads_end_gives_all_back, goes_home_to_a_heap_without_a_thread, a_child_goes_on_with_what_is_kept,
          threads_exchange_blocks, a_check_meets_bins_that_are_laid,
          what_another_keeps_counts_while_it_works)
