/* SPDX-License-Identifier: MIT */
/* test_run.c - empty runs stay with their heap: pairs of malloc and free claim nothing; bounds for a heap and for all; nothing
 * stays with a thread that ended, nor after a trim. Where mid blocks have mappings of their own there are no runs. */
#include "core/test/test_core.h"

/* Of the block that is at hand. */
static uint64_t last_bytes(void)
{
    return heap_self->pool.run.last_bytes;
}

START_TEST(pairs_claim_nothing)
{
    static const size_t sizes[] = {24000, 40000, 100000, 300000, 800 * KIB, MIB};
    if (HEAP_CLASSES == CLASS_TINY)
        return;
    start_once();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (front_serves(class_of(sizes[i])))
            continue; /* in a front */
        hak_free(hak_malloc(sizes[i]));
        struct slab **current = &heap_self->current[class_of_wide(sizes[i])];
        struct slab *kept = *current;
        must(kept != &slab_none && kept->slots > 1 && slab_used(kept) == pool_cached(heap_self, kept));
        for (int pair = 0; pair < 100; pair++) {
            char *p = hak_malloc(sizes[i]);
            test_stamp(p, sizes[i], i);
            must(test_stamped(p, sizes[i], i));
            must(slab_of(p) == kept);
            hak_free(p);
            must(*current == kept);
        }
        must(hak_check());
        walk_heap(heap_self);
    }
    must(heap_self->pool.run.hits >= 400);
}
END_TEST

/* The block at hand is of one class, though runs of others are as long, and in nobody else's hands. */
START_TEST(one_is_at_hand)
{
    enum { LIVE = 6 };
    static const size_t sizes[] = {160 * KIB, 320 * KIB, 300000, 310 * KIB, 150000, 900 * KIB};
    struct {
        uint64_t *block;
        size_t words;
    } live[LIVE] = {{NULL, 0}};
    uint32_t random = 3;
    hak_free(hak_malloc(1)); /* the thread has a heap */
    for (size_t step = 0; step < test_scaled(20000); step++) {
        uint32_t r = test_random(&random), i = r % LIVE;
        uint64_t *p = live[i].block;
        if (p) {
            must(p[0] == i + 1 && p[live[i].words - 1] == i + 1);
            hak_free(p);
            must(pool_cached(heap_self, NULL) <= 1);
        }
        size_t size = sizes[(r >> 8) % (r >> 16 & 1 ? 2 : sizeof sizes / sizeof *sizes)];
        live[i].block = p = r >> 20 & 7 ? hak_malloc(size) : NULL;
        live[i].words = size / sizeof *p;
        must(!p || hak_malloc_usable_size(p) >= size);
        if (p)
            p[0] = p[live[i].words - 1] = i + 1;
        if (step % 100 == 0)
            walk_heap(heap_self);
    }
    for (size_t i = 0; i < LIVE; i++)
        hak_free(live[i].block);
    must(hak_check());
}
END_TEST

START_TEST(calloc_clears)
{
    for (int i = 0; i < 10; i++) {
        char *p = hak_calloc(1, 300000);
        must(test_zero(p, 300000));
        memset(p, 7, 300000);
        hak_free(p);
    }
}
END_TEST

/* Of a heap: RUN_MOST runs and RUN_BYTES at most, the newest. */
START_TEST(bounds_of_a_heap)
{
    if (HEAP_CLASSES == CLASS_TINY)
        return;
    start_once();
    for (size_t size = 70000; size <= MIB; size += 50000) {
        hak_free(hak_malloc(size));
        struct run_heap *r = &heap_self->pool.run;
        must(r->count <= RUN_MOST && r->bytes <= RUN_BYTES && r->bytes + last_bytes() >= size);
        uint64_t used = 0;
        for (unsigned c = CLASS_TINY; c < HEAP_CLASSES; c++) {
            struct slab *s = heap_self->current[c];
            used += s != &slab_none && s->slots > 1 && slab_used(s) == 0 ? s->slots * SLAB_SIZE : 0;
        }
        must(used <= r->bytes && hak_check());
    }
    must(heap_self->pool.run.drops > 0);
    hak_malloc_trim(0);
    must(heap_self->pool.run.bytes + last_bytes() == 0 && heap_self->pool.run.count == 0 && test_stats().slabs == 0);
}
END_TEST

/* Several live blocks of a class: only the current slab is kept, and only while it is empty. */
START_TEST(live_blocks)
{
    void *p[8];
    start_once();
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 8; i++) {
            p[i] = hak_malloc(300000 + (size_t)round % 2 * 500000);
            must(p[i]);
        }
        for (int i = 0; i < 8; i++) {
            hak_free(p[(i * 3 + round) % 8]);
            walk_heap(heap_self);
        }
        must(test_stats().live_blocks == 0 && test_stats().slabs <= RUN_MOST);
    }
}
END_TEST

static sem_t done, leave;

static void *keep(void *context)
{
    hak_free(hak_malloc(900 * KIB));
    *(uint64_t *)context = heap_self->pool.run.bytes + last_bytes();
    sem_post(&done);
    sem_wait(&leave);
    return NULL;
}

/* All heaps together; a thread that ends gives its part back. */
START_TEST(bounds_of_all)
{
    enum { THREADS = 12 };
    pthread_t threads[THREADS];
    uint64_t kept[THREADS], sum = 0;
    if (HEAP_CLASSES == CLASS_TINY)
        return;
    start_once();
    run_mb = 4;
    sem_init(&done, 0, 0);
    sem_init(&leave, 0, 0);
    for (int round = 0; round < 2; round++) {
        sum = 0;
        for (int i = 0; i < THREADS; i++) {
            must(!pthread_create(&threads[i], NULL, keep, &kept[i]));
            sem_wait(&done);
            sum += kept[i];
        }
        must(sum <= 4 * MIB && sum >= 3 * MIB);
        for (int i = 0; i < THREADS; i++)
            sem_post(&leave);
        for (int i = 0; i < THREADS; i++)
            must(!pthread_join(threads[i], NULL));
    }
    must(test_stats().live_blocks == 0);
    run_mb = 0;
    hak_malloc_trim(0);
    hak_free(hak_malloc(900 * KIB));
    must(heap_self->pool.run.bytes + last_bytes() == 0 && test_stats().slabs == 0);
}
END_TEST

static void *free_it(void *block)
{
    hak_free(block);
    return NULL;
}

/* A block that another thread frees comes home through the remote list, and its run is kept like any other. */
START_TEST(freed_by_another_thread)
{
    start_once();
    hak_free(hak_malloc(500000));
    for (int i = 0; i < 20; i++) {
        void *p = hak_malloc(500000);
        must(p);
        run_thread(free_it, p);
    }
    settle();
    walk_heap(heap_self);
    must(test_stats().live_blocks == 0);
    hak_malloc_trim(0);
    must(test_stats().slabs == 0 && test_stats().superslabs == 0);
}
END_TEST

TEST_MAIN("runs", pairs_claim_nothing, one_is_at_hand, calloc_clears, bounds_of_a_heap, live_blocks, bounds_of_all,
          freed_by_another_thread)
