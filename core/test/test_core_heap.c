/* SPDX-License-Identifier: MIT */
/* test_core_heap.c - a heap and its slabs under one thread: current, listed and full slabs change as heap.h says, whole heaps
 * hold their equations under random traffic, and a busy heap turns nobody away. */
#include "core/test/test_core.h"

enum { CLASS = CLASS_TINY - 1 }; /* 1,024 bytes, 64 to a slab */

static void *take(struct heap *h)
{
    void *p = slab_block(h, CLASS);
    must(p);
    guard_alloc(p);
    return p;
}

static void give(struct heap *h, void *p)
{
    guard_free(p, "free");
    slab_block_back(h, p);
}

/* Blocks until the slab of the first one is full and another one has become current. Returns how many. */
static uint32_t fill_one(struct heap *h, void **block)
{
    uint32_t n = 0;
    do
        block[n] = take(h);
    while (slab_of(block[n++]) == slab_of(block[0]));
    return n;
}

START_TEST(test_full_listed_released)
{
    void *block[SLAB_SIZE / 1024 + 1];
    struct heap *h = thread_heap();
    uint32_t n = fill_one(h, block);
    struct slab *s = slab_of(block[0]), *second = slab_of(block[n - 1]);
    must(n == s->capacity + 1 && h->current[CLASS] == second && second != s);
    must(s->full && !s->listed && s->frees_to_event == 1 && slab_used(s) == s->capacity);
    walk_heap(h);
    give(h, block[0]); /* full no more */
    must(!s->full && s->listed && h->listed[CLASS] == s && slab_used(s) == s->capacity - 1);
    walk_heap(h);
    for (uint32_t i = 1; i + 2 < n; i++) {
        give(h, block[i]);
        must(s->listed && slab_used(s) == s->capacity - 1 - i);
        walk_heap(h);
    }
    give(h, block[n - 2]); /* the last one: the slab leaves the heap */
    must(h->listed[CLASS] == NULL);
    must(slab_heap(s) == NULL);
    give(h, block[n - 1]); /* the current slab stays though empty */
    must(h->current[CLASS] == second && slab_used(second) == 0);
    must(walk_heap(h).slabs == 1);
    enter(h);
    must(heap_settle(h) == 1 && h->current[CLASS] == &slab_none);
    must(heap_settle(h) == 0);
    heap_leave(h);
    must(walk_heap(h).slabs == 0);
}
END_TEST

/* A settled heap has no current slab: one with room is listed, a full one is full, an empty one is gone. */
START_TEST(test_settle)
{
    void *block[SLAB_SIZE / 1024 + 1], *more[SLAB_SIZE / 1024];
    struct heap *h = thread_heap();
    uint32_t n = fill_one(h, block), got = 0;
    struct slab *first = slab_of(block[0]), *second = slab_of(block[n - 1]);
    for (int round = 0; round < 2; round++) {
        enter(h);
        must(heap_settle(h) == 0 && h->current[CLASS] == &slab_none);
        heap_leave(h);
        must(first->full && !first->listed && second->full == (round == 1) && second->listed == (round == 0));
        must(walk_heap(h).slabs == 2);
        while (round == 0 && slab_used(second) < second->capacity)
            must(slab_of(more[got++] = take(h)) == second);
    }
    for (uint32_t i = 0; i < n; i++)
        give(h, block[i]);
    while (got)
        give(h, more[--got]);
    must(walk_heap(h).slabs == 0); /* nothing was current, so nothing stays */
}
END_TEST

/* Blocks of two slabs in turn, so many at a time, go back in one call; both slabs pass through both of their events. */
START_TEST(test_give_all_in_turn)
{
    void *block[2][SLAB_SIZE / 1024 + 1], *slot[2 * SLAB_SIZE / 1024];
    for (uint32_t piece = 1; piece <= SLAB_SIZE / 1024; piece *= 2) {
        struct heap *h = thread_heap();
        uint32_t n = fill_one(h, block[0]) - 1, got = 0;
        for (block[1][got++] = block[0][n]; got < n; got++)
            block[1][got] = take(h);
        for (uint32_t i = 0; i < 2 * n; i++) {
            slot[i] = block[i / piece % 2][i / piece / 2 * piece + i % piece];
            guard_free(slot[i], "free");
        }
        enter(h);
        struct heap_given given = heap_give_all(h, slot, 2 * n);
        heap_leave(h);
        must(given.blocks == 2 * n && given.pieces == 2 * n / piece);
        for (uint32_t i = 0; i < 2 * n; i++)
            must(!slot[i]);
        must(walk_heap(h).used == 0);
    }
}
END_TEST

