/* SPDX-License-Identifier: MIT */
/* large.c - see large.h: what is kept, and when it goes.
 *
 * One lock over everything, a flag that is tried a few times and never waited for, since a signal handler may have interrupted
 * whoever holds it: a call that does not get it does what the base does. Under it only a table of 6 KiB is searched and moved;
 * victims are taken out under the lock and unmapped after it is released. (A fork between the two leaves the child with ranges
 * that nobody has.)
 *
 * Words:  needed: not in the least that was kept at any moment of a period of HAKMEM_LARGE_TTL;
 *         the peak: of the bytes of live large blocks, in this period and the last.
 * Must hold, whenever the lock is free (large_valid checks it):
 *   the table holds (ranges.h);  given_bytes = taken_bytes + evicted_bytes + trimmed_bytes + table.bytes
 *   low <= table.bytes,  owed <= table.bytes,  spare_bytes[SPARE_LARGE] = table.bytes
 */
#include "core/heap/background.h"
#include "core/heap/env.h"
#include "core/low/lock.h"
#include "core/heap/mapped.h"
#include "core/seam/large.h"
#include "core/seam/lazy.h"
#include "core/heap/spare.h"
#include "core/heap/stats.h"
#include "ranges.h"

enum { LARGE_TRIES = 200, LARGE_BATCH = 16, LARGE_MB = 65536 };
#define LARGE_NEVER UINT64_MAX
#define LARGE_AGE_BYTES ((size_t)32 << 20)   /* unmapped by age at one time, so that no malloc pays for all */
#define LARGE_YIELD_BYTES ((size_t)2 << 20)  /* what slabs take is made up for by so much at a time */
#define LARGE_PURGE_MIN ((size_t)16 << 20)   /* calloc of so much has the kernel clear it, when and if it is touched */
#define LARGE_ROOM ((uint64_t)8 << 20)       /* of empty SuperSlabs, that stay when a block is mapped */

#define LARGE_KNOBS(X)                                                                                                       \
    X(large_mb, "LARGE_MB", AUTO, 0, 1 << 24, "MiB", "freed large blocks kept, at most (0: none; AUTO: up to 65536)")        \
    X(large_percent, "LARGE_PERCENT", 150, 100, 10000, "%", "live plus kept large blocks may reach so much of the live peak") \
    X(large_ttl, "LARGE_TTL", 5000, 0, 1 << 30, "ms", "age at which a kept large block goes back (0: keep none)")
KNOBS(LARGE_KNOBS);

struct large_victims {
    unsigned count;
    struct {
        char *start;
        size_t bytes;
    } range[LARGE_BATCH];
};

static HAK_COLD struct range_table table;
static struct large_counts counts;               /* but for held and held_bytes, which are the table's */
static uint64_t large_low, large_owed;           /* least table.bytes of this period; bytes that the last one did not need */
static uint64_t large_yielding;                  /* bytes that slabs have taken and that were not made up for yet */
static uint64_t large_peak, large_last_peak;     /* live bytes at most, in this period and the last */
static uint64_t large_reach, large_last_reach;   /* the longest that a block has grown to, in this period and the last */
static uint64_t large_period, large_last;        /* ms: when this period ends; the last call */
static uint64_t large_due = LARGE_NEVER;         /* ms: before it large_tick has nothing to do; read relaxed without the lock */

static bool large_walk(void)
{
    return range_valid(&table) && large_low <= table.bytes && large_owed <= table.bytes &&
           counts.given_bytes == counts.taken_bytes + counts.evicted_bytes + counts.trimmed_bytes + table.bytes;
}

static noinline bool large_lock_again(void)
{
    for (int i = 0; i < LARGE_TRIES; i++) {
        if (lock_try(LOCK_LARGE))
            return true;
    }
    __atomic_fetch_add(&counts.busy, 1, __ATOMIC_RELAXED);
    return false;
}

static inline bool large_lock(void)
{
    return likely(lock_try(LOCK_LARGE)) || large_lock_again();
}

