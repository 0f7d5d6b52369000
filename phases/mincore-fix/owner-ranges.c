/* SPDX-License-Identifier: MIT */
/* owner-ranges.c - see owner-ranges.h. One sorted array of ranges, disjoint and never touching:
 *
 *   | low, high | low, high | ...        from /proc/self/maps at the first allocation, and from every mapping of ours
 *
 * A new range swallows its neighbours, so the array stays as short as the address space is compact. Nothing is ever taken out:
 * the next block mostly takes the place of the last one, and an array that forgot would be a slow registry. The array doubles
 * through meta_alloc and the old one is lost; when it cannot, or the lock is taken (also by the code that a signal handler
 * interrupted), a range stays unknown and its pages are asked for.
 */
#include "core/low/lock.h"
#include "core/low/meta.h"
#include "probe.h"
#include <string.h>

struct range {
    uintptr_t low, high; /* low <= address < high */
};

static struct range *range_at;
static size_t range_count, range_capacity;

/* The first range that ends at a or later. */
static size_t range_seek(uintptr_t a)
{
    size_t low = 0, high = range_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (range_at[middle].high < a)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool range_has(uintptr_t a)
{
    size_t i = range_seek(a + 1);
    return i < range_count && range_at[i].low <= a;
}

static bool range_grow(void)
{
    size_t capacity = range_capacity ? 2 * range_capacity : 128;
    struct range *at = meta_alloc(capacity * sizeof *at);
    if (!at)
        return false;
    if (range_count)
        memcpy(at, range_at, range_count * sizeof *at);
    range_at = at;
    range_capacity = capacity;
    return true;
}

static void range_add(struct range r)
{
    size_t i = range_seek(r.low), end = i;
    for (; end < range_count && range_at[end].low <= r.high; end++) {
        r.low = range_at[end].low < r.low ? range_at[end].low : r.low;
        r.high = range_at[end].high > r.high ? range_at[end].high : r.high;
    }
    if (end == i && range_count == range_capacity && !range_grow())
        return;
    memmove(&range_at[i + 1], &range_at[end], (range_count - end) * sizeof *range_at);
    range_at[i] = r;
    store_relaxed(&range_count, range_count + 1 + i - end);
}

/* Reads lines like "7f00a000-7f00c000 r--p 00000000 ...", in pieces of any length. */
struct maps_line {
    struct range r;
    enum { MAPS_LOW, MAPS_HIGH, MAPS_READABLE, MAPS_REST } at;
};

static uintptr_t maps_digit(uintptr_t number, char c)
{
    return number * 16 + (uintptr_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void maps_take(void *context, const char *text, size_t length)
{
    struct maps_line *line = context;
    for (const char *end = text + length; text < end; text++) {
        if (*text == '\n') {
            *line = (struct maps_line){{0, 0}, MAPS_LOW};
        } else if (line->at == MAPS_LOW && *text == '-') {
            line->at = MAPS_HIGH;
        } else if (line->at == MAPS_LOW) {
            line->r.low = maps_digit(line->r.low, *text);
        } else if (line->at == MAPS_HIGH && *text == ' ') {
            line->at = MAPS_READABLE;
        } else if (line->at == MAPS_HIGH) {
            line->r.high = maps_digit(line->r.high, *text);
        } else if (line->at == MAPS_READABLE) {
            if (*text == 'r')
                range_add(line->r);
            line->at = MAPS_REST;
        }
    }
}

struct mapped *owner_find(const void *p)
{
    struct mapped *m = probe_candidate(p);
    bool known = false;
    if (!m)
        return NULL;
    if (lock_try(LOCK_OWNER)) {
        known = range_has((uintptr_t)m);
        lock_leave(LOCK_OWNER);
    }
    if (!known)
        return probe_ask(m);
    probe_count(&probe_hits);
    return probe_look(m);
}

void owner_add(struct mapped *m)
{
    if (lock_try(LOCK_OWNER)) {
        range_add((struct range){(uintptr_t)m, (uintptr_t)m + m->bytes});
        lock_leave(LOCK_OWNER);
    }
}

void owner_remove(struct mapped *m)
{
    (void)m;
}

void owner_start(void)
{
    struct maps_line line = {{0, 0}, MAPS_LOW};
    os_read_file("/proc/self/maps", maps_take, &line, OS_OWNER);
}

static void range_stats(stats_each *each, void *context)
{
    each(context, "owner.ranges", load_relaxed(&range_count), "ranges of addresses that are known");
}
STATS_PART(range_stats);
PEEK(range, &range_count, PEEK_OBJECT("owner.ranges"));
