/* SPDX-License-Identifier: MIT */
/* test_pool_stages.c - each stage of an acquisition happens in the situation that it is named for, and in no other; the lock is
 * taken for a new SuperSlab and for the end of one, and for nothing else. */
#include "test_pool.h"

enum { CLASS = 3, OTHER = 5, SLOTS = 32 };

static struct pool_counts before;

static void mark(void)
{
    before = pool_counted();
}

/* What was counted since mark(), and marks again. */
static void expect(uint64_t hot, uint64_t empty, uint64_t freed, uint64_t unused, uint64_t new, uint64_t locked)
{
    struct pool_counts now = pool_counted();
    must(now.hot - before.hot == hot);
    must(now.empty - before.empty == empty);
    must(now.freed - before.freed == freed);
    must(now.unused - before.unused == unused);
    must(now.new - before.new == new);
    must(now.lock_takes - before.lock_takes == locked && now.lock_waits == 0 && now.retries == 0);
    before = now;
}

static struct slab *slab[SLOTS + 1];

START_TEST(new_then_hot)
{
    struct heap *h = own_heap();
    mark();
    slab[0] = claim(h, CLASS);
    expect(0, 0, 0, 0, 1, 1);
    for (unsigned i = 1; i < SLOTS; i++) {
        slab[i] = claim(h, i % 2 ? CLASS : OTHER);
        must(superslab_of(slab[i]) == superslab_of(slab[0]) && slab_index(slab[i]) == i);
        expect(1, 0, 0, 0, 0, 0);
    }
    slab[SLOTS] = claim(h, CLASS);
    must(superslab_of(slab[SLOTS]) != superslab_of(slab[0]));
    expect(0, 0, 0, 0, 1, 1);
}
END_TEST

/* What is formatted for the class beats what is near; another class does not get it. */
START_TEST(empty_only_for_its_class)
{
    struct heap *h = own_heap();
    slab[0] = claim(h, CLASS);
    slab[1] = claim(h, CLASS);
    mark();
    release(h, slab[1]);
    must(slab_heap(slab[1]) == NULL && slab[1]->slots == 1 && !slot_is(slab[1], SPAN_FREED) && pool_counted().kept == 1);
    slab[2] = claim(h, OTHER);
    must(slab[2] != slab[1]);
    expect(1, 0, 0, 0, 0, 0);
    must(claim(h, CLASS) == slab[1]);
    expect(0, 1, 0, 0, 0, 0);
    must(pool_counted().kept == 0 && pool_counted().released == 0);
}
END_TEST

/* The oldest EMPTY slab goes when there are more than HAKMEM_POOL_EMPTY; the newest of a class comes back first. */
START_TEST(empty_is_bounded)
{
    struct heap *h = own_heap();
    for (unsigned i = 0; i < 6; i++)
        slab[i] = claim(h, CLASS);
    for (unsigned i = 1; i < 6; i++)
        release(h, slab[i]);
    must(pool_counted().kept == 2 && pool_counted().released == 3);
    for (unsigned i = 1; i < 6; i++)
        must(slot_is(slab[i], SPAN_FREED) == (i < 4));
    mark();
    must(claim(h, CLASS) == slab[5] && claim(h, CLASS) == slab[4]);
    expect(0, 2, 0, 0, 0, 0);
    must(claim(h, CLASS) == slab[1]); /* FREED before UNUSED, also in the hot SuperSlab */
    expect(1, 0, 0, 0, 0, 0);
    release(h, slab[1]);
    enter(h);
    pool_park(h);
    heap_leave(h);
    must(pool_counted().kept == 0 && slot_is(slab[1], SPAN_FREED) && h->pool.hot == NULL);
}
END_TEST

static void *claim_in_thread(void *context)
{
    struct heap *h = thread_heap();
    h->pool.hot = NULL;
    slab[SLOTS] = claim(h, *(unsigned *)context);
    return NULL;
}

