/* SPDX-License-Identifier: MIT */
/* ranks.h - a set of numbers below a count that knows how many of them lie below another: a Fenwick tree.
 *
 * May include libc only. sums: count + 1 words, zero for the empty set.
 */
#ifndef BENCH_RANKS_H
#define BENCH_RANKS_H

#include <stdint.h>

struct ranks {
    uint32_t *sums;
    uint64_t count;
};

/* change: 1 puts a number in that is not there, UINT32_MAX takes one out that is. */
static inline void ranks_change(const struct ranks *r, uint64_t number, uint32_t change)
{
    for (uint64_t i = number + 1; i <= r->count; i += i & -i)
        r->sums[i] += change;
}

/* How many there are below this number. */
static inline uint64_t ranks_below(const struct ranks *r, uint64_t number)
{
    uint64_t sum = 0;
    for (uint64_t i = number; i; i -= i & -i)
        sum += r->sums[i];
    return sum;
}

/* The number with so many below it; count where there are no more than that. */
static inline uint64_t ranks_at(const struct ranks *r, uint64_t below)
{
    uint64_t at = 0, step = 1;
    while (step * 2 <= r->count)
        step *= 2;
    for (; step; step /= 2)
        if (at + step <= r->count && r->sums[at + step] <= below) {
            at += step;
            below -= r->sums[at];
        }
    return at;
}

#endif