static void large_unlock(void)
{
    hak_assert_full(large_walk());
    lock_leave(LOCK_LARGE);
}

static uint64_t large_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* --- Under the lock ------------------------------------------------------------------------------------------------- */

/* Takes [skip, skip + bytes) out of range i. */
static char *large_cut(size_t i, size_t skip, size_t bytes)
{
    char *start = table.range[i].start + skip;
    range_cut(&table, i, skip, bytes);
    spare_add(SPARE_LARGE, -(int64_t)bytes);
    large_low = large_low < table.bytes ? large_low : table.bytes;
    large_owed = large_owed < table.bytes ? large_owed : table.bytes;
    return start;
}

/* The last bytes of range i become a victim. */
static void large_evict(size_t i, size_t bytes, struct large_victims *v, uint64_t *counter, uint64_t *bytes_counter)
{
    v->range[v->count].start = large_cut(i, table.range[i].bytes - bytes, bytes);
    v->range[v->count++].bytes = bytes;
    ++*counter;
    *bytes_counter += bytes;
}

/* Takes out the oldest ranges, whole or their ends, until so many bytes have gone or the victims are full. */
static size_t large_evict_oldest(size_t bytes, struct large_victims *v, uint64_t *counter, uint64_t *bytes_counter)
{
    size_t gone = 0;
    while (gone < bytes && table.count > 0 && v->count < LARGE_BATCH) {
        size_t i = range_oldest(&table), part = (bytes - gone + LARGE_GRANULE - 1) & ~(LARGE_GRANULE - 1);
        part = part < table.range[i].bytes ? part : table.range[i].bytes;
        large_evict(i, part, v, counter, bytes_counter);
        gone += part;
    }
    return gone;
}

/* The most bytes that may be kept now. */
static uint64_t large_limit(uint64_t live)
{
    uint64_t peak = large_max(large_peak, large_last_peak), most = (large_mb == AUTO ? LARGE_MB : large_mb) << 20;
    uint64_t all = LARGE_FLOOR + peak * large_percent / 100, beside = all > live ? all - live : 0;
    return beside < most ? beside : most;
}

/* Is it also bounded by what all may keep? Not where the environment says how much may be kept here. */
static bool large_shares(void)
{
    return large_mb == AUTO;
}

/* The same, and no more than all may keep together lets be; *spare: whether it is that which counts. */
static uint64_t large_limit_now(uint64_t live, bool *spare)
{
    uint64_t limit = large_limit(live), excess = large_shares() ? spare_excess() : 0;
    uint64_t left = table.bytes > excess ? table.bytes - excess : 0;
    *spare = excess > 0 && left < limit;
    return *spare ? left : limit;
}

/* A period ends: what was not needed in it is owed to the system, but for a quarter of the peak, which keeps the ranges that
 * random sizes leave unused most of the time. */
static void large_turn_over(uint64_t now, uint64_t live)
{
    uint64_t slack = large_max(large_peak, large_last_peak) / 4;
    large_owed = large_low > slack ? large_low - slack : 0;
    large_last_peak = large_peak;
    large_peak = live;
    large_last_reach = load_relaxed(&large_reach);
    store_relaxed(&large_reach, 0);
    large_low = table.bytes;
    large_period = now + large_ttl;
}

/* Some of what is too old. */
static void large_pay(uint64_t bytes, struct large_victims *v)
{
    size_t part = bytes < LARGE_AGE_BYTES ? bytes : LARGE_AGE_BYTES;
    size_t gone = large_evict_oldest(part, v, &counts.evictions_age, &counts.evicted_bytes);
    large_owed = large_owed > gone ? large_owed - gone : 0;
}

/* Last before the lock is released. */
static void large_settle(void)
{
    uint64_t due = LARGE_NEVER, idle = large_last + large_ttl;
    if (table.count > 0)
        due = large_owed > 0 ? 0 : idle < large_period ? idle : large_period;
    store_relaxed(&large_due, due);
    large_unlock();
}

