/* SPDX-License-Identifier: MIT */
/* lazy.c - see lazy.h: the LRU list of empty SuperSlabs, and its eviction by age.
 *
 * One lock over everything; only pointers move under it: victims are unlinked under the lock and unmapped after it is
 * released, so no system call is made and no other lock is taken with it held. (A fork between the two leaves the child with
 * SuperSlabs that nobody has, as many as the other threads were just unmapping.)
 *
 * Must hold, whenever the lock is free (lazy_valid checks it):
 *   held   = length of the list, newest to oldest over `older` = the same backwards over `newer`
 *   bytes  = held * 2 MiB; not stored
 *   held  <= lazy_size,  bytes <= lazy_mb MiB
 *   pushes + prewarmed = hits + evictions_count + evictions_bytes + evictions_age + evictions_spare + trimmed + held
 *   since_ms never rises from newest to oldest
 *   every SuperSlab in the list is in the SuperSlab map and no slot of it has a heap
 *   due    = the time at which the oldest is too old;  never, when the list is empty
 */
#include "core/heap/background.h"
#include "core/heap/env.h"
#include "core/low/lock.h"
#include "core/low/log.h"
#include "core/low/os.h"
#include "core/heap/spare.h"
#include "core/heap/stats.h"
#include "core/heap/superslab.h"

enum { LAZY_AGE_BATCH = 8 };            /* evicted by age at one time, so that no malloc pays for hundreds */
enum { LAZY_MB_EACH = SUPERSLAB_SIZE >> 20 };
enum { LAZY_SIZE = 256, LAZY_MB = 512 }; /* the bounds where the environment names none */
#define LAZY_NEVER UINT64_MAX

#define LAZY_KNOBS(X)                                                                                                   \
    X(lazy_size, "SS_LRU_SIZE", AUTO, 0, 1 << 20, "", "empty SuperSlabs kept, at most (0: none; AUTO: up to 256)")      \
    X(lazy_mb, "SS_LRU_MB", AUTO, 0, 1 << 21, "MiB", "empty SuperSlabs kept, at most (below 2: none; AUTO: up to 512)") \
    X(lazy_ttl, "SS_LRU_TTL", 60000, 0, 1 << 30, "ms", "age at which an empty SuperSlab is unmapped (0: at once)")      \
    X(lazy_debug, "SS_LRU_DEBUG", 0, 0, 1, "", "print at exit what the list of empty SuperSlabs (LRU) did")             \
    X(lazy_prewarm, "SS_PREWARM", 0, 0, 1 << 20, "", "SuperSlabs to map at start, within the bounds above")             \
    X(lazy_prewarm_debug, "SS_PREWARM_DEBUG", 0, 0, 1, "", "print at exit what the prewarming did")
KNOBS(LAZY_KNOBS);

static struct superslab *lazy_newest, *lazy_oldest;
static struct lazy_counts counts;
static uint64_t lazy_due = LAZY_NEVER; /* ms: before it lazy_tick has nothing to do. Written under the lock, read relaxed */

static uint64_t lazy_most_size(void)
{
    return lazy_size == AUTO ? LAZY_SIZE : lazy_size;
}

static uint64_t lazy_most_mb(void)
{
    return lazy_mb == AUTO ? LAZY_MB : lazy_mb;
}

/* The most SuperSlabs that the bounds allow. */
static uint64_t lazy_most(void)
{
    uint64_t most = lazy_most_mb() / LAZY_MB_EACH, size = lazy_most_size();
    return lazy_ttl == 0 ? 0 : most < size ? most : size;
}

/* Is it also bounded by what all may keep? Not where the environment says how much this list is to hold. */
static bool lazy_shares(void)
{
    return lazy_size == AUTO && lazy_mb == AUTO && lazy_prewarm == 0;
}

/* --- The list; all under the lock ---------------------------------------------------------------------------------- */

static uint64_t lazy_deadline(void)
{
    return lazy_oldest->lazy.since_ms + lazy_ttl;
}

static void lazy_link(struct superslab *ss, uint64_t now)
{
    ss->lazy = (struct lazy_superslab){.older = lazy_newest, .since_ms = now};
    if (lazy_newest)
        lazy_newest->lazy.newer = ss;
    else
        lazy_oldest = ss;
    lazy_newest = ss;
    store_relaxed(&counts.held, counts.held + 1);
    spare_add(SPARE_SUPERSLABS, SUPERSLAB_SIZE);
}

static void lazy_unlink(struct superslab *ss)
{
    if (ss->lazy.newer)
        ss->lazy.newer->lazy.older = ss->lazy.older;
    else
        lazy_newest = ss->lazy.older;
    if (ss->lazy.older)
        ss->lazy.older->lazy.newer = ss->lazy.newer;
    else
        lazy_oldest = ss->lazy.newer;
    store_relaxed(&counts.held, counts.held - 1);
    spare_add(SPARE_SUPERSLABS, -(int64_t)SUPERSLAB_SIZE);
}

