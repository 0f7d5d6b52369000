/* purge.c - see purge.h: what the thread does, and how it is woken, started and ended.
 *
 * May include heap.h, os.h, background.h and the seams of what goes by age. No lock: a semaphore wakes the thread, since
 * sem_post may be called in signal handlers; heaps are entered by lock_visit; everything else is atomic words.
 *
 *   state:  NONE -- much is held, or kept --> RUNS -- little is held, nothing to do --> NONE
 *           NONE or RUNS -- fork, in the child --> NONE;  NONE -- no thread can be had --> FAILED
 *   attention = ABSENT in state NONE, 0 in FAILED; in RUNS, RESTS while the thread sleeps without a deadline
 * Must hold: who notes, rings or stirs looks at attention afterwards; who sets RESTS looks at all that afterwards, and again
 * after a while.
 */
#define _GNU_SOURCE
#include "core/background.h"
#include "core/heap.h"
#include "core/os.h"
#include "core/seam/large.h"
#include "core/seam/lazy.h"
#include "core/thread.h"
#include <semaphore.h>
#include <sys/single_threaded.h>
#include <time.h>

enum purge_state { PURGE_NONE, PURGE_RUNS, PURGE_FAILED };
enum { PURGE_STEPS = 2, PURGE_STEP_MOST_MS = 1000 }; /* looks at the clock within HAKMEM_PURGE_MS, and at least one a second */
#define PURGE_NEVER UINT64_MAX

uint64_t purge_on = 1, purge_ms = 1500, purge_mb = 32;
uint64_t purge_notes, purge_used;
int64_t purge_slots, purge_spare;
uint8_t purge_attention = PURGE_ABSENT;
bool purge_wanted;

static uint64_t purge_pressed_ms;     /* when somebody last did; relaxed */
static bool purge_presses;            /* somebody goes through the heaps for a slot. Atomic */
static bool purge_ready;              /* the environment has been read */
static sem_t purge_bell;              /* initialised before each start of the thread */
static enum purge_state purge_state;  /* atomic */
static purge_sweep *purge_pool_sweep; /* atomic, relaxed; NULL: the pool has nothing yet */
static struct purge_counts counts;    /* the thread writes, but for starts */

static uint64_t purge_held(void)
{
    return os_bytes(OS_SUPERSLAB) + os_bytes(OS_LARGE);
}

/* --- What there is to do --------------------------------------------------------------------------------------------- */

/* What watches its own age; when it is due next. */
static uint64_t purge_due(void)
{
    uint64_t now, due;
    do {
        now = os_now_ms();
        due = large_age(now);
    } while (due <= now);
    return due;
}

/* No SuperSlab came or went for so long: the empty ones are not needed. */
static void purge_idle(void)
{
    count_add(&counts.idles, 1);
    count_add(&counts.superslabs, lazy_trim());
}

/* One look at everything. calm: nothing has changed since the look before, and nothing was left to do. */
struct purge_look {
    uint64_t entries; /* of slow paths, in all heaps */
    bool calm;
};

/* slab.freed: 1, something was freed since the last sweep; 2, since the one before. */
enum { PURGE_FREED = 1, PURGE_FREED_BEFORE };

/* A slab with free blocks, of a heap that this thread is inside: where nothing was freed for a whole sweep, the pages on which
 * no block is used go. */
static void purge_slab(struct slab *s, struct purge_look *look)
{
    if (s->freed == PURGE_FREED) {
        s->freed = PURGE_FREED_BEFORE;
        look->calm = false;
    } else if (s->freed == PURGE_FREED_BEFORE) {
        s->freed = 0;
        __atomic_fetch_add(&counts.slab_bytes, slab_purge(s), __ATOMIC_RELAXED);
    }
}

/* All slabs of a heap that have free blocks, but for those in use now; until its thread waits for it. */
static void purge_slabs(struct heap *h, struct purge_look *look, bool now)
{
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        for (struct slab *s = h->listed[c]; s; s = s->next) {
            if (load_relaxed(&h->lock.wanted)) {
                look->calm = false;
                return;
            }
            if (now && s->freed)
                s->freed = PURGE_FREED_BEFORE;
            purge_slab(s, look);
        }
    }
}

static bool purge_queued(const struct heap *h)
{
    return heap_queued(h);
}

/* Of a heap whose thread is asleep: its queue is drained, and nothing is kept for it. Was anything queued? */
static bool purge_settle(struct heap *h)
{
    bool queued = purge_queued(h);
    if (queued)
        heap_drain(h);
    __atomic_fetch_add(&counts.slabs, heap_settle(h) + h->pool.empty_count, __ATOMIC_RELAXED);
    pool_park(h);
    return queued;
}

/* A heap that has run no slow path since the last sweep is asleep. One that is awake takes packets with its next miss, but
 * comes to its queue only when a slab has been used up. */
