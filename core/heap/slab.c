/* SPDX-License-Identifier: MIT */
/* slab.c - see slab.h. */
#include "core/heap/slab.h"
#include "core/low/log.h"
#include "core/low/probe.h"
#include "core/heap/superslab.h"

enum { SLAB_EXTEND_BYTES = 4096 };

void slab_format(struct slab *s, struct heap *h, unsigned class, unsigned slots, bool zero)
{
    uint32_t size = (uint32_t)class_size(class);
    s->free = NULL; /* heap is NULL already, and others may be looking at it */
    s->frees_to_event = 0;
    s->block_size = size;
    s->start = superslab_slot(s); /* blocks of n * 2^k bytes start at multiples of 2^k, up to a slot's */
    s->capacity = (uint32_t)(slots * SLAB_SIZE / size);
    s->carved = 0;
    s->class = (uint8_t)class;
    s->full = s->listed = 0;
    s->zero = zero;
    s->slots = (uint8_t)slots;
    for (unsigned i = 1; i < slots; i++)
        s[i].back = (uint8_t)i;
    if (class_mid(class))
        superslab_unmark_slots(s);
    freelist_format(s);
    PROBE3(slab_new, s->start, size, h);
    __atomic_store_n(&s->heap, h, __ATOMIC_RELEASE);
}

void slab_unformat(struct slab *s)
{
    hak_assert(s->frees_to_event == 0 && !s->full);
    store_relaxed(&s->heap, NULL);
    for (unsigned i = 1; i < s->slots; i++)
        s[i].back = 0;
    s->slots = 0;
    s->free = NULL;
    s->frees_to_event = 0;
}

size_t slab_carve_many(struct slab *s, void **to, size_t n)
{
    size_t left = s->capacity - s->carved, size = s->block_size, got = n < left ? n : left;
    char *p = s->start + size * s->carved;
    s->frees_to_event += (uint32_t)got;
    store_relaxed(&s->carved, s->carved + (uint32_t)got);
    for (void **at = to + got; at > to; p += size)
        *--at = p;
    return got;
}

bool slab_extend(struct slab *s)
{
    uint32_t left = s->capacity - s->carved;
    uint32_t n = SLAB_EXTEND_BYTES / s->block_size;
    if (left == 0)
        return false;
    if (n == 0)
        n = 1;
    if (n > left)
        n = left;
    char *p = s->start + (size_t)s->block_size * s->carved;
    freelist_add(s, p, n);
    store_relaxed(&s->carved, s->carved + n);
    return true;
}

const char *slab_bad_block(const struct slab *s, const void *p)
{
    uint64_t index;
    if (!slab_heap(s) || (const char *)p < s->start)
        return BAD_FOREIGN;
    if (!slab_block_index(s, p, &index))
        return (uintptr_t)p % 16 ? BAD_MISALIGNED : BAD_INTERIOR;
    return index < load_relaxed(&s->carved) ? NULL : BAD_FOREIGN;
}

cold _Noreturn void slab_refuse(const struct slab *s, const void *p)
{
    const char *bad = slab_bad_block(s, p);
    log_bad_pointer("free", p, bad ? bad : BAD_FREED);
}

void slab_valid(const struct slab *s)
{
    uint32_t free = 0;
    for (void *p = freelist_next(s, NULL); p; p = freelist_next(s, p)) {
        hak_assert_full(slab_of(p) == s && slab_bad_block(s, p) == NULL);
        hak_assert_full(++free <= s->carved); /* a longer list is a circle */
    }
    uint32_t used = slab_used(s);
    hak_assert_full(used <= s->capacity && s->carved <= s->capacity);
    hak_assert_full(s->carved == free + used);
    hak_assert_full(!s->full || (free == 0 && s->carved == s->capacity && s->frees_to_event == 1 && !s->listed));
    hak_assert_full(s->block_size == class_size(s->class));
}
