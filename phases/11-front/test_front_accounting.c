/* SPDX-License-Identifier: MIT */
/* test_front_accounting.c - a cached block is used in its slab and not live: used = live + cached + remote holds for every
 * slab after any sequence of calls, and what is cached goes back at malloc_trim and at the thread's end.
 *
 * The failure of the project that this one follows: frees into a thread cache were not seen by the slab's count, so that no
 * slab looked empty. Here a slab that only cached blocks keep is emptied by a flush, and its SuperSlab goes.
 */
#define TEST_SECONDS 300
#include "test_front.h"

enum { SLOTS = 3000, REMOTE = 400 };

struct tally {
    struct heap *heap;
    uint64_t used[HEAP_CLASSES], live[HEAP_CLASSES], remote[HEAP_CLASSES];
    uint64_t slabs, empty;
};

static void tally_slab(void *context, struct slab *s)
{
    struct tally *t = context;
    if (slab_heap(s) != t->heap)
        return;
    t->used[s->class] += slab_used(s);
    t->remote[s->class] += remote_count(t->heap, s);
    t->slabs++;
    t->empty += slab_used(s) == 0;
}

/* Walks all slabs of h; live: what the test holds of it. Nobody else may be running. */
static void must_add_up(struct tally *t)
{
    memset(t->used, 0, sizeof t->used);
    memset(t->remote, 0, sizeof t->remote);
    t->slabs = t->empty = 0;
    superslab_each_slab(tally_slab, t);
    for (void *p = t->heap->remote; p; p = *(void **)p)
        t->remote[slab_of(p)->class]++;
    for (unsigned c = 0; c < HEAP_CLASSES; c++)
        must(t->used[c] == t->live[c] + bin_held(&t->heap->front.bin[c]) + bin_over(&t->heap->front.bin[c]) + t->remote[c]);
    must(hak_check());
}

static void *slot[SLOTS];

static void toggle(struct tally *t, size_t at, size_t size)
{
    if (slot[at]) {
        t->live[slab_of(slot[at])->class]--;
        hak_free(slot[at]);
        slot[at] = NULL;
    } else {
        slot[at] = hak_malloc(size);
        must(slot[at]);
        t->live[slab_of(slot[at])->class]++;
    }
}

static void empty_all(struct tally *t)
{
    for (size_t i = 0; i < SLOTS; i++) {
        if (slot[i])
            toggle(t, i, 0);
    }
}

START_TEST(adds_up_after_any_sequence)
{
    struct tally t = {.heap = own_heap()};
    uint32_t seed = 42;
    size_t steps = test_scaled(400000);
    for (size_t i = 0; i < steps; i++) {
        uint32_t r = test_random(&seed);
        toggle(&t, r % SLOTS, 1 + (r >> 8) % TINY_MAX);
        if (i % (steps / 40 + 1) == 0)
            must_add_up(&t);
    }
    empty_all(&t);
    must_add_up(&t);
    must(test_stats().live_blocks == 0 && test_stats().cached_blocks == held_total(t.heap));
}
END_TEST

static void *free_remote(void *unused)
{
    for (size_t i = 0; i < REMOTE; i++)
        hak_free(slot[i]);
    return unused;
}

START_TEST(adds_up_with_blocks_on_the_remote_list)
{
    struct tally t = {.heap = own_heap()};
    for (size_t i = 0; i < SLOTS; i++)
        toggle(&t, i, 16 + i % 200);
    for (size_t i = 0; i < REMOTE; i++)
        t.live[slab_of(slot[i])->class]--;
    run_thread(free_remote, NULL);
    memset(slot, 0, sizeof *slot * REMOTE);
    must_add_up(&t);
    must(test_stats().live_blocks == SLOTS - REMOTE && test_stats().remote_frees == REMOTE);
    enter(t.heap);
    heap_drain(t.heap);
    heap_leave(t.heap);
    must(t.heap->remote == NULL);
    must_add_up(&t);
    empty_all(&t);
    must_add_up(&t);
}
END_TEST