static void purge_heap(void *context, struct heap *h)
{
    struct purge_look *look = context;
    look->entries += load_relaxed(&h->lock.entries);
    if (!lock_visit(h))
        return;
    bool asleep = h->lock.swept == h->lock.entries, queued = asleep ? purge_settle(h) : load_relaxed(&h->remote) != NULL;
    if (queued) {
        if (!asleep)
            heap_drain(h);
        count_add(&counts.heaps, 1);
        look->calm = false;
    }
    h->lock.swept = h->lock.entries;
    purge_slabs(h, look, false);
    lock_give(&h->lock);
}

/* True: calm. */
static bool purge_everything(void)
{
    static uint64_t entries;
    struct purge_look look = {.calm = true};
    uint64_t bytes = 0;
    int64_t spare = load_relaxed(&purge_spare);
    purge_sweep *sweep = load_relaxed(&purge_pool_sweep);
    thread_each_heap(purge_heap, &look);
    if (sweep)
        bytes = sweep(spare > 0 ? (uint64_t)spare : 0);
    int64_t slots = load_relaxed(&purge_slots);
    store_relaxed(&purge_spare, slots);
    count_add(&counts.slot_bytes, bytes);
    count_add(&counts.sweeps, 1);
    bool calm = look.calm && look.entries == entries && bytes == 0 && slots <= spare;
    entries = look.entries;
    return calm;
}

/* Where a slot is wanted: a heap whose thread is asleep gives what it can, once. */
static void purge_press(void *now_ms, struct heap *h)
{
    struct lock_heap *l = &h->lock;
    if (!lock_asleep(l, *(uint64_t *)now_ms) || !lock_visit(h))
        return;
    if (l->served != l->entries + l->helped || purge_queued(h)) {
        struct purge_look look;
        purge_settle(h);
        purge_slabs(h, &look, true);
        l->served = l->entries + l->helped;
        __atomic_fetch_add(&counts.pressures, 1, __ATOMIC_RELAXED);
    }
    lock_give(l);
}

bool purge_pressure(void)
{
    uint64_t served = load_relaxed(&counts.pressures), now = os_now_ms();
    if (!purge_on || purge_held() < purge_mb << 20 || now - load_relaxed(&purge_pressed_ms) < LOCK_ASLEEP_MS ||
        __atomic_exchange_n(&purge_presses, true, __ATOMIC_ACQUIRE))
        return false; /* who was awake a moment ago is not asleep now */
    store_relaxed(&purge_pressed_ms, now);
    thread_each_heap(purge_press, &now);
    __atomic_store_n(&purge_presses, false, __ATOMIC_RELEASE);
    return load_relaxed(&counts.pressures) != served;
}

static void purge_sum(void *entries, struct heap *h)
{
    *(uint64_t *)entries += load_relaxed(&h->lock.entries);
}

/* --- The thread ------------------------------------------------------------------------------------------------------ */

/* Held for nobody. */
static uint64_t purge_kept(void)
{
    uint64_t all = os_bytes(OS_SUPERSLAB), used = load_relaxed(&purge_used) * SUPERSLAB_SIZE;
    int64_t slots = load_relaxed(&purge_slots);
    return (all > used ? all - used : 0) + (slots > 0 ? (uint64_t)slots * SLAB_SIZE : 0) + large_held();
}

/* Until ms (PURGE_NEVER: without a deadline), or until the bell. */
static void purge_sleep(uint64_t ms)
{
    if (ms == PURGE_NEVER) {
        sem_wait(&purge_bell);
        return;
    }
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(ms / 1000);
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    sem_clockwait(&purge_bell, CLOCK_MONOTONIC, &at);
}

/* What changes when there is something to do. */
static uint64_t purge_signs(void)
{
    uint64_t entries = 0;
    thread_each_heap(purge_sum, &entries);
    return entries + __atomic_load_n(&purge_notes, __ATOMIC_SEQ_CST);
}

/* Nothing is to be done: sleeps until there is, or ends. False: it is time to end. */
static bool purge_rest(uint64_t step, uint64_t signs)
{
    if (purge_held() < load_relaxed(&purge_mb) << 19) {
        count_add(&counts.ends, 1);
        __atomic_store_n(&purge_state, PURGE_NONE, __ATOMIC_SEQ_CST);
        __atomic_store_n(&purge_attention, PURGE_ABSENT, __ATOMIC_SEQ_CST);
        return false;
    }
    __atomic_store_n(&purge_attention, PURGE_RESTS, __ATOMIC_SEQ_CST);
    for (uint64_t ms = step; purge_signs() == signs && purge_due() == PURGE_NEVER; ms = PURGE_NEVER)
        purge_sleep(ms);
    __atomic_store_n(&purge_attention, PURGE_AWAKE, __ATOMIC_SEQ_CST);
    return true;
}

