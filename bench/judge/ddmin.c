/* SPDX-License-Identifier: MIT */
/* ddmin.c - the minimising delta debugging algorithm over bit sets. See ddmin.h.
 */
#include "bench/judge/ddmin.h"
#include <stdlib.h>

struct search {
    const struct ddmin *d;
    int8_t *known; /* answer + 1 of each set; 0: not asked yet */
    struct ddmin_result result;
};

/* Asks until one answer leads by `votes`. Unresolved does not vote: what cannot be built will not be built next time. */
static enum ddmin_answer decide(struct search *s, uint32_t set)
{
    int lead = 0, votes = s->d->votes > 1 ? s->d->votes : 1, cap = s->d->cap > votes ? s->d->cap : votes;
    for (int i = 0; i < cap; i++) {
        enum ddmin_answer answer = s->d->ask(set, s->d->context);
        s->result.asked++;
        if (answer == DDMIN_UNRESOLVED || answer == DDMIN_STOP)
            return answer;
        lead += answer == DDMIN_BAD ? 1 : -1;
        if (abs(lead) == votes)
            return lead > 0 ? DDMIN_BAD : DDMIN_GOOD;
    }
    return DDMIN_UNRESOLVED;
}

static enum ddmin_answer test(struct search *s, uint32_t set)
{
    if (s->result.end == DDMIN_STOPPED)
        return DDMIN_STOP;
    if (!s->known[set]) {
        s->result.sets++;
        s->known[set] = (int8_t)(decide(s, set) + 1);
    }
    enum ddmin_answer answer = s->known[set] - 1;
    if (answer == DDMIN_STOP)
        s->result.end = DDMIN_STOPPED;
    return answer;
}

/* The i-th of n nearly equal parts of a set. */
static uint32_t part(uint32_t set, int i, int n)
{
    int size = __builtin_popcount(set), from = size * i / n, to = size * (i + 1) / n, at = 0;
    uint32_t out = 0;
    for (uint32_t left = set; left; left &= left - 1, at++)
        if (at >= from && at < to)
            out |= left & -left;
    return out;
}

/* The first bad one among the n parts, or among their complements; 0: none. */
static uint32_t reduce(struct search *s, uint32_t set, int n, bool complement)
{
    for (int i = 0; i < n; i++) {
        uint32_t one = part(set, i, n);
        if (complement)
            one = set & ~one;
        if (one && one != set && test(s, one) == DDMIN_BAD)
            return one;
    }
    return 0;
}

static uint32_t minimise(struct search *s, uint32_t set)
{
    int n = 2;
    while (__builtin_popcount(set) > 1 && s->result.end != DDMIN_STOPPED) {
        int size = __builtin_popcount(set);
        uint32_t less;
        if ((less = reduce(s, set, n, false))) {
            set = less;
            n = 2;
        } else if (n > 2 && (less = reduce(s, set, n, true))) {
            set = less;
            n = n - 1;
        } else if (n < size) {
            n = 2 * n < size ? 2 * n : size;
        } else {
            break;
        }
        size = __builtin_popcount(set);
        n = n < size ? n : size;
    }
    return set;
}

/* Both ends are what they are said to be. */
static enum ddmin_end ends_check(struct search *s, uint32_t all)
{
    enum ddmin_answer bad = test(s, all);
    if (bad == DDMIN_GOOD)
        return DDMIN_NO_DIFFERENCE;
    enum ddmin_answer good = bad == DDMIN_BAD ? test(s, 0) : bad;
    if (bad == DDMIN_STOP || good == DDMIN_STOP)
        return DDMIN_STOPPED;
    if (good == DDMIN_BAD)
        return DDMIN_GOOD_IS_BAD;
    return good == DDMIN_GOOD ? DDMIN_FOUND : DDMIN_UNDECIDED;
}

struct ddmin_result ddmin_run(const struct ddmin *d)
{
    uint32_t all = (UINT32_C(1) << d->flips) - 1;
    struct search s = {.d = d, .known = calloc((size_t)all + 1, 1)};
    if (!s.known)
        abort();
    s.result.end = ends_check(&s, all);
    if (s.result.end == DDMIN_FOUND) {
        uint32_t cause = minimise(&s, all);
        for (uint32_t left = cause; left; left &= left - 1) {
            uint32_t without = cause & ~(left & -left);
            if (without && test(&s, without) == DDMIN_UNRESOLVED)
                s.result.unsure |= left & -left;
        }
        s.result.cause = cause;
        s.result.rest = cause == all ? DDMIN_GOOD : test(&s, all & ~cause);
    }
    free(s.known);
    return s.result;
}
