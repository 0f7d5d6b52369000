/* SPDX-License-Identifier: MIT */
/* test_pool_span.c - the protocol of a span's word, step by step and against a model: a slot is UNUSED, FREED or claimed; runs
 * start at the end; the last slot that comes home retires the span; the two stacks find what may be claimed, whatever happened
 * to the spans on them meanwhile; and there is no number of spans that is too many. */
#define TEST_SECONDS 120
#include "test_pool.h"

enum { SPANS = 5, MANY = 5000 };

static uint64_t lost;

/* Single-threaded: nobody else takes the pool's lock. */
static struct pool_span *span_made(uint32_t claimed)
{
    struct pool_span *span = span_new();
    struct superslab *ss = superslab_acquire();
    must(span && ss && span->word == 0);
    ss->pool.span = span;
    span_publish(span, ss, SPAN_UNUSED, claimed);
    must(span->superslab == ss && span->word == (uint64_t)~claimed << 32);
    return span;
}

static unsigned index_in(const struct pool_span *span, const struct slab *s)
{
    must(s && superslab_of(s) == span->superslab);
    return slab_index(s);
}

START_TEST(unused_slots_lowest_first)
{
    struct pool_span *span = span_made(0);
    for (unsigned i = 0; i < 32; i++) {
        must(!span_claim(span, SPAN_FREED, 0, &lost));
        must(index_in(span, span_claim(span, SPAN_UNUSED, 0, &lost)) == i);
        must(span->word == (i == 31 ? 0 : (uint64_t)(UINT32_MAX << (i + 1)) << 32));
    }
    must(!span_claim(span, SPAN_UNUSED, 0, &lost) && !span_claim_listed(SPAN_UNUSED, 0, &lost) && lost == 0);
}
END_TEST

START_TEST(some_slots_are_taken_last)
{
    struct pool_span *span = span_made(0);
    for (unsigned i = 0; i < 32; i++)
        must(index_in(span, span_claim_listed(SPAN_UNUSED, 0x7f, &lost)) == (i < 25 ? i + 7 : i - 25));
    must(span->word == 0 && !span_claim_listed(SPAN_UNUSED, 0x7f, &lost) && lost == 0);
}
END_TEST

START_TEST(freed_slots_are_not_unused)
{
    struct pool_span *span = span_made(UINT32_MAX);
    must(!span_claim_listed(SPAN_UNUSED, 0, &lost) && !span_claim_listed(SPAN_FREED, 0, &lost));
    must(!span_free(span, 7, 1, &lost) && span->word == 1u << 7);
    must(!span_free(span, 9, 3, &lost) && span->word == (1u << 7 | 7u << 9));
    must(!span_claim(span, SPAN_UNUSED, 0, &lost) && !span_claim_listed(SPAN_UNUSED, 0, &lost));
    must(index_in(span, span_claim_listed(SPAN_FREED, 0, &lost)) == 7);
    must(index_in(span, span_claim(span, SPAN_FREED, 0, &lost)) == 9);
    must(span->word == 6u << 9 && lost == 0);
}
END_TEST

START_TEST(runs_from_the_end)
{
    for (unsigned slots = 1; slots <= 16; slots++) {
        struct pool_span *span = span_made(0);
        uint32_t taken = 0;
        for (unsigned end = 32; end >= slots; end -= slots) {
            must(index_in(span, span_claim_run(span, SPAN_KINDS, slots, &lost)) == end - slots);
            taken |= (uint32_t)(((uint64_t)1 << slots) - 1) << (end - slots);
            must(span->word == (uint64_t)~taken << 32);
        }
        must(!span_claim_run(span, SPAN_KINDS, slots, &lost));
    }
    struct pool_span *span = span_made(0);
    must(index_in(span, span_claim_run(span, SPAN_KINDS, 31, &lost)) == 1);
    span = span_made(0);
    must(index_in(span, span_claim_run(span, SPAN_KINDS, 32, &lost)) == 0 && span->word == 0);
}
END_TEST

