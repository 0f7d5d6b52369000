/* SPDX-License-Identifier: MIT */
/* test_front_small.c - a bin of a tiny class has few slots at first, all of them once it has missed often, and loses nothing when it
 * gets them. */
#include "test_front.h"

enum { SIZE = 48 };

static const size_t small_slots = FRONT_SMALL, small_over = FRONT_SMALL_OVER;

static struct front_bin *small_bin(void)
{
    return &heap_self->front.bin[class_of(SIZE)];
}

static size_t slots_of(const struct front_bin *bin)
{
    return (size_t)(bin->room - bin->base);
}

static void *never_asked(void *context)
{
    hak_free(hak_malloc(1));
    const struct front_bin *bin = small_bin();
    must(bin->base == front_nothing && bin->top == front_nothing && bin->limit == front_nothing);
    return context;
}

START_TEST(a_bin_that_nobody_asked_has_no_slots)
{
    run_thread(never_asked, NULL);
}
END_TEST

static void *ask_thrice(void *context)
{
    unsigned class = class_of(SIZE);
    void *block[64];
    size_t taken = 0;
    hak_free(hak_malloc(1)); /* its own class, not this one */
    for (uint64_t misses = 0; misses < 3; misses = heap_self->front.count[class].misses) {
        block[taken] = hak_malloc(SIZE);
        test_stamp(block[taken], SIZE, taken);
        taken++;
        const struct front_count *count = &heap_self->front.count[class];
        size_t want = count->misses <= FRONT_SMALL_MISSES ? small_slots : slots_wanted(class);
        must(slots_of(small_bin()) == want && bin_held(small_bin()) <= want);
        must(taken < sizeof block / sizeof *block);
    }
    for (size_t i = 0; i < taken; i++) {
        must(test_stamped(block[i], SIZE, i));
        hak_free(block[i]);
    }
    must(hak_check());
    return context;
}

START_TEST(the_third_miss_brings_all_slots)
{
    run_thread(ask_thrice, NULL);
}
END_TEST

/* The blocks of a full small bin, and those that wait, come along: each is there once. */
static void *widen_full(void *context)
{
    void *block[64], *seen[64];
    size_t count = small_slots + small_over / 2, taken = 0;
    unsigned class = class_of(SIZE);
    for (; taken < count; taken++)
        block[taken] = hak_malloc(SIZE);
    enter(heap_self);
    front_flush(heap_self);
    heap_self->front.bin[class] = (struct front_bin)FRONT_BIN_INIT; /* as at first */
    heap_self->front.count[class].misses = 0;
    heap_leave(heap_self);
    void *first = hak_malloc(SIZE);
    must(slots_of(small_bin()) == small_slots);
    size_t fetched = bin_held(small_bin());
    for (size_t i = 0; i + fetched < count; i++)
        hak_free(block[i]);
    must(bin_held(small_bin()) == small_slots && bin_over(small_bin()) == count - small_slots);
    enter(heap_self);
    front_widen(heap_self, class);
    heap_leave(heap_self);
    must(bin_held(small_bin()) == small_slots && bin_over(small_bin()) == count - small_slots && slots_of(small_bin()) == 0);
    for (size_t i = 0; i < small_slots; i++) {
        must((seen[i] = hak_malloc(SIZE)) && seen[i] != first);
        for (size_t k = 0; k < i; k++)
            must(seen[k] != seen[i]);
    }
    must(hak_check());
    return context;
}

START_TEST(widening_keeps_what_the_bin_holds)
{
    run_thread(widen_full, NULL);
}
END_TEST

TEST_MAIN("front: small bins", a_bin_that_nobody_asked_has_no_slots, the_third_miss_brings_all_slots,
          widening_keeps_what_the_bin_holds)
