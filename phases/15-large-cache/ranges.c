/* SPDX-License-Identifier: MIT */
/* ranges.c - see ranges.h. */
#include "ranges.h"

/* The first range that does not end below p. */
static size_t range_after(const struct range_table *t, const char *p)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (t->range[middle].start + t->range[middle].bytes < p)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Not by memmove: what free calls of libc is bound at the start of every process (start.c). */
static void range_open(struct range_table *t, size_t i)
{
    for (struct range *to = &t->range[t->count++]; to > &t->range[i]; to--) {
        keep_pointer(to);
        to[0] = to[-1];
    }
}

static void range_close(struct range_table *t, size_t i)
{
    t->count--;
    for (struct range *to = &t->range[i]; to < &t->range[t->count]; to++) {
        keep_pointer(to);
        to[0] = to[1];
    }
}

bool range_insert(struct range_table *t, char *start, size_t bytes)
{
    size_t i = range_after(t, start);
    struct range *r = &t->range[i];
    if (i < t->count && r->start + r->bytes == start) {
        r->bytes += bytes;
        if (i + 1 < t->count && r[1].start == start + bytes) {
            r->bytes += r[1].bytes;
            range_close(t, i + 1);
        }
    } else if (i < t->count && r->start == start + bytes) {
        r->start = start;
        r->bytes += bytes;
    } else {
        if (t->count == RANGE_MOST)
            return false;
        range_open(t, i);
        r->start = start;
        r->bytes = bytes;
    }
    r->turn = ++t->turn;
    store_relaxed(&t->bytes, t->bytes + bytes);
    return true;
}

void range_cut(struct range_table *t, size_t i, size_t skip, size_t bytes)
{
    struct range *r = &t->range[i];
    size_t rest = r->bytes - skip - bytes;
    store_relaxed(&t->bytes, t->bytes - bytes);
    if (skip > 0 && rest > 0) {
        range_open(t, i);
        r[0].bytes = skip;
        r[1].start += skip + bytes;
        r[1].bytes = rest;
    } else if (skip + rest > 0) {
        r->start += skip ? 0 : bytes;
        r->bytes = skip + rest;
    } else {
        range_close(t, i);
    }
}

size_t range_find(const struct range_table *t, size_t bytes, size_t align, size_t offset, size_t *skip)
{
    size_t best = t->count, smallest = SIZE_MAX;
    *skip = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct range *r = &t->range[i];
        if (r->bytes < bytes || r->bytes >= smallest)
            continue;
        size_t away = align > offset ? (align - ((uintptr_t)r->start + offset) % align) % align : 0;
        if (away > 0 && (r->bytes - bytes < away || t->count == RANGE_MOST))
            continue;
        best = i;
        smallest = r->bytes;
        *skip = away;
    }
    return best;
}

size_t range_at(const struct range_table *t, const char *start)
{
    size_t i = range_after(t, start);
    return i < t->count && t->range[i].start == start ? i : t->count;
}

size_t range_oldest(const struct range_table *t)
{
    size_t oldest = 0;
    for (size_t i = 1; i < t->count; i++)
        if (t->range[i].turn < t->range[oldest].turn)
            oldest = i;
    return oldest;
}

size_t range_smallest(const struct range_table *t)
{
    size_t smallest = 0;
    for (size_t i = 1; i < t->count; i++)
        if (t->range[i].bytes < t->range[smallest].bytes)
            smallest = i;
    return smallest;
}

size_t range_largest(const struct range_table *t)
{
    size_t largest = 0;
    for (size_t i = 1; i < t->count; i++)
        if (t->range[i].bytes > t->range[largest].bytes)
            largest = i;
    return largest;
}

bool range_valid(const struct range_table *t)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct range *r = &t->range[i];
        bytes += r->bytes;
        if (r->bytes == 0 || r->turn > t->turn || (i > 0 && r->start <= r[-1].start + r[-1].bytes))
            return false;
    }
    return t->count <= RANGE_MOST && bytes == t->bytes;
}
