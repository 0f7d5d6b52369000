/* SPDX-License-Identifier: MIT */
/* plain/freelist.h - the plain answer of the freelist seam: a LIFO list, linked through the blocks' first words. */
#ifndef HAK_PLAIN_FREELIST_H
#define HAK_PLAIN_FREELIST_H

struct freelist_superslab {};
struct freelist_more {};

NOTHING(freelist_format, (struct slab *s))

hot_inline void *freelist_pop(struct slab *s, void *first)
{
    s->free = *(void **)first;
    return first;
}

hot_inline void freelist_push(struct slab *s, void *p)
{
    *(void **)p = s->free;
    s->free = p;
}

hot_inline void freelist_undo(struct slab *s, void *p)
{
    s->free = *(void **)p;
}

hot_inline void freelist_add(struct slab *s, char *p, uint32_t n)
{
    char *last = p + (size_t)s->block_size * (n - 1);
    *(void **)last = s->free;
    s->free = p;
    for (; p < last; p += s->block_size)
        *(void **)p = p + s->block_size;
}

ANSWER(void *, freelist_next, (const struct slab *s, const void *p), p ? *(void *const *)p : s->free)

/* The links of free blocks lie in their pages. */
ANSWER(size_t, freelist_purge, (struct slab *s), 0)
ANSWER(size_t, freelist_spare, (const struct slab *s), 0)
ANSWER(uint32_t, freelist_last, (size_t block_size), 0)

hot_inline size_t freelist_take(struct slab *s, void **to, size_t n)
{
    size_t got = 0;
    while (got < n && s->free) {
        void *p = s->free;
        s->frees_to_event++;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        to[got++] = freelist_pop(s, p);
    }
    return got;
}

/* The newest only: the others' links are read by nobody but the owner. */
ANSWER(bool, freelist_has, (const struct slab *s, const void *p), load_relaxed(&s->free) == p)

static inline size_t freelist_give(struct slab *s, void **slot, size_t n)
{
    uintptr_t near = (uintptr_t)slot[0];
    size_t i = 0;
    for (; i < n && ((uintptr_t)slot[i] ^ near) < SLAB_SIZE; i++) {
        uint64_t index;
        if (unlikely(!slab_block_index(s, slot[i], &index) || index >= s->carved || slot[i] == s->free))
            slab_refuse(s, slot[i]);
        freelist_push(s, slot[i]);
        slot[i] = NULL;
    }
    return i;
}

#endif