static void *purge_main(void *unused)
{
    (void)unused;
    pthread_setname_np(pthread_self(), "hakmem-purge");
    uint64_t step = purge_ms / PURGE_STEPS < PURGE_STEP_MOST_MS ? purge_ms / PURGE_STEPS + 1 : PURGE_STEP_MOST_MS;
    uint64_t seen = load_relaxed(&purge_notes), since = os_now_ms(), swept = since;
    bool calm = false;
    for (bool noted = true;;) {
        uint64_t signs = purge_signs(), due = purge_due(), now = os_now_ms(), notes = load_relaxed(&purge_notes);
        count_add(&counts.rounds, 1);
        if (notes != seen) {
            seen = notes;
            since = now;
            noted = true;
        }
        if (noted && now - since >= purge_ms) {
            purge_idle();
            noted = false;
        }
        if (now - swept >= purge_ms / 2) {
            calm = purge_everything();
            swept = now;
        }
        if (noted || due != PURGE_NEVER || !calm) {
            purge_sleep(step);
            continue;
        }
        if (!purge_rest(step, signs))
            return NULL;
        calm = false;
    }
}

BACKGROUND_THREAD(purge_thread_create, purge_main)

/* --- Waking, starting, fork ------------------------------------------------------------------------------------------- */

void purge_attend(void)
{
    uint8_t rests = PURGE_RESTS;
    if (__atomic_load_n(&purge_state, __ATOMIC_SEQ_CST) == PURGE_NONE) {
        if (purge_ready && purge_on && (__libc_single_threaded ? purge_kept() : purge_held()) >= purge_mb << 20)
            store_relaxed(&purge_wanted, true);
    } else if (__atomic_compare_exchange_n(&purge_attention, &rests, PURGE_AWAKE, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        sem_post(&purge_bell);
    }
}

void purge_begin(bool freeing)
{
    enum purge_state none = PURGE_NONE;
    int saved = errno;
    if (freeing && !__libc_single_threaded)
        return;
    store_relaxed(&purge_wanted, false);
    if (!__atomic_compare_exchange_n(&purge_state, &none, PURGE_RUNS, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return;
    __atomic_store_n(&purge_attention, PURGE_AWAKE, __ATOMIC_SEQ_CST);
    sem_init(&purge_bell, 0, 0); /* the thread that ended does not wait for it */
    if (purge_thread_create() != 0)
        __atomic_store_n(&purge_state, PURGE_FAILED, __ATOMIC_SEQ_CST);
    else
        count_add(&counts.starts, 1);
    errno = saved;
}

void purge_sweeps(purge_sweep *sweep)
{
    store_relaxed(&purge_pool_sweep, sweep);
}

void purge_start(void)
{
    purge_ready = true;
}

/* What the thread was doing is not lost: what it had taken to unmap is, as in any phase. */
void purge_fork_child(void)
{
    purge_wanted = purge_presses = false;
    purge_state = PURGE_NONE;
    purge_attention = PURGE_ABSENT;
}

/* --- Counters --------------------------------------------------------------------------------------------------------- */

struct purge_counts purge_counts(void)
{
    return (struct purge_counts){load_relaxed(&counts.starts),     load_relaxed(&counts.ends),
                                 load_relaxed(&counts.rounds),     load_relaxed(&counts.sweeps),
                                 load_relaxed(&counts.idles),      load_relaxed(&counts.superslabs),
                                 load_relaxed(&counts.heaps),      load_relaxed(&counts.slabs),
                                 load_relaxed(&counts.pressures),
                                 load_relaxed(&counts.slot_bytes), load_relaxed(&counts.slab_bytes)};
}

static void purge_helped(void *helped, struct heap *h)
{
    *(uint64_t *)helped += load_relaxed(&h->lock.helped);
}

void purge_stats(stats_each *each, void *context)
{
    struct purge_counts c = purge_counts();
    uint64_t helped = 0;
    int64_t slots = load_relaxed(&purge_slots);
    thread_each_heap(purge_helped, &helped);
    each(context, "lock.helped", helped);
    each(context, "purge.notes", load_relaxed(&purge_notes));
    each(context, "purge.starts", c.starts);
    each(context, "purge.ends", c.ends);
    each(context, "purge.failed", __atomic_load_n(&purge_state, __ATOMIC_RELAXED) == PURGE_FAILED);
    each(context, "purge.rounds", c.rounds);
    each(context, "purge.sweeps", c.sweeps);
    each(context, "purge.idles", c.idles);
    each(context, "purge.superslabs", c.superslabs);
    each(context, "purge.heaps", c.heaps);
    each(context, "purge.slabs", c.slabs);
    each(context, "purge.pressures", c.pressures);
    each(context, "purge.slots_kept", slots > 0 ? (uint64_t)slots : 0);
    each(context, "purge.slot_bytes", c.slot_bytes);
    each(context, "purge.slab_bytes", c.slab_bytes);
}