/* The counter of the bound that makes the oldest go, or NULL: it may stay. */
static uint64_t *lazy_cause(uint64_t now)
{
    if (counts.held > lazy_most_size())
        return &counts.evictions_count;
    if (counts.held * LAZY_MB_EACH > lazy_most_mb())
        return &counts.evictions_bytes;
    if (lazy_shares() && spare_excess() > 0)
        return &counts.evictions_spare;
    return lazy_deadline() <= now ? &counts.evictions_age : NULL;
}

/* Takes out what must go, oldest first: all that exceeds count and bytes, a batch of what is too old. Linked by older. */
static struct superslab *lazy_collect(uint64_t now)
{
    struct superslab *victims = NULL;
    for (unsigned aged = 0; lazy_oldest; ) {
        uint64_t *cause = lazy_cause(now);
        if (!cause || (cause == &counts.evictions_age && aged++ == LAZY_AGE_BATCH))
            break;
        struct superslab *ss = lazy_oldest;
        lazy_unlink(ss);
        ++*cause;
        ss->lazy.older = victims;
        victims = ss;
    }
    return victims;
}

static bool lazy_walk(void)
{
    const struct superslab *newer = NULL;
    uint64_t length = 0;
    for (const struct superslab *ss = lazy_newest; ss; newer = ss, ss = ss->lazy.older) {
        if (++length > counts.held || ss->lazy.newer != newer || ssmap_find(ss->base) != ss)
            return false;
        if (newer && newer->lazy.since_ms < ss->lazy.since_ms)
            return false;
        for (unsigned i = 0; i < SLABS_PER_SUPERSLAB; i++) {
            if (slab_heap(&ss->slab[i]))
                return false;
        }
    }
    return newer == lazy_oldest && length == counts.held && length <= lazy_most() &&
           counts.pushes + counts.prewarmed == counts.hits + counts.evictions_count + counts.evictions_bytes +
                                                   counts.evictions_age + counts.evictions_spare + counts.trimmed +
                                                   counts.held;
}

/* Last before the lock is released, whenever something may have changed. */
static void lazy_settle(void)
{
    store_relaxed(&lazy_due, lazy_oldest ? lazy_deadline() : LAZY_NEVER);
    if (lazy_oldest)
        background_ring();
    hak_assert_full(lazy_walk());
}

/* --- Without the lock ---------------------------------------------------------------------------------------------- */

static void lazy_unmap(struct superslab *victims)
{
    while (victims) {
        struct superslab *ss = victims;
        victims = ss->lazy.older;
        superslab_unmap(ss);
    }
}

/* How many SuperSlabs went since too much was spare. */
static void lazy_gave(uint64_t superslabs)
{
    if (superslabs > 0)
        spare_gave(superslabs * SUPERSLAB_SIZE);
}

static void lazy_evict(uint64_t now)
{
    lock_enter(LOCK_LAZY);
    struct superslab *victims = lazy_collect(now);
    lazy_settle();
    lock_leave(LOCK_LAZY);
    lazy_unmap(victims);
}

struct superslab *lazy_acquire(void)
{
    lock_enter(LOCK_LAZY);
    struct superslab *ss = lazy_newest;
    if (ss) {
        lazy_unlink(ss);
        counts.hits++;
    } else {
        counts.misses++;
    }
    lazy_settle();
    lock_leave(LOCK_LAZY);
    if (!ss)
        return superslab_map();
    superslab_valid(ss); /* its memory is dirty, as ss->clean says: the pool clears a slot's bit when it uses the slot */
    return ss;
}

static void lazy_push(struct superslab *ss, uint64_t *counter)
{
    lock_enter(LOCK_LAZY);
    uint64_t now = os_now_ms(); /* under the lock, so that the list is in the order of time */
    lazy_link(ss, now);
    ++*counter;
    uint64_t before = counts.evictions_spare;
    struct superslab *victims = lazy_collect(now);
    uint64_t gone = counts.evictions_spare - before;
    lazy_settle();
    lock_leave(LOCK_LAZY);
    lazy_unmap(victims);
    lazy_gave(gone);
}

void lazy_release(struct superslab *ss)
{
    superslab_valid(ss);
    if (lazy_most() > 0)
        lazy_push(ss, &counts.pushes);
    else
        superslab_unmap(ss);
}

/* Takes out up to so many, oldest first, and unmaps them. */
static size_t lazy_drop(uint64_t most, uint64_t *counter)
{
    struct superslab *victims = NULL;
    size_t count = 0;
    if (!lock_may(LOCK_LAZY))
        return 0;
    for (; lazy_oldest && count < most; count++) {
        struct superslab *ss = lazy_oldest;
        lazy_unlink(ss);
        ss->lazy.older = victims;
        victims = ss;
    }
    *counter += count;
    lazy_settle();
    lock_leave(LOCK_LAZY);
    lazy_unmap(victims);
    return count;
}

size_t lazy_trim(void)
{
    return lazy_drop(UINT64_MAX, &counts.trimmed);
}

