/* SPDX-License-Identifier: MIT */
/* freelist.h - phase 16: the free blocks of a slab are bits in its SuperSlab's metadata, not links in the blocks.
 *
 *   metadata   | slab[0] ... slab[31] | few[0]: 8 words | ... few[31] |  ...  | gone | many[0]: 64 words | ... many[31] |
 *              |--------------------- one page -----------------------|
 *   bit i of a slab's map = 1  <=>  start[i * block_size] is free
 *
 * A slab of at most 512 blocks has its map in `few`, beside its struct slab; another in `many`, which slabs of small blocks
 * alone touch. These take the first slots of a SuperSlab, whose maps share a page, and others take those slots last.
 *
 * So a refill and a drain of a front touch no block; blocks are taken in the order of their addresses, which keeps what is used
 * together and leaves whole pages free; and such pages can be given back while the slab is in use.
 *
 * What has been given back is remembered until a block is taken from the slab, so that slabs that only shrink are asked again
 * for nothing that has gone: in `gone` a bit for each sixteenth of a slot.
 *
 * Must hold (slab_valid walks the bits):  number of 1 bits = carved - used
 *   slab->free = the lowest word that is not 0, or NULL;  no bit at or above carved is 1
 *   what is freed and starts no block that has been handed out, or has its bit set already: slab_refuse aborts
 */
#ifndef HAK_PHASE_FREELIST_H
#define HAK_PHASE_FREELIST_H

#include "core/low/log.h"

enum { FREELIST_WORDS = SLAB_SIZE / 16 / 64 }; /* for a slot of the smallest blocks */
enum { FREELIST_FEW = 8, FREELIST_CLASS = 7 }; /* words for blocks of 128 bytes and more, which are classes from this one on */
enum { FREELIST_FIRST = 0x7f }; /* slots whose maps of many words lie in one page */
enum { FREELIST_MANY = 8512 };  /* offset of `many` in struct superslab */
struct freelist_superslab {
    uint64_t few[SLABS_PER_SUPERSLAB][FREELIST_FEW];
};
struct freelist_more {
    uint16_t gone[SLABS_PER_SUPERSLAB]; /* of each slot: pages that freelist_purge has given back, while `taken` is not set */
    uint64_t many[SLABS_PER_SUPERSLAB][FREELIST_WORDS];
} __attribute__((aligned(256)));

static inline uint64_t *freelist_map(const struct slab *s)
{
    if (likely(s->class >= FREELIST_CLASS))
        return (uint64_t *)(s + SLABS_PER_SUPERSLAB);
    uintptr_t base = (uintptr_t)s & ~(SUPERSLAB_META - 1);
    return (uint64_t *)(base + FREELIST_MANY + ((uintptr_t)s - base) * (FREELIST_WORDS * sizeof(uint64_t) / sizeof *s));
}

ANSWER(uint32_t, freelist_last, (size_t block_size), block_size < SLAB_SIZE / 64 / FREELIST_FEW ? 0 : FREELIST_FIRST)

/* slab->free, when all words below `from` are 0. */
static inline void freelist_seek(struct slab *s, uint64_t *from)
{
    uint64_t *end = freelist_map(s) + (s->carved + 63) / 64;
    while (from < end && !*from)
        from++;
    s->free = from < end ? from : NULL;
}

static inline void *freelist_pop(struct slab *s, void *first)
{
    uint64_t *word = first, bits = *word;
    s->taken = 1;
    size_t index = (size_t)(word - freelist_map(s)) * 64 + (size_t)__builtin_ctzll(bits);
    store_relaxed(word, bits & (bits - 1));
    if (!*word)
        freelist_seek(s, word + 1);
    return s->start + index * s->block_size;
}

/* The word that has p's bit, and the bit. */
static inline uint64_t *freelist_word(const struct slab *s, const void *p, uint64_t *bit)
{
    uint64_t index;
    bool starts = slab_block_index(s, p, &index);
    hak_assert(starts);
    (void)starts;
    *bit = (uint64_t)1 << index % 64;
    return freelist_map(s) + index / 64;
}

static inline void freelist_push(struct slab *s, void *p)
{
    uint64_t index;
    if (unlikely(!slab_block_index(s, p, &index) || index >= s->carved))
        slab_refuse(s, p);
    uint64_t bit = (uint64_t)1 << index % 64, *word = freelist_map(s) + index / 64;
    if (unlikely(*word & bit))
        slab_refuse(s, p);
    store_relaxed(word, *word | bit);
    s->freed = 1;
    if (!s->free || word < (uint64_t *)s->free)
        s->free = word;
}

static inline bool freelist_has(const struct slab *s, const void *p)
{
    uint64_t bit, *word = freelist_word(s, p, &bit);
    return load_relaxed(word) & bit;
}

void freelist_format(struct slab *s);
size_t freelist_give(struct slab *s, void **slot, size_t n);
size_t freelist_take(struct slab *s, void **to, size_t n);
void freelist_undo(struct slab *s, void *p);
void freelist_add(struct slab *s, char *p, uint32_t n);
void *freelist_next(const struct slab *s, const void *p);
size_t freelist_purge(struct slab *s);
size_t freelist_spare(const struct slab *s);

#endif
