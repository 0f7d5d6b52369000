/* SPDX-License-Identifier: MIT */
/* test_core_slab.c - one slab, step by step: format, carve, extend, push, pop, the event, and what counts as one of its blocks.
 * The slab belongs to a heap that is in no list, so that nothing else touches it. */
#include "core/low/log.h"
#include "core/test/test_core.h"

static struct heap nobody;

/* A slab of that class at that slot of a fresh SuperSlab, whatever run of slots it needs. */
static struct slab *fresh_slab(unsigned slot, unsigned class)
{
    struct superslab *ss = superslab_acquire();
    must(ss);
    unsigned slots = (unsigned)((class_size(class) + SLAB_SIZE - 1) / SLAB_SIZE);
    must(slot + slots <= SLABS_PER_SUPERSLAB);
    slab_format(&ss->slab[slot], &nobody, class, slots, ss->clean >> slot & 1);
    return &ss->slab[slot];
}

static void drop_slab(struct slab *s)
{
    struct superslab *ss = superslab_of(s);
    unsigned slots = s->slots;
    slab_unformat(s);
    for (unsigned i = 0; i < slots; i++) {
        must(slab_heap(s + i) == NULL && s[i].slots == 0 && s[i].back == 0);
        ss->clean &= ~(1U << (slab_index(s) + i));
    }
    superslab_valid(ss);
    superslab_release(ss);
}

static void expect_formatted(struct slab *s, unsigned class)
{
    size_t size = class_size(class);
    char *end = superslab_slot(s) + s->slots * SLAB_SIZE;
    must(slab_heap(s) == &nobody && s->class == class && s->block_size == size);
    must(s->free == NULL && s->carved == 0 && s->frees_to_event == 0 && !s->full && !s->listed);
    must(s->start == superslab_slot(s));
    must((uintptr_t)s->start % ((size & -size) < SLAB_SIZE ? (size & -size) : SLAB_SIZE) == 0);
    must(s->capacity > 0 && s->start + s->capacity * size <= end && s->start + (s->capacity + 1) * size > end);
    for (unsigned i = 0; i < s->slots; i++)
        must(slab_of(superslab_slot(s) + i * SLAB_SIZE + 16) == s);
    must(walk_slab(s) == 0);
}

/* Carves all, gives all back, takes all again; checks every number at every step. */
static void walk_life(unsigned slot, unsigned class)
{
    struct slab *s = fresh_slab(slot, class);
    size_t size = class_size(class);
    expect_formatted(s, class);
    uint32_t n = s->capacity;
    must(slab_bad_block(s, s->start) != NULL); /* nothing has been handed out */
    for (uint32_t i = 0; i < n; i++) {
        char *p = slab_carve(s);
        must(p == s->start + i * size && (uintptr_t)p % (size & -size) == 0);
        must(s->carved == i + 1 && slab_used(s) == i + 1 && slab_bad_block(s, p) == NULL);
        must(!s->zero || test_zero(p, size));
        memset(p, 0xA5, size);
    }
    must(slab_carve(s) == NULL && !slab_extend(s) && slab_pop(s) == NULL && slab_used(s) == n);
    walk_slab(s);
    for (uint32_t i = 0; i < n; i++) {
        must(slab_push(s, s->start + i * size) == (i == n - 1)); /* only the last one is an event */
        must(slab_used(s) == n - 1 - i && walk_slab(s) == i + 1);
    }
    for (uint32_t i = n; i > 0; i--) /* last in, first out; or in the order of addresses */
        must(slab_pop(s) == s->start + (!test_plain(freelist) ? n - i : i - 1) * size && slab_used(s) == n - i + 1);
    must(slab_pop(s) == NULL);
    for (uint32_t i = 0, half = (n + 1) / 2; i < n; i++) /* in another order */
        slab_push(s, s->start + (i < half ? 2 * i : 2 * (i - half) + 1) * size);
    must(slab_used(s) == 0 && walk_slab(s) == n);
    drop_slab(s);
}

START_TEST(test_life)
{
    const unsigned slots[] = {0, 1, 17, 31};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
        walk_life(slots[i], 19);
        walk_life(slots[i], 12);
        walk_life(slots[i], 9);
    }
}
END_TEST

