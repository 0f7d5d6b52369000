/* SPDX-License-Identifier: MIT */
/* span.c - see span.h. */
#include "span.h"
#include "core/low/meta.h"

/* Spans by id: chunk k holds SPAN_CHUNK << k of them, so there is no number that they cannot exceed. */
enum { SPAN_CHUNK = 64, SPAN_CHUNKS = 26 };
static struct pool_span *span_chunk[SPAN_CHUNKS]; /* atomic, each written once under the pool's lock */
static uint32_t span_count;                       /* atomic; written under the pool's lock */
static uint64_t span_head[SPAN_KINDS];            /* atomic; tag << 32 | id */
static uint32_t span_hint;                        /* where the last run was found; relaxed */

static struct pool_span *span_at(uint32_t id)
{
    uint32_t index = id - 1 + SPAN_CHUNK;
    unsigned chunk = 31 - (unsigned)__builtin_clz(index / SPAN_CHUNK);
    return __atomic_load_n(&span_chunk[chunk], __ATOMIC_ACQUIRE) + (index - ((uint32_t)SPAN_CHUNK << chunk));
}

static uint32_t span_bits(uint64_t word, enum span_kind kind)
{
    uint32_t freed = (uint32_t)word, unused = (uint32_t)(word >> 32);
    return kind == SPAN_FREED ? freed : kind == SPAN_UNUSED ? unused : freed | unused;
}

static uint64_t span_both(uint32_t bits)
{
    return (uint64_t)bits << 32 | bits;
}

/* Puts the span on a stack unless it is there. Called after a bit of that kind was set. */
static void span_list(struct pool_span *span, enum span_kind kind)
{
    if (__atomic_exchange_n(&span->listed[kind], 1, __ATOMIC_SEQ_CST))
        return;
    uint64_t head = __atomic_load_n(&span_head[kind], __ATOMIC_RELAXED), mine;
    do {
        store_relaxed(&span->next[kind], (uint32_t)head);
        mine = ((head >> 32) + 1) << 32 | span->id;
    } while (!__atomic_compare_exchange_n(&span_head[kind], &head, mine, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
}

struct slab *span_claim(struct pool_span *span, enum span_kind kind, uint32_t last, uint64_t *lost)
{
    uint64_t word = __atomic_load_n(&span->word, __ATOMIC_SEQ_CST);
    uint32_t bits;
    while ((bits = span_bits(word, kind))) {
        unsigned slot = (unsigned)__builtin_ctz(bits & ~last ? bits & ~last : bits);
        if (__atomic_compare_exchange_n(&span->word, &word, word & ~span_both(1U << slot), false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            return &span->superslab->slab[slot];
        ++*lost;
    }
    return NULL;
}

struct slab *span_claim_run(struct pool_span *span, enum span_kind kind, unsigned slots, uint64_t *lost)
{
    uint64_t word = __atomic_load_n(&span->word, __ATOMIC_SEQ_CST);
    for (;;) {
        uint32_t runs = span_bits(word, kind);
        for (unsigned i = 1; i < slots; i++) /* bit k stays set while bits k .. k + i are */
            runs &= runs >> 1;
        if (!runs)
            return NULL;
        unsigned first = 31 - (unsigned)__builtin_clz(runs);
        uint32_t mask = (uint32_t)(((uint64_t)1 << slots) - 1) << first;
        if (__atomic_compare_exchange_n(&span->word, &word, word & ~span_both(mask), false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            return &span->superslab->slab[first];
        ++*lost;
    }
}

struct slab *span_claim_listed(enum span_kind kind, uint32_t last, uint64_t *lost)
{
    for (;;) {
        uint64_t head = __atomic_load_n(&span_head[kind], __ATOMIC_SEQ_CST);
        if ((uint32_t)head == 0)
            return NULL;
        struct pool_span *span = span_at((uint32_t)head);
        struct slab *s = span_claim(span, kind, last, lost);
        if (s)
            return s;
        uint64_t rest = ((head >> 32) + 1) << 32 | load_relaxed(&span->next[kind]);
        if (!__atomic_compare_exchange_n(&span_head[kind], &head, rest, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
            ++*lost;
            continue;
        }
        /* Off the stack. A bit set before this store was by one who saw listed = 1 and did not push: then it is on us. */
        __atomic_store_n(&span->listed[kind], 0, __ATOMIC_SEQ_CST);
        if (span_bits(__atomic_load_n(&span->word, __ATOMIC_SEQ_CST), kind))
            span_list(span, kind);
    }
}

struct slab *span_claim_run_anywhere(enum span_kind kind, unsigned slots, uint64_t *lost)
{
    enum { FREED_LOOKS = 64 };
    uint32_t count = __atomic_load_n(&span_count, __ATOMIC_ACQUIRE), start = load_relaxed(&span_hint);
    uint32_t looks = kind == SPAN_FREED && count > FREED_LOOKS ? FREED_LOOKS : count;
    for (uint32_t i = 0; i < looks; i++) {
        uint32_t id = (start + i) % count + 1;
        struct slab *s = span_claim_run(span_at(id), kind, slots, lost);
        if (s) {
            store_relaxed(&span_hint, id - 1);
            return s;
        }
    }
    if (looks < count)
        store_relaxed(&span_hint, (start + looks) % count); /* the next look goes on there */
    return NULL;
}

struct superslab *span_free(struct pool_span *span, unsigned first, unsigned slots, uint64_t *lost)
{
    uint64_t mask = (((uint64_t)1 << slots) - 1) << first;
    uint64_t word = __atomic_or_fetch(&span->word, mask, __ATOMIC_SEQ_CST);
    while (((uint32_t)word | (uint32_t)(word >> 32)) == UINT32_MAX) {
        /* Whoever swaps the full word for 0 has retired the span and has it, and the SuperSlab, alone until it is spare. */
        if (__atomic_compare_exchange_n(&span->word, &word, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return __atomic_load_n(&span->superslab, __ATOMIC_ACQUIRE);
        ++*lost;
    }
    span_list(span, SPAN_FREED);
    return NULL;
}

void span_publish(struct pool_span *span, struct superslab *ss, enum span_kind kind, uint32_t claimed)
{
    __atomic_store_n(&span->superslab, ss, __ATOMIC_RELEASE);
    __atomic_store_n(&span->word, (uint64_t)(uint32_t)~claimed << (kind == SPAN_UNUSED ? 32 : 0), __ATOMIC_SEQ_CST);
    span_list(span, kind);
}

struct pool_span *span_new(void)
{
    uint32_t id = span_count + 1;
    uint32_t index = id - 1 + SPAN_CHUNK;
    unsigned chunk = 31 - (unsigned)__builtin_clz(index / SPAN_CHUNK);
    if (!span_chunk[chunk]) {
        struct pool_span *spans = meta_alloc(sizeof *spans * SPAN_CHUNK << chunk);
        if (!spans)
            return NULL;
        __atomic_store_n(&span_chunk[chunk], spans, __ATOMIC_RELEASE);
    }
    struct pool_span *span = span_at(id);
    span->id = id;
    __atomic_store_n(&span_count, id, __ATOMIC_RELEASE);
    return span;
}