/* A cached block keeps its slab from looking empty; flushed, only the slab that is allocated from stays. */
START_TEST(slabs_look_empty_after_a_flush)
{
    struct tally t = {.heap = own_heap()};
    enum { SIZE = 512 };
    size_t slabs = 12, per_slab = SLAB_SIZE / SIZE;
    must(slabs * per_slab <= SLOTS);
    for (size_t i = 0; i < slabs * per_slab; i++)
        toggle(&t, i, SIZE);
    /* All but one block of each slab, then those: the cache ends up with a block of every slab. */
    for (size_t i = 0; i < slabs * per_slab; i++) {
        if (i % per_slab)
            toggle(&t, i, 0);
    }
    must(own_heap() == t.heap && held_total(t.heap) == 0);
    empty_all(&t);
    must_add_up(&t);
    must(t.slabs >= slabs && t.empty <= 2 && test_stats().live_blocks == 0 && held_total(t.heap) >= slabs);
    enter(t.heap);
    front_flush(t.heap);
    heap_leave(t.heap);
    must_add_up(&t);
    must(held_total(t.heap) == 0 && t.slabs == t.empty && t.slabs <= 2); /* this class and own_heap's */
}
END_TEST

START_TEST(trim_gives_back_all)
{
    struct tally t = {.heap = own_heap()};
    for (size_t i = 0; i < SLOTS; i++)
        toggle(&t, i, 16 + i % 1000);
    empty_all(&t);
    must(held_total(t.heap) > 0 && test_stats().slabs > 0);
    hak_malloc_trim(0);
    struct hak_stats stats = test_stats();
    must(stats.cached_blocks == 0 && stats.cached_bytes == 0 && stats.slabs == 0 && stats.superslabs == 0);
    must_add_up(&t);
    must(hak_malloc_trim(0) == 0);
    toggle(&t, 0, 100); /* and the heap works on */
    must_add_up(&t);
}
END_TEST

static void *use_and_end(void *unused)
{
    struct tally t = {.heap = own_heap()};
    for (size_t i = 0; i < SLOTS; i++)
        toggle(&t, i, 16 + i % 1000);
    empty_all(&t);
    must(held_total(t.heap) > 0);
    must_add_up(&t);
    return unused;
}

/* At once, or when a heap that rests is roused. */
START_TEST(thread_end_gives_back_all)
{
    for (int i = 0; i < 20; i++) {
        run_thread(use_and_end, NULL);
        front_rouse();
        struct hak_stats stats = test_stats();
        must(stats.cached_blocks == 0 && stats.live_blocks == 0 && stats.slabs == 0 && stats.heaps == 1);
    }
    must(test_stats().heaps_adopted == 19);
}
END_TEST

/* A bin above its half refills only when empty, so a front never holds more than its bytes say. */
START_TEST(held_bytes_are_bounded)
{
    struct tally t = {.heap = own_heap()};
    for (size_t size = 16; size <= TINY_MAX; size += 16) {
        for (size_t i = 0; i < SLOTS; i++)
            toggle(&t, i, size);
        empty_all(&t);
    }
    uint64_t bytes, blocks = front_cached_total(t.heap, &bytes), most = 0;
    for (unsigned c = 0; c < CLASS_TINY; c++)
        most += (slots_wanted(c) + over_wanted(c)) * class_size(c);
    must(bytes <= most && blocks > 0);
    must(test_stats().cached_blocks == blocks && test_stats().cached_bytes == bytes);
    must_add_up(&t);
}
END_TEST

TEST_MAIN("front: accounting", adds_up_after_any_sequence, adds_up_with_blocks_on_the_remote_list,
          slabs_look_empty_after_a_flush, trim_gives_back_all, thread_end_gives_back_all, held_bytes_are_bounded)
