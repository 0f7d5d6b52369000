/* lazy.c - see lazy.h: the LRU list of empty SuperSlabs, and its eviction by age.
 *
 * May include superslab.h, os.h, log.h. One lock over everything; only pointers move under it: victims are unlinked under the
 * lock and unmapped after it is released, so no system call is made and no other lock is taken with it held. (A fork between
 * the two leaves the child with SuperSlabs that nobody has, as many as the other threads were just unmapping.)
 *
 * Must hold, whenever the lock is free (lazy_valid checks it):
 *   held   = length of the list, newest to oldest over `older` = the same backwards over `newer`
 *   bytes  = held * 2 MiB; not stored
 *   held  <= lazy_size,  bytes <= lazy_mb MiB
 *   pushes + prewarmed = hits + evictions_count + evictions_bytes + evictions_age + trimmed + held
 *   since_ms never rises from newest to oldest
 *   every SuperSlab in the list is in the SuperSlab map and no slot of it has a heap
 *   due    = never, when the thread runs;  0, when it is wanted and does not run yet;
 *            else the time at which the oldest is too old;  never, when the list is empty
 */
#define _GNU_SOURCE
#include "core/background.h"
#include "core/log.h"
#include "core/os.h"
#include "core/superslab.h"
#include <errno.h>
#include <pthread.h>

enum { LAZY_AGE_BATCH = 8 };            /* evicted by age at one time, so that no malloc pays for hundreds */
enum { LAZY_THREAD_LATE_MS = 20 };      /* the thread wakes this much after the deadline: the clock it reads is coarse */
enum { LAZY_MB_EACH = SUPERSLAB_SIZE >> 20 };
#define LAZY_NEVER UINT64_MAX

enum lazy_thread_state { LAZY_THREAD_NONE, LAZY_THREAD_RUNS, LAZY_THREAD_FAILED };

uint64_t lazy_size = 256, lazy_mb = 512, lazy_ttl = 60;
uint64_t lazy_thread, lazy_prewarm, lazy_debug, lazy_prewarm_debug;

static pthread_mutex_t lazy_lock = PTHREAD_MUTEX_INITIALIZER;
static struct superslab *lazy_newest, *lazy_oldest;
static struct lazy_counts counts;
static uint64_t lazy_due = LAZY_NEVER; /* ms: before it lazy_tick has nothing to do. Written under the lock, read relaxed */
static enum lazy_thread_state lazy_thread_state;
static bool lazy_thread_sleeps; /* without a deadline: the next SuperSlab that comes must wake it */
static pthread_cond_t lazy_wake; /* initialised before each start of the thread */

/* The most SuperSlabs that the bounds allow. */
static uint64_t lazy_most(void)
{
    uint64_t most = lazy_mb / LAZY_MB_EACH;
    return lazy_ttl == 0 ? 0 : most < lazy_size ? most : lazy_size;
}

static bool lazy_thread_missing(void)
{
    return lazy_thread && lazy_thread_state == LAZY_THREAD_NONE && lazy_most() > 0;
}

/* --- The list; all under the lock ---------------------------------------------------------------------------------- */

static uint64_t lazy_deadline(void)
{
    return lazy_oldest->lazy.since_ms + lazy_ttl * 1000;
}

static void lazy_link(struct superslab *ss, uint64_t now)
{
    ss->lazy = (struct lazy_superslab){.older = lazy_newest, .since_ms = now};
    if (lazy_newest)
        lazy_newest->lazy.newer = ss;
    else
        lazy_oldest = ss;
    lazy_newest = ss;
    counts.held++;
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
    counts.held--;
}

/* The counter of the bound that makes the oldest go, or NULL: it may stay. */
static uint64_t *lazy_cause(uint64_t now)
{
    if (counts.held > lazy_size)
        return &counts.evictions_count;
    if (counts.held * LAZY_MB_EACH > lazy_mb)
        return &counts.evictions_bytes;
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
                                                   counts.evictions_age + counts.trimmed + counts.held;
}

