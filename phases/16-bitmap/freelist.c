/* freelist.c - see freelist.h: what is not inline of phase 16, and the pages that it lets go. */
#include "core/os.h"
#include "core/superslab.h"
#include <string.h>

static_assert(offsetof(struct superslab, freelist) == SLABS_PER_SUPERSLAB * sizeof(struct slab), "where freelist_map looks");
static_assert(sizeof(struct freelist_superslab) % sizeof(struct slab) == 0, "a slab's map is found by a shift");

uint32_t freelist_inverse[CLASS_ALL];

void freelist_format(struct slab *s)
{
    memset(freelist_map(s), 0, (s->capacity + 63) / 64 * sizeof(uint64_t));
    store_relaxed(&freelist_inverse[s->class], (uint32_t)((((uint64_t)1 << 32) + s->block_size - 1) / s->block_size));
    s->freed = 0;
}

/* Lowest addresses first, the lowest in to[got - 1]: a front pops that first. */
size_t freelist_take(struct slab *s, void **to, size_t n)
{
    size_t free = s->free ? s->carved - slab_used(s) : 0, got = 0;
    uint64_t *map = freelist_map(s), *word = s->free, *end = map + (s->carved + 63) / 64;
    if (n > free)
        n = free;
    s->frees_to_event += (uint32_t)n; /* before the bits change: see slab_pop */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    while (got < n && word < end) {
        uint64_t bits = *word;
        char *base = s->start + (size_t)(word - map) * 64 * s->block_size;
        for (; bits && got < n; bits &= bits - 1)
            to[n - ++got] = base + (size_t)__builtin_ctzll(bits) * s->block_size;
        *word = bits;
        word += !bits;
    }
    if (n > 0)
        freelist_seek(s, word);
    return got;
}

void freelist_undo(struct slab *s, void *p)
{
    uint64_t bit, *word = freelist_word(s, p, &bit);
    *word &= ~bit;
    if (s->free == word)
        freelist_seek(s, word);
}

void freelist_add(struct slab *s, char *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint64_t bit, *word = freelist_word(s, p + (size_t)i * s->block_size, &bit);
        *word |= bit;
        if (!s->free || word < (uint64_t *)s->free)
            s->free = word;
    }
}

void *freelist_next(const struct slab *s, const void *p)
{
    const uint64_t *map = freelist_map(s);
    uint64_t index = p ? ((uint64_t)((const char *)p - s->start) * load_relaxed(&freelist_inverse[s->class]) >> 32) + 1 : 0;
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

size_t freelist_purge(struct slab *s)
{
    char *end = superslab_slot(s) + s->slots * SLAB_SIZE, *from = NULL;
    char *page = (char *)(((uintptr_t)s->start + os_page - 1) & ~(os_page - 1));
    size_t bytes = 0;
    for (; page < end; page += os_page) {
        if (freelist_unused(s, (size_t)(page - s->start), os_page)) {
            from = from ? from : page;
        } else if (from) {
            bytes += os_purge(from, (size_t)(page - from), OS_SUPERSLAB) ? (size_t)(page - from) : 0;
            from = NULL;
        }
    }
    if (from)
        bytes += os_purge(from, (size_t)(end - from), OS_SUPERSLAB) ? (size_t)(end - from) : 0;
    return bytes;
}