/* A run may take FREED and UNUSED slots together, and must not bridge a claimed one. */
START_TEST(runs_of_both_kinds)
{
    struct pool_span *span = span_made(0xffffffff & ~0x0f0u); /* 4..7 UNUSED */
    must(!span_free(span, 8, 2, &lost) && !span_free(span, 1, 2, &lost));
    must(!span_claim_run(span, SPAN_KINDS, 7, &lost));
    must(index_in(span, span_claim_run(span, SPAN_KINDS, 6, &lost)) == 4);
    must(span->word == 6);
    must(!span_claim_run(span, SPAN_KINDS, 3, &lost));
    must(index_in(span, span_claim_run(span, SPAN_KINDS, 2, &lost)) == 1 && span->word == 0);
    must(!span_free(span, 0, 1, &lost) && index_in(span, span_claim_run(span, SPAN_KINDS, 1, &lost)) == 0 && span->word == 0);
}
END_TEST

START_TEST(last_slot_retires_the_span)
{
    struct pool_span *span = span_made(1);
    struct superslab *ss = span->superslab;
    must(span_free(span, 0, 1, &lost) == ss && span->word == 0);
    must(!span_claim_listed(SPAN_UNUSED, 0, &lost) && !span_claim_listed(SPAN_FREED, 0, &lost));
    must(!span_claim_run_anywhere(SPAN_KINDS, 1, &lost));
    must(!span->listed[SPAN_FREED] && !span->listed[SPAN_UNUSED]);
    superslab_release(ss);
    /* The same span stands for another SuperSlab. */
    ss = superslab_acquire();
    ss->pool.span = span;
    span_publish(span, ss, SPAN_UNUSED, 0xf);
    must(index_in(span, span_claim_listed(SPAN_UNUSED, 0, &lost)) == 4);
    must(!span_free(span, 0, 4, &lost) && span_free(span, 4, 1, &lost) == ss);
    superslab_release(ss);
}
END_TEST

/* A span stays on a stack while it is retired and published again: it is on it once, and found. */
START_TEST(stale_places_on_the_stacks)
{
    struct pool_span *a = span_made(1), *b = span_made(UINT32_MAX);
    for (int i = 0; i < 5; i++) {
        struct superslab *ss = span_free(a, 0, 1, &lost);
        must(ss == a->superslab && a->listed[SPAN_UNUSED]);
        must(!span_free(b, 3, 1, &lost));
        must(index_in(b, span_claim_listed(SPAN_FREED, 0, &lost)) == 3);
        span_publish(a, ss, SPAN_UNUSED, 1);
        must(!span_free(a, 0, 1, &lost) || a->word == 0);
        if (a->word == 0)
            span_publish(a, ss, SPAN_UNUSED, 1);
    }
    unsigned found = 0;
    for (struct slab *s; (s = span_claim_listed(SPAN_UNUSED, 0, &lost)); found++)
        must(superslab_of(s) == a->superslab);
    must(found == 31 && !a->listed[SPAN_UNUSED]);
}
END_TEST

struct model {
    struct pool_span *span;
    uint32_t freed, unused;
};

static struct model *model_of(struct model *m, const struct slab *s)
{
    for (int i = 0; i < SPANS; i++) {
        if (m[i].span->superslab == superslab_of(s))
            return &m[i];
    }
    test_fail(__FILE__, __LINE__, "a slot of no span");
}

static void model_claim(struct model *m, const struct slab *s, enum span_kind kind, unsigned slots)
{
    struct model *of = model_of(m, s);
    uint32_t mask = (uint32_t)(((uint64_t)1 << slots) - 1) << slab_index(s);
    must((((kind == SPAN_UNUSED ? 0 : of->freed) | (kind == SPAN_FREED ? 0 : of->unused)) & mask) == mask);
    of->freed &= ~mask;
    of->unused &= ~mask;
}