/* --- Without the lock ----------------------------------------------------------------------------------------------- */

static void large_unmap_victims(const struct large_victims *v)
{
    for (unsigned i = 0; i < v->count; i++)
        mapped_drop(v->range[i].start, v->range[i].bytes, OS_LARGE);
}

static bool large_off(void)
{
    return large_mb == 0 || large_ttl == 0;
}

/* What every call does with the lock held, when its own part is done: the clock, and the peak of live bytes. */
static void large_passed(uint64_t live, uint64_t peak, struct large_victims *v)
{
    uint64_t now = os_now_ms();
    large_peak = large_max(large_peak, peak);
    large_last = now;
    if (unlikely(now >= large_period))
        large_turn_over(now, live);
    if (unlikely(large_owed > 0))
        large_pay(large_owed, v);
}

/* Takes out what exceeds the limit, and releases the lock. */
static void large_bound(uint64_t live, struct large_victims *v)
{
    bool spare;
    uint64_t limit = large_limit_now(live, &spare);
    while (table.bytes > limit) {
        size_t gone = large_evict_oldest(table.bytes - limit, v, &counts.evictions_bytes, &counts.evicted_bytes);
        if (spare)
            spare_gave(gone);
        if (v->count < LARGE_BATCH)
            break;
        large_settle();
        large_unmap_victims(v);
        v->count = 0;
        if (!large_lock())
            return;
    }
    large_settle();
    large_unmap_victims(v);
}

/* The range for a block of so many bytes: the smallest that holds it, or for one that grows the largest. Two blocks that grow
 * in one range stop each other. So a block begins in the middle of the range, or earlier if a block has lately grown beyond
 * half of it. The first block that grows begins at the start. */
static size_t large_find(size_t bytes, size_t align, bool grows, size_t *skip)
{
    size_t i = range_find(&table, bytes, align, owner_header(), skip);
    if (!grows || i == table.count)
        return i;
    i = range_largest(&table);
    uint64_t reach = large_max(load_relaxed(&large_reach), large_last_reach), all = table.range[i].bytes;
    uint64_t room = large_max(large_max(reach, bytes), all / 2), before = all > room ? all - room : 0;
    *skip = reach > 0 && before >= room / 4 && table.count < RANGE_MOST ? before & ~(LARGE_GRANULE - 1) : 0;
    return i;
}

char *large_take(size_t bytes, size_t align, bool grows)
{
    struct large_victims victims = {.count = 0};
    if (large_off() || !large_lock())
        return NULL;
    size_t skip, i = large_find(bytes, align, grows, &skip);
    if (i < table.count) {
        char *start = large_cut(i, skip, bytes);
        counts.hits++;
        counts.taken_bytes += bytes;
        large_unlock(); /* whatever is live now, the next call sees it */
        return start;
    }
    counts.misses++;
    uint64_t live = mapped_counts().large_bytes, empty = spare_of(SPARE_SUPERSLABS);
    large_passed(live, live + bytes, &victims);
    large_bound(live + bytes, &victims);
    spare_fresh(bytes);
    if (empty > LARGE_ROOM) /* what slabs do not need makes room, as large_yield does for them */
        lazy_shed(bytes < empty - LARGE_ROOM ? bytes : empty - LARGE_ROOM);
    return NULL;
}

static bool large_insert(char *start, size_t bytes)
{
    bool inserted = range_insert(&table, start, bytes);
    if (inserted)
        spare_add(SPARE_LARGE, (int64_t)bytes);
    return inserted;
}

/* [start, start + bytes) to the table, which may cost it the smallest range. False: the new one is the smallest. */
static bool large_enter(char *start, size_t bytes, struct large_victims *v)
{
    if (large_insert(start, bytes))
        return true;
    size_t smallest = range_smallest(&table);
    if (table.range[smallest].bytes >= bytes)
        return false;
    large_evict(smallest, table.range[smallest].bytes, v, &counts.evictions_count, &counts.evicted_bytes);
    return large_insert(start, bytes);
}