size_t lazy_shed(uint64_t bytes)
{
    if (!lazy_shares() || load_relaxed(&counts.held) == 0)
        return 0;
    size_t gone = lazy_drop((bytes + SUPERSLAB_SIZE - 1) / SUPERSLAB_SIZE, &counts.evictions_spare);
    lazy_gave(gone);
    return gone * SUPERSLAB_SIZE;
}

/* --- Age without SuperSlab calls: the tick of the allocation slow path, and the thread ------------------------------- */

uint64_t lazy_age(uint64_t now)
{
    do
        lazy_evict(now);
    while (load_relaxed(&lazy_due) <= now);
    return load_relaxed(&lazy_due);
}

static noinline void lazy_tick_due(uint64_t now)
{
    if (!lock_try(LOCK_LAZY))
        return; /* somebody is at it; the next tick comes soon */
    struct superslab *victims = lazy_collect(now);
    lazy_settle();
    lock_leave(LOCK_LAZY);
    lazy_unmap(victims);
}

void lazy_tick(void)
{
    uint64_t due = load_relaxed(&lazy_due), now;
    if (likely(due == LAZY_NEVER) || likely((now = os_now_ms()) < due))
        return;
    lazy_tick_due(now);
}

/* --- Life cycle and counters --------------------------------------------------------------------------------------- */

void lazy_start(void)
{
    if (lazy_debug || lazy_prewarm_debug)
        os_keep_error();
    if (lazy_counts().held > 0)
        lazy_evict(os_now_ms()); /* what came before the variables were known */
    uint64_t most = lazy_most(), want = lazy_prewarm < most ? lazy_prewarm : most;
    for (uint64_t i = 0; i < want && lazy_counts().held < most; i++) {
        struct superslab *ss = superslab_map();
        if (!ss)
            break;
        lazy_push(ss, &counts.prewarmed);
    }
}

void lazy_stop(void)
{
    if (!lazy_debug && !lazy_prewarm_debug)
        return;
    struct lazy_counts c = lazy_counts();
    if (lazy_debug)
        log_line("hakmem: SuperSlab LRU: %u pushes, %u hits, %u misses, evicted %u by count, %u by bytes, %u by age; "
                 "%u as spare; %u trimmed, %u held",
                 c.pushes, c.hits, c.misses, c.evictions_count, c.evictions_bytes, c.evictions_age, c.evictions_spare,
                 c.trimmed, c.held);
    if (lazy_prewarm_debug)
        log_line("hakmem: SuperSlab prewarm: %u asked for, %u mapped; %u hits, %u held", lazy_prewarm, c.prewarmed, c.hits,
                 c.held);
}

struct lazy_counts lazy_counts(void)
{
    struct lazy_counts result = {0};
    if (!lock_may(LOCK_LAZY)) /* a signal handler that interrupted a change */
        return result;
    result = counts;
    lock_leave(LOCK_LAZY);
    return result;
}

bool lazy_valid(void)
{
    lock_enter(LOCK_LAZY);
    bool result = lazy_walk();
    lock_leave(LOCK_LAZY);
    return result;
}

static void lazy_stats(stats_each *each, void *context)
{
    struct lazy_counts c = lazy_counts();
    each(context, "lazy.pushes", c.pushes, "SuperSlabs that came into the list, empty");
    each(context, "lazy.hits", c.hits, "SuperSlabs that went out of the list to be used again");
    each(context, "lazy.misses", c.misses, "SuperSlabs that were wanted when the list was empty, and mapped");
    each(context, "lazy.evictions_count", c.evictions_count, "SuperSlabs unmapped, since the list was longer than SS_LRU_SIZE");
    each(context, "lazy.evictions_bytes", c.evictions_bytes, "SuperSlabs unmapped, since the list had more than SS_LRU_MB");
    each(context, "lazy.evictions_age", c.evictions_age, "SuperSlabs unmapped, since they were older than SS_LRU_TTL");
    each(context, "lazy.evictions_spare", c.evictions_spare, "SuperSlabs unmapped, since too much was spare in all");
    each(context, "lazy.trimmed", c.trimmed, "SuperSlabs unmapped by malloc_trim, or for want of memory");
    each(context, "lazy.prewarmed", c.prewarmed, "SuperSlabs mapped at start");
    each(context, "lazy.held", c.held, "SuperSlabs in the list now");
}
STATS_PART(lazy_stats);

#define LAZY_PEEK(field) PEEK_FIELD("lazy." #field, struct lazy_counts, field)
PEEK(lazy, &counts, LAZY_PEEK(pushes), LAZY_PEEK(hits), LAZY_PEEK(misses), LAZY_PEEK(evictions_count),
     LAZY_PEEK(evictions_bytes), LAZY_PEEK(evictions_age), LAZY_PEEK(evictions_spare), LAZY_PEEK(trimmed),
     LAZY_PEEK(prewarmed), LAZY_PEEK(held));