START_TEST(test_listed_becomes_current)
{
    void *block[SLAB_SIZE / 1024 + 1], *more[2 * SLAB_SIZE / 1024];
    struct heap *h = thread_heap();
    uint32_t n = fill_one(h, block), got = 0;
    struct slab *s = slab_of(block[0]), *second = slab_of(block[n - 1]);
    give(h, block[3]);
    while (h->current[CLASS] == second)
        more[got++] = take(h);
    must(h->current[CLASS] == s && !s->listed && second->full && !second->listed);
    must(more[got - 1] == block[3]); /* memory in hand is used before new memory */
    walk_heap(h);
    for (uint32_t i = 0; i < n; i++)
        if (i != 3)
            give(h, block[i]);
    while (got)
        give(h, more[--got]);
    must(walk_heap(h).used == 0);
}
END_TEST

START_TEST(test_take_zero)
{
    struct heap *h = thread_heap();
    for (int round = 0; round < 3; round++) {
        void *block[300];
        for (int i = 0; i < 300; i++) {
            bool zero = true;
            block[i] = heap_take(h, CLASS, &zero);
            must(block[i] && (!zero || test_zero(block[i], 1024)));
            must(zero || round > 0 || !test_plain(front)); /* a first use is known to be zero */
            memset(block[i], 0xFF, 1024);
            guard_alloc(block[i]);
        }
        for (int i = 0; i < 300; i++)
            give(h, block[i]);
    }
}
END_TEST

static struct {
    void *block;
    uint32_t size;
} held[2000];

static void compare_with_shadow(struct heap *h)
{
    uint64_t blocks = 0, bytes = 0;
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
        if (!held[i].block || !ssmap_find(held[i].block))
            continue;
        blocks++;
        bytes += class_size(class_of(held[i].size));
    }
    struct walk_sum sum = walk_heap(h);
    uint64_t cached_bytes;
    must(front_cached_total(h, &cached_bytes) == sum.cached);
    must(sum.used == blocks + sum.cached && sum.used_bytes == bytes + cached_bytes);
}

START_TEST(test_random_traffic)
{
    uint32_t random = 2463534242;
    struct heap *h = thread_heap();
    for (size_t op = 0; op < test_scaled(60000); op++) {
        uint32_t r = test_random(&random), i = r % (sizeof held / sizeof *held);
        if (held[i].block) {
            must(test_stamped(held[i].block, held[i].size, i));
            hak_free(held[i].block);
            held[i].block = NULL;
        } else {
            held[i].size = 1 + (r >> 11) % (r >> 30 ? 1024 : 64);
            held[i].block = hak_malloc(held[i].size);
            must(held[i].block);
            test_stamp(held[i].block, held[i].size, i);
        }
        if (op % 1000 == 999)
            compare_with_shadow(h);
    }
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
        hak_free(held[i].block);
        held[i].block = NULL;
    }
    settle();
    compare_with_shadow(h);
    must(walk_heap(h).used == 0 && test_stats().live_blocks == 0);
}
END_TEST

/* A signal handler that interrupts a slow path finds the heap busy. */
START_TEST(test_busy_heap)
{
    void *block[SLAB_SIZE / 1024 + 1];
    struct heap *h = thread_heap();
    uint32_t n = fill_one(h, block);
    struct slab *s = slab_of(block[0]);
    must(heap_enter(h) && !heap_enter(h));
    void *p = hak_malloc(640), *q = hak_calloc(1, 768); /* classes that have no slab yet */
    must(p && q && p != q && !ssmap_find(p) && !ssmap_find(q) && test_zero(q, 768));
    must(owner_find(p) && owner_find(q));
    memset(p, 1, 640);
    hak_free(q);
    must(slab_block(h, class_of(512)) == NULL);
    give(h, block[0]); /* an event, which must wait: s is full */
    must(s->full && slab_used(s) == s->capacity && remote_length(h) == 1);
    heap_leave(h);
    enter(h);
    heap_drain(h);
    heap_leave(h);
    must(!s->full && s->listed && slab_used(s) == s->capacity - 1 && remote_length(h) == 0);
    hak_free(p);
    for (uint32_t i = 1; i < n; i++)
        give(h, block[i]);
    must(walk_heap(h).used == 0 && test_stats().live_blocks == 0);
}
END_TEST

START_TEST(test_errno_over_slow_paths)
{
    struct heap *h = thread_heap();
    errno = 4711;
    enter(h);
    errno = 1;
    heap_leave(h);
    must(errno == 4711);
    for (int i = 0; i < 300; i++)
        held[i].block = take(h);
    for (int i = 0; i < 300; i++)
        give(h, held[i].block);
    must(errno == 4711);
}
END_TEST

START_TEST(test_none_owns_nothing)
{
    struct slab *current = test_plain(front) ? &slab_none : NULL; /* a front does not ask heap_none for slabs */
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        must(heap_none.current[c] == current && heap_none.listed[c] == NULL);
        must((c < CLASS_TINY ? front_pop : front_pop_wide)(&heap_none, class_size(c)) == NULL);
    }
    must(slab_none.free == NULL && slab_none.carved == slab_none.capacity && slab_none.frees_to_event == 0);
}
END_TEST

TEST_MAIN("heap", test_full_listed_released, test_settle, test_give_all_in_turn, test_listed_becomes_current, test_take_zero,
          test_random_traffic, test_busy_heap, test_errno_over_slow_paths, test_none_owns_nothing)