bool large_give(void *start, size_t bytes)
{
    struct large_victims victims = {.count = 0};
    if (large_off() || !large_lock())
        return false;
    uint64_t live = mapped_counts().large_bytes;
    bool kept = large_enter(start, bytes, &victims);
    background_ring();
    large_passed(live, live + bytes, &victims);
    if (kept) {
        counts.gives++;
        counts.given_bytes += bytes;
    } else {
        counts.refusals++;
    }
    large_bound(live, &victims);
    return kept;
}

bool large_extend(void *start, size_t bytes)
{
    bool extended = false;
    if (load_relaxed(&table.bytes) < bytes || !large_lock())
        return false;
    size_t i = range_at(&table, start);
    if (i < table.count && table.range[i].bytes >= bytes) {
        large_cut(i, 0, bytes);
        counts.hits++;
        counts.taken_bytes += bytes;
        extended = true;
    }
    large_unlock();
    return extended;
}

void large_grown(size_t bytes)
{
    struct large_victims victims = {.count = 0};
    if (bytes > load_relaxed(&large_reach))
        store_relaxed(&large_reach, bytes);
    if (load_relaxed(&table.bytes) == 0 || !large_lock())
        return;
    uint64_t live = mapped_counts().large_bytes;
    large_passed(live, live, &victims);
    large_bound(live, &victims);
}

/* Too much is spare in all. */
size_t large_shed(uint64_t bytes)
{
    struct large_victims victims = {.count = 0};
    if (!large_shares() || load_relaxed(&table.bytes) == 0 || !large_lock())
        return 0;
    size_t gone = large_evict_oldest(bytes, &victims, &counts.evictions_bytes, &counts.evicted_bytes);
    large_settle();
    large_unmap_victims(&victims);
    if (gone > 0)
        spare_gave(gone);
    return gone;
}

void *large_alloc(size_t size, bool *zero)
{
    bool wanted = *zero;
    struct mapped *m = mapped_new(size, 0, false);
    if (!m)
        return NULL;
    void *p = mapped_block(m);
    *zero = !m->dirty;
    if (!wanted || !m->dirty)
        return p;
    *zero = size >= LARGE_PURGE_MIN && os_purge(p, mapped_usable(m), OS_LARGE);
    __atomic_fetch_add(*zero ? &counts.purged : &counts.cleared, 1, __ATOMIC_RELAXED);
    return p;
}

/* --- Age, trim ------------------------------------------------------------------------------------------------------ */

uint64_t large_age(uint64_t now)
{
    struct large_victims victims = {.count = 0};
    if (!large_lock())
        return now + 1;
    if (now >= large_period)
        large_turn_over(now, mapped_counts().large_bytes);
    if (now >= large_last + large_ttl) /* nothing came or went for so long: nothing was needed */
        large_owed = table.bytes;
    if (large_owed > 0)
        large_pay(large_owed, &victims);
    large_settle();
    uint64_t due = load_relaxed(&large_due);
    large_unmap_victims(&victims);
    return due;
}

void large_tick(void)
{
    uint64_t due = load_relaxed(&large_due), now;
    if (likely(due == LARGE_NEVER) || likely((now = os_now_ms()) < due))
        return;
    large_age(now);
}

/* What is kept and what is used peak together when a program grows: the one makes room for the other. In pieces, as each is a
 * system call, and what is left of a range no longer serves the block that it came from. */
void large_yield(size_t bytes)
{
    struct large_victims victims = {.count = 0};
    if (likely(load_relaxed(&table.bytes) == 0) ||
        likely(__atomic_add_fetch(&large_yielding, bytes, __ATOMIC_RELAXED) < LARGE_YIELD_BYTES) || !large_lock())
        return;
    bytes = __atomic_exchange_n(&large_yielding, 0, __ATOMIC_RELAXED);
    large_evict_oldest(bytes, &victims, &counts.evictions_yield, &counts.evicted_bytes);
    large_settle();
    large_unmap_victims(&victims);
}