static void model_free(struct model *m, uint32_t r)
{
    uint32_t claimed = ~(m->freed | m->unused);
    unsigned first = r % 32, slots = 1;
    if (!(claimed >> first & 1))
        return;
    while (slots < 1 + (r >> 8) % 4 && first + slots < 32 && claimed >> (first + slots) & 1)
        slots++;
    struct superslab *ss = span_free(m->span, first, slots, &lost);
    m->freed |= (uint32_t)(((uint64_t)1 << slots) - 1) << first;
    must((ss != NULL) == ((m->freed | m->unused) == UINT32_MAX));
    if (!ss)
        return;
    must(ss == m->span->superslab && m->span->word == 0);
    span_publish(m->span, ss, SPAN_UNUSED, 1u << (r >> 16) % 32);
    m->freed = 0;
    m->unused = ~(1u << (r >> 16) % 32);
}

START_TEST(random_steps_against_a_model)
{
    struct model m[SPANS];
    uint32_t seed = 12345, retired = 0;
    for (int i = 0; i < SPANS; i++)
        m[i] = (struct model){.span = span_made(3u << i), .unused = ~(3u << i)};
    for (size_t step = 0; step < test_scaled(2000000); step++) {
        uint32_t r = test_random(&seed);
        unsigned slots = 1 + (r >> 16) % 16, n = (r >> 24) % SPANS;
        struct slab *s = NULL;
        bool fill = step / 256 % 2;
        enum span_kind kind = r >> 30 ? SPAN_KINDS : SPAN_FREED;
        switch (r % (fill ? 6 : 24)) {
        case 0: s = span_claim_listed(kind = SPAN_FREED, 0, &lost), slots = 1; break;
        case 1: s = span_claim_listed(kind = SPAN_UNUSED, 0, &lost), slots = 1; break;
        case 2: s = span_claim(m[n].span, kind = SPAN_FREED, 0, &lost), slots = 1; break;
        case 3: s = span_claim_run(m[n].span, kind, slots, &lost); break;
        case 4: s = span_claim_run_anywhere(kind, slots, &lost); break;
        default: retired += m[n].freed, model_free(&m[n], r >> 5); break;
        }
        if (s)
            model_claim(m, s, kind, slots);
        for (int i = 0; i < SPANS; i++)
            must(m[i].span->word == ((uint64_t)m[i].unused << 32 | m[i].freed) && !(m[i].unused & m[i].freed));
        if (step % 64)
            continue;
        for (int stack = 0; stack < SPAN_KINDS; stack++) { /* a stack is empty only when no span has such a bit */
            bool any = false;
            for (int i = 0; i < SPANS; i++)
                any |= (stack == SPAN_FREED ? m[i].freed : m[i].unused) != 0;
            s = span_claim_listed((enum span_kind)stack, 0, &lost);
            must((s != NULL) == any);
            if (s)
                model_claim(m, s, (enum span_kind)stack, 1);
        }
    }
    must(lost == 0 && retired > 0);
}
END_TEST

START_TEST(no_number_is_too_many)
{
    static struct pool_span *all[MANY];
    for (uint32_t i = 0; i < MANY; i++) {
        all[i] = span_new();
        must(all[i] && all[i]->id == (i ? all[i - 1]->id + 1 : all[0]->id) && all[i]->word == 0);
    }
    for (uint32_t i = 0; i < MANY; i += 997) {
        struct superslab *ss = superslab_acquire();
        ss->pool.span = all[i];
        span_publish(all[i], ss, SPAN_UNUSED, UINT32_MAX);
        must(!span_free(all[i], 5, 2, &lost));
        must(index_in(all[i], span_claim_listed(SPAN_FREED, 0, &lost)) == 5);
        must(index_in(all[i], span_claim_run_anywhere(SPAN_KINDS, 1, &lost)) == 6 && all[i]->word == 0);
    }
}
END_TEST

TEST_MAIN("pool: span", unused_slots_lowest_first, some_slots_are_taken_last, freed_slots_are_not_unused, runs_from_the_end,
          runs_of_both_kinds, last_slot_retires_the_span, stale_places_on_the_stacks, random_steps_against_a_model,
          no_number_is_too_many)