/* A heap that has no hot SuperSlab: FREED slots of anybody's, then UNUSED ones, then a new SuperSlab. */
START_TEST(freed_then_unused_then_new)
{
    struct heap *h = own_heap();
    static unsigned class = CLASS;
    pool_empty_limit = 0;
    for (unsigned i = 0; i < SLOTS - 1; i++)
        slab[i] = claim(h, OTHER);
    release(h, slab[4]);
    must(slot_is(slab[4], SPAN_FREED) && !slot_is(slab[4], SPAN_UNUSED));
    mark();
    run_thread(claim_in_thread, &class);
    must(slab[SLOTS] == slab[4] && slab[4]->class == CLASS && slab[4]->heap != h);
    expect(0, 0, 1, 0, 0, 0);
    run_thread(claim_in_thread, &class);
    must(slab_index(slab[SLOTS]) == SLOTS - 1 && superslab_of(slab[SLOTS]) == superslab_of(slab[0]));
    expect(0, 0, 0, 1, 0, 0);
    run_thread(claim_in_thread, &class);
    must(superslab_of(slab[SLOTS]) != superslab_of(slab[0]));
    expect(0, 0, 0, 0, 1, 1);
}
END_TEST

/* Runs take slots of both kinds, hot or listed; they count as hot, UNUSED or new. */
START_TEST(runs)
{
    struct heap *h = own_heap();
    static unsigned run_class;
    run_class = class_of(300 * KIB);
    pool_empty_limit = 0;
    mark();
    slab[0] = claim(h, run_class);
    unsigned slots = slab[0]->slots;
    must(slots > 1 && slab_index(slab[0]) == SLOTS - slots);
    expect(0, 0, 0, 0, 1, 1);
    slab[1] = claim(h, run_class);
    must(slab_index(slab[1]) == SLOTS - 2 * slots);
    expect(1, 0, 0, 0, 0, 0);
    run_thread(claim_in_thread, &run_class);
    must(slab_index(slab[SLOTS]) == SLOTS - 3 * slots);
    expect(0, 0, 0, 1, 0, 0);
    release(h, slab[1]);
    must(claim(h, run_class) == slab[1]);
    expect(1, 0, 0, 0, 0, 0);
    must(slab_index(claim(h, CLASS)) == 0); /* and the one slot that no run may have */
    expect(1, 0, 0, 0, 0, 0);
}
END_TEST

/* What somebody has freed comes before what nobody has touched, also where the hot SuperSlab has some of the latter. */
START_TEST(freed_elsewhere_before_unused_nearby)
{
    struct heap *h = own_heap();
    unsigned run_class = class_of(300 * KIB);
    pool_empty_limit = 0;
    for (unsigned i = 0; i <= SLOTS; i++)
        slab[i] = claim(h, OTHER);
    must(h->pool.hot == superslab_of(slab[SLOTS])->pool.span);
    release(h, slab[4]);
    mark();
    must(claim(h, CLASS) == slab[4]);
    expect(0, 0, 1, 0, 0, 0);
    h->pool.hot = superslab_of(slab[SLOTS])->pool.span;
    struct slab *run = claim(h, run_class);
    must(superslab_of(run) == superslab_of(slab[SLOTS]));
    expect(1, 0, 0, 0, 0, 0);
    for (unsigned i = 0; i < run->slots; i++)
        release(h, slab[10 + i]);
    must(claim(h, run_class) == slab[10]);
    expect(0, 0, 0, 1, 0, 0);
    h->pool.hot = superslab_of(slab[SLOTS])->pool.span;
    must(superslab_of(claim(h, run_class)) == superslab_of(slab[SLOTS])); /* no FREED run: from the hot SuperSlab */
    expect(1, 0, 0, 0, 0, 0);
}
END_TEST

START_TEST(lock_at_the_end_of_a_superslab)
{
    struct heap *h = own_heap();
    pool_empty_limit = 0;
    for (unsigned i = 0; i < 10; i++)
        slab[i] = claim(h, CLASS);
    mark();
    for (unsigned i = 0; i < 9; i++)
        release(h, slab[i]);
    expect(0, 0, 0, 0, 0, 0);
    must(pool_counted().released == 9);
    release(h, slab[9]);
    expect(0, 0, 0, 0, 0, 1);
    slab[0] = claim(h, CLASS);
    expect(0, 0, 0, 0, 1, 1);
    must(superslab_of(slab[0])->pool.span->id == 1); /* the same span, used again */
}
END_TEST

TEST_MAIN("pool: stages", new_then_hot, empty_only_for_its_class, empty_is_bounded, freed_then_unused_then_new, runs,
          freed_elsewhere_before_unused_nearby, lock_at_the_end_of_a_superslab)