size_t large_trim(void)
{
    size_t given = 0;
    for (struct large_victims victims = {.count = LARGE_BATCH}; victims.count == LARGE_BATCH && large_lock();) {
        victims.count = 0;
        uint64_t ranges_gone = 0;
        given += large_evict_oldest(SIZE_MAX / 2, &victims, &ranges_gone, &counts.trimmed_bytes);
        large_settle();
        large_unmap_victims(&victims);
    }
    return given;
}

/* --- Counters, fork ------------------------------------------------------------------------------------------------- */

uint64_t large_held(void)
{
    return load_relaxed(&table.bytes);
}

struct large_counts large_counts(void)
{
    struct large_counts result = {.hits = 0};
    if (!lock_may(LOCK_LARGE))
        return result; /* in a signal handler that interrupted a change */
    result = counts;
    result.held = table.count;
    result.held_bytes = table.bytes;
    result.limit_bytes = large_off() ? 0 : large_limit(mapped_counts().large_bytes);
    large_unlock();
    return result;
}

bool large_valid(void)
{
    lock_enter(LOCK_LARGE);
    bool result = large_walk();
    large_unlock();
    return result;
}

static void large_stats(stats_each *each, void *context)
{
    struct large_counts c = large_counts();
    each(context, "large.hits", c.hits, "blocks that came from a kept range");
    each(context, "large.misses", c.misses, "blocks that had to be mapped");
    each(context, "large.gives", c.gives, "ranges that came to be kept");
    each(context, "large.refusals", c.refusals, "ranges that were not kept");
    each(context, "large.busy", c.busy, "calls that did without, because the lock was not to be had");
    each(context, "large.evictions_count", c.evictions_count, "ranges unmapped, since the table was full");
    each(context, "large.evictions_bytes", c.evictions_bytes, "ranges unmapped, since more was kept than limit_bytes");
    each(context, "large.evictions_age", c.evictions_age, "ranges unmapped, since nobody needed them for LARGE_TTL");
    each(context, "large.evictions_yield", c.evictions_yield, "ranges unmapped, since slabs needed as much");
    each(context, "large.given_bytes", c.given_bytes, "bytes that came to be kept");
    each(context, "large.taken_bytes", c.taken_bytes, "bytes that went from there into blocks");
    each(context, "large.evicted_bytes", c.evicted_bytes, "kept bytes that were unmapped by a bound");
    each(context, "large.trimmed_bytes", c.trimmed_bytes,
         "kept bytes that were unmapped by malloc_trim, or for want of memory");
    each(context, "large.held", c.held, "ranges kept now");
    each(context, "large.held_bytes", c.held_bytes, "bytes kept now");
    each(context, "large.limit_bytes", c.limit_bytes, "the most that held_bytes may be now");
    each(context, "large.calloc_cleared", c.cleared, "callocs that cleared a kept range");
    each(context, "large.calloc_purged", c.purged, "callocs that had the kernel clear a kept range");
}
STATS_PART(large_stats);

#define LARGE_PEEK(field) PEEK_FIELD("large." #field, struct large_counts, field)
PEEK(large, &counts, LARGE_PEEK(hits), LARGE_PEEK(misses), LARGE_PEEK(gives), LARGE_PEEK(refusals), LARGE_PEEK(busy),
     LARGE_PEEK(evictions_count), LARGE_PEEK(evictions_bytes), LARGE_PEEK(evictions_age), LARGE_PEEK(evictions_yield),
     LARGE_PEEK(given_bytes), LARGE_PEEK(taken_bytes), LARGE_PEEK(evicted_bytes), LARGE_PEEK(trimmed_bytes),
     PEEK_FIELD("large.calloc_cleared", struct large_counts, cleared),
     PEEK_FIELD("large.calloc_purged", struct large_counts, purged));
PEEK(large_table, &table, PEEK_FIELD("large.held", struct range_table, count),
     PEEK_FIELD("large.held_bytes", struct range_table, bytes));
