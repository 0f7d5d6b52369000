/* SPDX-License-Identifier: MIT */
/* freelist.c - see freelist.h: what is not inline of phase 16, and the pages that it lets go. */
#include "core/low/os.h"
#include "core/heap/superslab.h"
#include <string.h>

static_assert(offsetof(struct superslab, freelist) == SLABS_PER_SUPERSLAB * sizeof(struct slab), "where freelist_map looks");
static_assert(FREELIST_FEW * sizeof(uint64_t) == sizeof(struct slab), "a slab's map is as far behind it as that of any other");
static_assert(offsetof(struct superslab, more.many) == FREELIST_MANY, "where freelist_map looks, too");
static_assert(CLASS_SIZE((unsigned)FREELIST_CLASS) == SLAB_SIZE / 64 / FREELIST_FEW, "such a map has a bit for each block");

/* Of the first slot of s, and those that follow in its run. */
static uint16_t *freelist_gone(const struct slab *s)
{
    return &superslab_of(s)->more.gone[slab_index(s)];
}

void freelist_format(struct slab *s)
{
    memset(freelist_map(s), 0, (s->capacity + 63) / 64 * sizeof(uint64_t));
    s->freed = s->taken = 0;
    memset(freelist_gone(s), 0, s->slots * sizeof(uint16_t));
}

/* Lowest addresses first, the lowest in to[got - 1]: a front pops that first. */
size_t freelist_take(struct slab *s, void **to, size_t n)
{
    size_t free = s->free ? s->carved - slab_used(s) : 0, got = 0;
    uint64_t *map = freelist_map(s), *word = s->free, *end = map + (s->carved + 63) / 64;
    const uint64_t last_bit = (uint64_t)1 << 63, size = s->block_size;
    if (n > free)
        n = free;
    s->taken = 1;
    s->frees_to_event += (uint32_t)n; /* before the bits change: see slab_pop */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    while (got < n && word < end) {
        uint64_t bits = *word;
        char *base = s->start + (size_t)(word - map) * 64 * size;
        while (bits && got < n) { /* a stretch of neighbours at a time */
            size_t first = (size_t)__builtin_ctzll(bits), length = (size_t)__builtin_ctzll(~(bits >> first) | last_bit);
            length = length < n - got ? length : n - got;
            char *p = base + first * size;
            for (size_t stop = got + length; got < stop; p += size)
                to[n - ++got] = p;
            bits &= ~((((uint64_t)1 << length) - 1) << first);
        }
        store_relaxed(word, bits);
        word += !bits;
    }
    if (n > 0)
        freelist_seek(s, word);
    return got;
}

/* The bits of the word that belong to blocks which were never carved. */
static uint64_t freelist_beyond(const struct slab *s, uint64_t number)
{
    uint64_t carved = s->carved - number * 64;
    return carved < 64 ? ~(uint64_t)0 << carved : 0;
}

enum { FREELIST_EIGHT = 8 };

/* Do eight blocks from at on follow each other by step bytes, p being the first? Without a branch for each. */
hot_inline bool freelist_eight(void **at, uintptr_t p, uintptr_t step)
{
    uintptr_t differ = 0;
    for (size_t i = 0; i < FREELIST_EIGHT; i++)
        differ |= (uintptr_t)at[i] ^ (p + i * step);
    return differ == 0;
}

/* How many blocks from at on, before end, follow each other as neighbours by step bytes, as many at most as `most`. */
hot_inline size_t freelist_row(void **at, void **end, size_t most, uintptr_t step)
{
    void **next = at + 1, **stop = most < (size_t)(end - at) ? at + most : end;
    uintptr_t p = (uintptr_t)*at + step;
    if (next >= stop || (uintptr_t)*next != p)
        return 1;
    for (; stop - next >= FREELIST_EIGHT && freelist_eight(next, p, step); p += FREELIST_EIGHT * step)
        next += FREELIST_EIGHT;
    for (; next < stop && (uintptr_t)*next == p; p += step)
        next++;
    return (size_t)(next - at);
}

/* A block and its neighbours, which often come back one after another, in either direction: their bits in the word in which
 * that of the first is bit `first`. *blocks: how many. */
static uint64_t freelist_bits(void **at, void **end, uint64_t first, uintptr_t size, size_t *blocks)
{
    bool up = end - at > 1 && at[1] > at[0];
    size_t n = freelist_row(at, end, up ? 64 - first : first + 1, up ? size : -size);
    *blocks = n;
    return ~(uint64_t)0 >> (64 - n) << (up ? first : first + 1 - n);
}

/* While a word is at hand, the bits beyond what was carved are 1: a block that lies in another slab and one that was freed
 * already are found by the same test. */
static noinline size_t freelist_give_many(struct slab *s, void **slot, size_t n)
{
    uint64_t *map = freelist_map(s), *word = map, number = 0, beyond = freelist_beyond(s, 0), bits = *word | beyond;
    uint64_t *lowest = s->free ? s->free : map + FREELIST_WORDS * SLABS_PER_SUPERSLAB;
    const uint64_t inverse = class_inverse[s->class];
    const char *start = s->start;
    const uintptr_t size = s->block_size;
    void **at = slot, **end = slot + n;
    for (size_t blocks; at < end; at += blocks) {
        uint64_t rest, index = multiply((uint64_t)((char *)*at - start), inverse, &rest); /* as in slab_block_index */
        if (index / 64 != number) {
            if (index >= s->carved)
                break;
            store_relaxed(word, bits & ~beyond);
            number = index / 64;
            word = map + number;
            lowest = word < lowest ? word : lowest;
            beyond = freelist_beyond(s, number);
            bits = *word | beyond;
        }
        uint64_t come = freelist_bits(at, end, index % 64, size, &blocks);
        if (unlikely(come & bits)) { /* of which block? */
            blocks = 1;
            come = (uint64_t)1 << index % 64;
        }
        if (unlikely(rest >= inverse) || unlikely(come & bits)) {
            if (index >= s->carved)
                break;
            slab_refuse(s, *at);
        }
        bits |= come;
    }
    if (at == slot)
        slab_refuse(s, *slot);
    store_relaxed(word, bits & ~beyond);
    memset(slot, 0, (size_t)(at - slot) * sizeof *slot);
    s->free = *map ? map : lowest;
    s->freed = 1;
    return (size_t)(at - slot);
}