START_TEST(test_format_every_class_and_slot)
{
    for (unsigned class = 0; class < CLASS_ALL; class ++) {
        for (unsigned slot = 0; slot + class_size(class) / SLAB_SIZE + 1 < SLABS_PER_SUPERSLAB;
             slot += 5) {
            struct slab *s = fresh_slab(slot, class);
            expect_formatted(s, class);
            drop_slab(s);
        }
    }
}
END_TEST

START_TEST(test_extend)
{
    for (unsigned class = 0; class < CLASS_ALL; class += 3) {
        struct slab *s = fresh_slab(3, class);
        uint32_t page = class_size(class) < 4096 ? (uint32_t)(4096 / class_size(class)) : 1, before = 0;
        void *first = slab_carve(s);
        must(first == s->start);
        while (slab_extend(s)) {
            uint32_t added = s->carved - before - (before == 0);
            must(added > 0 && added <= page && (added == page || s->carved == s->capacity));
            must(walk_slab(s) == s->carved - 1 && slab_used(s) == 1);
            before = s->carved;
            if (class > 5)
                continue;
            while (s->carved < s->capacity - 600) /* the many small ones: most of the way at once */
                must(slab_extend(s));
            before = s->carved;
        }
        must(s->carved == s->capacity);
        for (uint32_t i = 1; i < s->capacity; i++)
            must(slab_pop(s));
        must(slab_pop(s) == NULL && slab_used(s) == s->capacity && walk_slab(s) == 0);
        for (uint32_t i = 0; i < s->capacity; i++)
            must(slab_push(s, s->start + (size_t)i * s->block_size) == (i == s->capacity - 1));
        drop_slab(s);
    }
}
END_TEST

START_TEST(test_extend_lowest_first)
{
    struct slab *s = fresh_slab(2, 5);
    must(slab_extend(s));
    for (uint32_t i = 0; i < s->carved; i++)
        must(slab_pop(s) == s->start + (size_t)i * s->block_size);
    while (s->frees_to_event)
        slab_push(s, s->start + (size_t)(s->frees_to_event - 1) * s->block_size);
    drop_slab(s);
}
END_TEST

START_TEST(test_bad_block)
{
    struct slab *s = fresh_slab(0, class_of(160)); /* 160 bytes */
    char *a = slab_carve(s), *b = slab_carve(s);
    must(slab_bad_block(s, a) == NULL && slab_bad_block(s, b) == NULL);
    ck_assert_str_eq(slab_bad_block(s, a + 16), BAD_INTERIOR);
    ck_assert_str_eq(slab_bad_block(s, b + 144), BAD_INTERIOR);
    ck_assert_str_eq(slab_bad_block(s, a + 8), BAD_MISALIGNED);
    ck_assert_str_eq(slab_bad_block(s, b + 159), BAD_MISALIGNED);
    ck_assert_str_eq(slab_bad_block(s, b + 160), BAD_FOREIGN); /* never handed out */
    ck_assert_str_eq(slab_bad_block(s, a - 16), BAD_FOREIGN);
    slab_push(s, a);
    slab_push(s, b);
    slab_unformat(s);
    ck_assert_str_eq(slab_bad_block(s, a), BAD_FOREIGN); /* nobody's slab */
    superslab_of(s)->clean &= ~1U;
    superslab_release(superslab_of(s));
}
END_TEST

START_TEST(test_run_of_slots)
{
    struct slab *s = fresh_slab(4, CLASS_ALL - 1);
    must(s->slots == 16 && s->capacity == 1);
    char *p = slab_carve(s);
    memset(p, 1, MID_MAX);
    must(slab_of(p) == s && slab_of(p + MID_MAX - 1) == s && slab_in(superslab_of(s), p + MID_MAX - 1) == s + 15);
    must(slab_heap(s + 15) == NULL); /* only the first slot has an owner: a free of an interior address is not one's own */
    must(slab_push(s, p));
    drop_slab(s);
}
END_TEST

TEST_MAIN("slab", test_life, test_format_every_class_and_slot, test_extend, test_extend_lowest_first, test_bad_block,
          test_run_of_slots)
