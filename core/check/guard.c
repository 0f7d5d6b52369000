/* SPDX-License-Identifier: MIT */
/* check/guard.c - see check/guard.h. */
#include "core/low/log.h"
#include "core/heap/superslab.h"

static uint64_t *guard_word(const void *p, uint64_t *bit)
{
    size_t unit = ((uintptr_t)p & (SUPERSLAB_SIZE - 1)) / 16;
    *bit = (uint64_t)1 << unit % 64;
    return &ssmap_find(p)->guard.live[unit / 64];
}

void guard_alloc(void *p)
{
    uint64_t bit, *word = guard_word(p, &bit);
    hak_assert(slab_bad_block(slab_of(p), p) == NULL);
    hak_assert((__atomic_fetch_or(word, bit, __ATOMIC_RELAXED) & bit) == 0); /* handed out twice */
}

/* Why p is not the start of a live block: of a block at all, or of one that was freed. */
_Noreturn static void guard_refuse(const void *p, const char *api)
{
    const char *what = slab_bad_block(slab_of(p), p);
    log_bad_pointer(api, p, what ? what : BAD_FREED);
}

void guard_free(const void *p, const char *api)
{
    uint64_t bit, *word = guard_word(p, &bit);
    if ((__atomic_fetch_and(word, ~bit, __ATOMIC_RELAXED) & bit) == 0)
        guard_refuse(p, api);
}

void guard_live(const void *p, const char *api)
{
    uint64_t bit, *word = guard_word(p, &bit);
    if ((load_relaxed(word) & bit) == 0)
        guard_refuse(p, api);
}

uint32_t guard_count(const struct slab *s, uint32_t unknown)
{
    (void)unknown;
    const uint64_t *live = superslab_of(s)->guard.live;
    size_t first = slab_index(s) * (SLAB_SIZE / 16 / 64), words = s->slots * (SLAB_SIZE / 16 / 64);
    uint32_t count = 0;
    for (size_t i = first; i < first + words; i++)
        count += (uint32_t)__builtin_popcountll(load_relaxed(&live[i]));
    return count;
}