/* Blocks that were freed in no order come alone, mostly. */
size_t freelist_give(struct slab *s, void **slot, size_t n)
{
    if (n > 1 && ((uintptr_t)slot[0] ^ (uintptr_t)slot[1]) < SLAB_SIZE)
        return freelist_give_many(s, slot, n);
    freelist_push(s, *slot);
    *slot = NULL;
    return 1;
}

void freelist_undo(struct slab *s, void *p)
{
    uint64_t bit, *word = freelist_word(s, p, &bit);
    store_relaxed(word, *word & ~bit);
    s->taken = 1; /* its page may have gone meanwhile, and is used from now on */
    if (s->free == word)
        freelist_seek(s, word);
}

void freelist_add(struct slab *s, char *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint64_t bit, *word = freelist_word(s, p + (size_t)i * s->block_size, &bit);
        store_relaxed(word, *word | bit);
        if (!s->free || word < (uint64_t *)s->free)
            s->free = word;
    }
}

void *freelist_next(const struct slab *s, const void *p)
{
    const uint64_t *map = freelist_map(s);
    uint64_t index = 0;
    if (p) {
        slab_block_index(s, p, &index);
        index++;
    }
    for (; index < s->carved; index++) {
        if (map[index / 64] >> index % 64 & 1)
            return s->start + index * s->block_size;
    }
    return NULL;
}

/* Is no block used that has a byte in [offset, offset + bytes) from the slab's first block on? */
static bool freelist_unused(const struct slab *s, size_t offset, size_t bytes)
{
    const uint64_t *map = freelist_map(s);
    size_t first = offset / s->block_size, last = (offset + bytes - 1) / s->block_size;
    for (size_t i = first; i <= last && i < s->carved; i++) {
        if (i % 64 == 0 && i + 64 <= last && i + 64 <= s->carved && map[i / 64] == UINT64_MAX)
            i += 63;
        else if (!(map[i / 64] >> i % 64 & 1))
            return false;
    }
    return true;
}

/* Gives back [from, to), if there is anything. */
static size_t freelist_let_go(char *from, char *to)
{
    return from && os_purge(from, (size_t)(to - from), OS_SUPERSLAB) ? (size_t)(to - from) : 0;
}

/* Page by page; what went before and holds no block that was taken since is not asked for again, but may lie between two that
 * are. Pages that hold blocks which were never carved are not remembered: carving says nothing. But where all memory that was
 * never carved has gone it is zero. */
size_t freelist_purge(struct slab *s)
{
    char *base = superslab_slot(s), *end = base + s->slots * SLAB_SIZE, *carved = s->start + (size_t)s->carved * s->block_size;
    char *page = (char *)(((uintptr_t)s->start + os_page - 1) & ~(os_page - 1)), *from = NULL, *to = NULL;
    uint16_t *gone = freelist_gone(s);
    size_t bytes = 0, last;
    if (s->zero)
        end = carved < end ? (char *)(((uintptr_t)carved + os_page - 1) & ~(os_page - 1)) : end;
    if (s->taken)
        memset(gone, 0, s->slots * sizeof *gone);
    s->taken = 0;
    for (; page < end; page += os_page) {
        size_t offset = (size_t)(page - base);
        uint16_t bit = (uint16_t)(1U << offset % SLAB_SIZE / os_page), *word = &gone[offset / SLAB_SIZE];
        if (*word & bit)
            continue;
        if (freelist_unused(s, (size_t)(page - s->start), os_page)) {
            from = from ? from : page;
            to = page + os_page;
            *word |= to <= carved ? bit : 0;
        } else {
            bytes += freelist_let_go(from, to);
            from = NULL;
        }
    }
    last = freelist_let_go(from, to);
    s->zero |= last > 0 && from <= carved;
    return bytes + last;
}

/* A page that touches k blocks is free where all of them are: if blocks were free at random, with the kth power of the part
 * that is. They seldom are, so k counts for 16 at most; and as a power of two, since this is asked of many slabs. */
size_t freelist_spare(const struct slab *s)
{
    enum { ONE = 1024, MOST = 16 };
    uint32_t carved = s->carved, touched = 1 + (uint32_t)os_page / s->block_size;
    uint32_t part = carved ? (carved - slab_used(s)) * ONE / carved : 0;
    for (uint32_t k = 1; k < touched && k < MOST; k *= 2)
        part = part * part / ONE;
    uint64_t bytes = (uint64_t)carved * s->block_size * part / ONE, gone = 0;
    const uint16_t *pages = freelist_gone(s);
    for (unsigned i = 0; i < s->slots && !s->taken && bytes > 0; i++)
        gone += (uint64_t)__builtin_popcount(pages[i]) * os_page;
    return bytes > gone ? bytes - gone : 0;
}
