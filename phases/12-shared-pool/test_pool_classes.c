/* SPDX-License-Identifier: MIT */
/* test_pool_classes.c - one SuperSlab serves every class and every heap; a slab loses its class when it is empty, and serves
 * another class, another heap, as part of a run or alone. */
#define TEST_SECONDS 120
#include "test_pool.h"
#include "core/test/test_alone.h"

enum { MANY = 4096, THREADS = 6 };

static void *block[MANY];

/* Four classes to a doubling: of more there is not one slot each. */
START_TEST(all_tiny_classes_in_one_superslab)
{
    enum { STEP = CLASS_STEPS / 4 };
    own_heap();
    for (unsigned c = 0; c < CLASS_TINY; c += STEP) {
        block[c] = hak_malloc(class_size(c));
        must(ssmap_find(block[c]) == ssmap_find(block[0]) && slab_of(block[c])->class == c);
    }
    must(test_stats().superslabs == 1 && test_stats().slabs == CLASS_TINY / STEP);
    for (unsigned c = CLASS_TINY; c < CLASS_ALL && class_size(c) <= 8 * KIB; c += STEP) {
        block[c] = hak_malloc(class_size(c));
        must(ssmap_find(block[c]) == ssmap_find(block[0]));
    }
    must(test_stats().superslabs == 1);
    for (unsigned c = 0; c < CLASS_ALL && class_size(c) <= 8 * KIB; c += STEP)
        hak_free(block[c]);
    must(hak_check() && test_stats().live_blocks == 0);
}
END_TEST

static pthread_barrier_t together;

static void *one_of_many(void *context)
{
    void **mine = context;
    for (int i = 0; i < 4; i++) {
        mine[i] = hak_malloc(16u << i);
        test_stamp(mine[i], 16u << i, (uintptr_t)mine + (unsigned)i);
    }
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    for (int i = 0; i < 4; i++) {
        must(test_stamped(mine[i], 16u << i, (uintptr_t)mine + (unsigned)i));
        hak_free(mine[i]);
    }
    return NULL;
}

START_TEST(several_heaps_in_one_superslab)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&together, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        must(!pthread_create(&threads[i], NULL, one_of_many, &block[4 * i]));
    pthread_barrier_wait(&together);
    must(test_stats().superslabs == 1 && test_stats().slabs == 4 * THREADS && test_stats().heaps == THREADS);
    for (int i = 0; i < 4 * THREADS; i++) {
        for (int k = 0; k < i; k++)
            must(slab_of(block[i]) != slab_of(block[k]));
    }
    pthread_barrier_wait(&together);
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(threads[i], NULL));
    hak_malloc_trim(0); /* heaps that rest */
    must(test_stats().slabs == 0 && test_stats().live_blocks == 0);
}
END_TEST

/* Fills slabs with one class after the other: the same 32 slots serve them all. */
START_TEST(slab_serves_another_class)
{
    own_heap();
    void *keeper = hak_malloc(16);
    struct superslab *ss = ssmap_find(keeper);
    uint32_t seen[SLABS_PER_SUPERSLAB] = {0};
    for (unsigned c = 1; c < CLASS_TINY; c++) {
        size_t count = 12 * SLAB_SIZE / class_size(c);
        count = count < MANY ? count : MANY;
        for (size_t i = 0; i < count; i++) {
            block[i] = hak_malloc(class_size(c));
            struct slab *s = slab_of(block[i]);
            must(superslab_of(s) == ss && s->class == c && slab_heap(s) == heap_self);
            seen[slab_index(s)] |= 1u << c;
            test_stamp(block[i], class_size(c), i);
        }
        for (size_t i = 0; i < count; i++) {
            must(test_stamped(block[i], class_size(c), i));
            hak_free(block[i]);
        }
        hak_malloc_trim(0);
        must(test_stats().slabs == 1 && test_stats().superslabs == 1);
    }
    unsigned most = 0;
    for (unsigned i = 0; i < SLABS_PER_SUPERSLAB; i++) {
        unsigned classes = (unsigned)__builtin_popcount(seen[i]);
        most = classes > most ? classes : most;
    }
    must(most == CLASS_TINY - 1);
    hak_free(keeper);
    must(hak_check());
}
END_TEST

/* The program's view of a slab that has no class: its blocks are not blocks any more. */
START_TEST(slab_without_class_has_no_blocks)
{
    own_heap();
    void *keeper = hak_malloc(16), *gone = hak_malloc(200);
    struct slab *s = slab_of(gone);
    must(slab_bad_block(s, gone) == NULL);
    hak_free(gone);
    hak_malloc_trim(0);
    must(slab_heap(s) == NULL && s->slots == 0 && slot_is(s, SPAN_FREED) && slab_bad_block(s, gone) != NULL);
    hak_free(keeper);
}
END_TEST

static void *take_a_run(void *context)
{
    *(void **)context = hak_malloc(400 * KIB);
    memset(*(void **)context, 0x77, 400 * KIB);
    return NULL;
}

/* Single slots, a run over them, single slots again; the heaps differ. */
START_TEST(slots_join_and_part)
{
    own_heap();
    void *keeper = hak_malloc(16), *run = NULL;
    for (int round = 0; round < 5; round++) {
        size_t count = 0;
        for (unsigned filled = 0; filled < SLABS_PER_SUPERSLAB - 2; count++) {
            must((block[count] = hak_malloc(1024)));
            must(ssmap_find(block[count]) == ssmap_find(keeper));
            filled = slab_index(slab_of(block[count])) > filled ? slab_index(slab_of(block[count])) : filled;
            must(count + 1 < MANY);
        }
        for (size_t i = 0; i < count; i++)
            hak_free(block[i]);
        hak_malloc_trim(0);
        run_thread(take_a_run, &run);
        struct slab *s = slab_of(run);
        must(ssmap_find(run) == ssmap_find(keeper) && s->slots > 1 && slab_heap(s) != heap_self);
        for (unsigned i = 1; i < s->slots; i++)
            must(slab_heap(s + i) == NULL && s[i].back == i && slab_of((char *)run + i * SLAB_SIZE - 16) == s);
        unsigned slots = s->slots;
        hak_free(run);
        hak_malloc_trim(0);
        for (unsigned i = 0; i < slots; i++)
            must(s[i].back == 0 && slab_heap(&s[i]) == NULL);
    }
    hak_free(keeper);
    must(test_stats().live_blocks == 0 && test_stats().superslabs_peak == 1);
}
END_TEST

TEST_MAIN("pool: classes", all_tiny_classes_in_one_superslab, several_heaps_in_one_superslab, slab_serves_another_class,
          slab_without_class_has_no_blocks, slots_join_and_part)
