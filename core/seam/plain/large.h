/* SPDX-License-Identifier: MIT */
/* plain/large.h - the plain answer of the large seam: nothing is kept; a large block's mapping goes when the block is freed. */
#ifndef HAK_PLAIN_LARGE_H
#define HAK_PLAIN_LARGE_H

void *mapped_alloc(size_t size, size_t align);

ANSWER(size_t, large_round, (size_t bytes), bytes)
ANSWER(char *, large_take, (size_t bytes, size_t align, bool grows), NULL)
ANSWER(bool, large_grows, (size_t size), false)
NOTHING(large_yield, (size_t bytes))
ANSWER(bool, large_give, (void *start, size_t bytes), false)
ANSWER(bool, large_extend, (void *start, size_t bytes), false)
NOTHING(large_grown, (size_t bytes))

static inline void *large_alloc(size_t size, bool *zero)
{
    *zero = true;
    return mapped_alloc(size, 0);
}

ANSWER(uint64_t, large_age, (uint64_t now_ms), UINT64_MAX)
NOTHING(large_tick, (void))
ANSWER(size_t, large_shed, (uint64_t bytes), 0)
ANSWER(size_t, large_trim, (void), 0)
ANSWER(uint64_t, large_held, (void), 0)

#endif