/* Last before the lock is released, whenever something may have changed. */
static void lazy_settle(void)
{
    uint64_t due = LAZY_NEVER;
    if (lazy_thread_missing())
        due = 0;
    else if (lazy_oldest && lazy_thread_state != LAZY_THREAD_RUNS)
        due = lazy_deadline();
    store_relaxed(&lazy_due, due);
    if (lazy_thread_sleeps && lazy_oldest) {
        lazy_thread_sleeps = false;
        pthread_cond_signal(&lazy_wake);
    }
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

static void lazy_evict(uint64_t now)
{
    pthread_mutex_lock(&lazy_lock);
    struct superslab *victims = lazy_collect(now);
    lazy_settle();
    pthread_mutex_unlock(&lazy_lock);
    lazy_unmap(victims);
}

struct superslab *lazy_acquire(void)
{
    pthread_mutex_lock(&lazy_lock);
    struct superslab *ss = lazy_newest;
    if (ss) {
        lazy_unlink(ss);
        counts.hits++;
    } else {
        counts.misses++;
    }
    lazy_settle();
    pthread_mutex_unlock(&lazy_lock);
    if (!ss)
        return superslab_map();
    superslab_valid(ss); /* its memory is dirty, as ss->clean says: the pool clears a slot's bit when it uses the slot */
    return ss;
}

static void lazy_push(struct superslab *ss, uint64_t *counter)
{
    pthread_mutex_lock(&lazy_lock);
    uint64_t now = os_now_ms(); /* under the lock, so that the list is in the order of time */
    lazy_link(ss, now);
    ++*counter;
    struct superslab *victims = lazy_collect(now);
    lazy_settle();
    pthread_mutex_unlock(&lazy_lock);
    lazy_unmap(victims);
}

void lazy_release(struct superslab *ss)
{
    superslab_valid(ss);
    if (lazy_most() > 0)
        lazy_push(ss, &counts.pushes);
    else
        superslab_unmap(ss);
}

size_t lazy_trim(void)
{
    struct superslab *victims = NULL;
    pthread_mutex_lock(&lazy_lock);
    size_t count = counts.held;
    while (lazy_newest) {
        struct superslab *ss = lazy_newest;
        lazy_unlink(ss);
        ss->lazy.older = victims;
        victims = ss;
    }
    counts.trimmed += count;
    lazy_settle();
    pthread_mutex_unlock(&lazy_lock);
    lazy_unmap(victims);
    return count;
}

/* --- Age without SuperSlab calls: the tick of the allocation slow path, and the thread ------------------------------- */

static _Noreturn void *lazy_thread_main(void *unused)
{
    (void)unused;
    pthread_setname_np(pthread_self(), "hakmem-lru");
    pthread_mutex_lock(&lazy_lock);
    for (;;) {
        struct superslab *victims = lazy_collect(os_now_ms());
        lazy_settle();
        if (victims) {
            pthread_mutex_unlock(&lazy_lock);
            lazy_unmap(victims);
            pthread_mutex_lock(&lazy_lock);
        } else if (lazy_oldest) {
            uint64_t until = lazy_deadline() + LAZY_THREAD_LATE_MS;
            struct timespec at = {.tv_sec = (time_t)(until / 1000), .tv_nsec = (long)(until % 1000) * 1000000};
            pthread_cond_timedwait(&lazy_wake, &lazy_lock, &at);
        } else {
            lazy_thread_sleeps = true;
            pthread_cond_wait(&lazy_wake, &lazy_lock);
        }
    }
}

BACKGROUND_THREAD(lazy_thread_create, lazy_thread_main)

/* Starts the thread unless it runs. pthread_create allocates, so no lock is held. */
static void lazy_thread_start(void)
{
    pthread_mutex_lock(&lazy_lock);
    bool start = lazy_thread_missing();
    if (start) {
        pthread_condattr_t monotonic;
        pthread_condattr_init(&monotonic);
        pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
        pthread_cond_init(&lazy_wake, &monotonic);
        lazy_thread_sleeps = false;
        lazy_thread_state = LAZY_THREAD_RUNS;
        lazy_settle();
    }
    pthread_mutex_unlock(&lazy_lock);
    int error = start ? lazy_thread_create() : 0;
    if (!error)
        return;
    log_line("hakmem: HAKMEM_SS_LRU_THREAD=1: cannot start a thread (error %d): evicting by age at allocations only", error);
    pthread_mutex_lock(&lazy_lock);
    lazy_thread_state = LAZY_THREAD_FAILED;
    lazy_settle();
    pthread_mutex_unlock(&lazy_lock);
}

static noinline void lazy_tick_due(uint64_t now)
{
    if (pthread_mutex_trylock(&lazy_lock) != 0)
        return; /* somebody is at it; the next tick comes soon */
    bool start = lazy_thread_missing();
    struct superslab *victims = lazy_collect(now);
    lazy_settle();
    pthread_mutex_unlock(&lazy_lock);
    lazy_unmap(victims);
    if (start)
        lazy_thread_start();
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
    lazy_evict(os_now_ms()); /* what came before the variables were known */
    uint64_t most = lazy_most(), want = lazy_prewarm < most ? lazy_prewarm : most;
    for (uint64_t i = 0; i < want && lazy_counts().held < most; i++) {
        struct superslab *ss = superslab_map();
        if (!ss)
            break;
        lazy_push(ss, &counts.prewarmed);
    }
    lazy_thread_start();
}

void lazy_stop(void)
{
    struct lazy_counts c = lazy_counts();
    if (lazy_debug)
        log_line("hakmem: SuperSlab LRU: %u pushes, %u hits, %u misses, evicted %u by count, %u by bytes, %u by age; "
                 "%u trimmed, %u held",
                 c.pushes, c.hits, c.misses, c.evictions_count, c.evictions_bytes, c.evictions_age, c.trimmed, c.held);
    if (lazy_prewarm_debug)
        log_line("hakmem: SuperSlab prewarm: %u asked for, %u mapped; %u hits, %u held", lazy_prewarm, c.prewarmed, c.hits,
                 c.held);
}

struct lazy_counts lazy_counts(void)
{
    pthread_mutex_lock(&lazy_lock);
    struct lazy_counts result = counts;
    pthread_mutex_unlock(&lazy_lock);
    return result;
}

bool lazy_valid(void)
{
    pthread_mutex_lock(&lazy_lock);
    bool result = lazy_walk();
    pthread_mutex_unlock(&lazy_lock);
    return result;
}

void lazy_stats(stats_each *each, void *context)
{
    struct lazy_counts c = lazy_counts();
    each(context, "lazy.pushes", c.pushes);
    each(context, "lazy.hits", c.hits);
    each(context, "lazy.misses", c.misses);
    each(context, "lazy.evictions_count", c.evictions_count);
    each(context, "lazy.evictions_bytes", c.evictions_bytes);
    each(context, "lazy.evictions_age", c.evictions_age);
    each(context, "lazy.trimmed", c.trimmed);
    each(context, "lazy.prewarmed", c.prewarmed);
    each(context, "lazy.held", c.held);
}

void lazy_fork_lock(void)
{
    pthread_mutex_lock(&lazy_lock);
}

/* The child has the list but not the thread: its first tick starts one. */
void lazy_fork_unlock(bool child)
{
    if (child && lazy_thread_state == LAZY_THREAD_RUNS) {
        lazy_thread_state = LAZY_THREAD_NONE;
        lazy_thread_sleeps = false;
        lazy_settle();
    }
    pthread_mutex_unlock(&lazy_lock);
}
