/* SPDX-License-Identifier: MIT */
/* purge.c - see purge.h.
 *
 * No lock of its own: heaps are entered by heap_enter where the caller's thread has them, by lock_visit else; all other words
 * are atomic.
 *
 *   who                     when                                              does
 *   a thread, at its heap   each 32nd of its partly used slabs that it frees,   counts what is free there; if too much is
 *                           at least 4 MiB                                      spare in all: pages, slots, SuperSlabs go
 *   who wants a slot        none is left, and HAKMEM_PURGE_MB are held          asks the heaps in the list that are asleep
 *   the background thread   every half of HAKMEM_PURGE_MS, while anything runs  all heaps, by age
 *
 * The list: a heap comes to it when it takes a slab, when something is queued at it, and with the first block that goes to a
 * slab after it was last served; it leaves the list when it is served. So a thousand threads that sleep are looked at once.
 * Only pushed to, and taken whole by one at a time.
 */
#include "core/heap/env.h"
#include "core/heap/heap.h"
#include "core/low/os.h"
#include "core/seam/large.h"
#include "core/seam/lazy.h"
#include "core/heap/spare.h"
#include "core/heap/stats.h"
#include "core/heap/thread.h"

#define PURGE_STEP ((int64_t)4 << 20) /* freed by a thread before it looks: at most; */
#define PURGE_STEPS ((int64_t)32 << 20) /* by all together; and at least */
#define PURGE_STEP_LEAST ((int64_t)128 << 10)
#define PURGE_WORTH ((uint64_t)1 << 20) /* so much free in slabs is worth a purge */
enum { PURGE_PART = 32, PURGE_LITTLE = 8, PURGE_PAGES = 8, PURGE_FAR = 2 };
#define PURGE_NEVER UINT64_MAX

#define PURGE_KNOBS(X)                                                                                             \
    X(purge_on, "PURGE", 1, 0, 1, "", "free gives unused pages back, also those of sleeping threads")              \
    X(purge_ms, "PURGE_MS", 1500, 2, 1 << 30, "ms", "time without use after which PURGE_THREAD gives memory back") \
    X(purge_mb, "PURGE_MB", 32, 0, 1 << 24, "MiB", "heaps of sleeping threads give memory back when more than this is held")
KNOBS(PURGE_KNOBS);
uint64_t purge_notes;
bool purge_wanted;

static struct heap *purge_list;   /* atomic; linked by purge.next */
static uint64_t purge_pressed_ms; /* when somebody last did; relaxed */
static bool purge_presses;        /* somebody goes through the list for a slot. Atomic */
static uint64_t purge_heaps;      /* that have looked. Relaxed */
static uint32_t purge_turn = 1;   /* raised in the child of a fork, where no heap is in the list */
static struct purge_counts counts;

static void purge_add(uint64_t *counter, uint64_t n)
{
    __atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

/* --- The list -------------------------------------------------------------------------------------------------------- */

static void purge_enlist(struct heap *h)
{
    uint32_t turn = load_relaxed(&purge_turn);
    if (__atomic_exchange_n(&h->purge.listed, turn, __ATOMIC_SEQ_CST) == turn)
        return;
    struct heap *head = load_relaxed(&purge_list);
    do
        h->purge.next = head;
    while (!__atomic_compare_exchange_n(&purge_list, &head, h, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
}

/* The caller has queued before, and the one who serves looks at the queue after it says that h is not in the list: of two that
 * meet one sees the other. */
void purge_note(struct heap *h)
{
    if (unlikely(__atomic_load_n(&h->purge.listed, __ATOMIC_SEQ_CST) != load_relaxed(&purge_turn)))
        purge_enlist(h);
}

/* --- Pages of partly used slabs; inside the heap -------------------------------------------------------------------- */

/* slab.freed: 1, something was freed since the last sweep; 2, since the one before. */
enum { PURGE_FREED = 1, PURGE_FREED_BEFORE };

/* Where a block has pages of its own, each costs a call, and an interrupt of each processor that runs a thread of the program:
 * such a slab is left alone while a quarter of it is used, unless all must go. */
#define PURGE_MID ((uint64_t)SLAB_SIZE - SLAB_SIZE / 4)

/* Walks over the partly used slabs, and tells this heap's part of what is spare from now on. On the way, where something was
 * freed that may give `least` bytes for each slot, or `mid` where blocks are above a page (0: anything; PURGE_NEVER: nowhere),
 * all pages on which no block is used go, until the heap's thread waits for it. How many bytes went. */
static uint64_t purge_slabs(struct heap *h, uint64_t least, uint64_t mid)
{
    struct purge_heap *p = &h->purge;
    uint64_t gave = 0, free = 0, pages = 0, bytes = 0;
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        for (struct slab *s = h->listed[c]; s; s = s->next) {
            uint64_t spare = s->freed ? freelist_spare(s) : 0;
            if (s->freed && spare / s->slots >= (s->block_size > os_page ? mid : least) && !load_relaxed(&h->lock.wanted)) {
                s->freed = 0;
                gave += freelist_purge(s);
                spare = 0;
            }
            free += (uint64_t)(s->capacity - slab_used(s)) * s->block_size;
            pages += spare;
            bytes += s->slots * SLAB_SIZE;
        }
    }
    int64_t empty = (int64_t)(free - pages);
    spare_add(SPARE_PAGES, (int64_t)pages - p->pages);
    spare_add(SPARE_EMPTY, empty - p->empty);
    p->pages = (int64_t)pages;
    p->empty = empty;
    p->bytes = bytes;
    purge_add(&counts.slab_bytes, gave);
    return gave;
}

/* --- A thread at its own heap ---------------------------------------------------------------------------------------- */

/* What a purge gave is wanted again, where more is live than at the fewest since. */
static void purge_regret(struct purge_heap *p, uint64_t live)
{
    if (live < p->low)
        p->low = live;
    uint64_t more = live - p->low < p->gave ? live - p->low : p->gave;
    if (more < PURGE_WORTH)
        return;
    p->gave -= more;
    p->low = live;
    spare_fresh(more);
}

/* While too much is spare, many pages go by few calls, and more where that is not enough. How many bytes went. */
static uint64_t purge_pages(struct heap *h)
{
    uint64_t gave = 0;
    for (uint64_t least = PURGE_PAGES * os_page; least >= os_page && spare_excess() > 0; least /= PURGE_PAGES)
        gave += purge_slabs(h, least, PURGE_MID);
    if (spare_excess() > spare_allowed() / PURGE_FAR)
        gave += purge_slabs(h, 0, 0);
    return gave;
}

/* Too much is spare in all: first what is least likely to be wanted soon. Slabs in which little was found are left alone until
 * an eighth of them has been freed. */
static void purge_excess(struct heap *h, uint64_t freed)
{
    struct purge_heap *p = &h->purge;
    uint64_t excess, hoped = (uint64_t)p->pages;
    pool_park(h);
    if (hoped >= PURGE_WORTH && freed >= p->purge_at) {
        uint64_t gave = purge_pages(h);
        purge_add(&counts.purges, 1);
        p->purge_at = gave >= hoped / 4 ? 0 : freed + p->bytes / PURGE_LITTLE;
        p->gave = gave;
        p->low = spare_live();
        if (gave > 0)
            spare_gave(gave);
    }
    if ((excess = spare_excess()) > (uint64_t)PURGE_STEP && (excess = pool_shed(excess)) > 0)
        spare_gave(excess);
    if ((excess = spare_excess()) > 0)
        lazy_shed(excess);
    if ((excess = spare_excess()) > 0)
        large_shed(excess);
}

static int64_t purge_step(const struct purge_heap *p)
{
    int64_t part = (int64_t)(p->bytes / PURGE_PART), step = PURGE_STEPS / (int64_t)(load_relaxed(&purge_heaps) + 1);
    step = step < PURGE_STEP_LEAST ? PURGE_STEP_LEAST : step < PURGE_STEP ? step : PURGE_STEP;
    return part > step ? part : step;
}

static void purge_look(struct heap *h)
{
    struct purge_heap *p = &h->purge;
    if (!p->known)
        purge_add(&purge_heaps, 1);
    p->known = true;
    p->freed += (uint64_t)(p->step - p->left);
    if (p->step > 0) { /* not the first, nor the first since it was served */
        purge_add(&counts.looks, 1);
        purge_slabs(h, PURGE_NEVER, PURGE_NEVER);
        if (p->gave > 0)
            purge_regret(p, spare_live());
        if (spare_excess() > 0)
            purge_excess(h, p->freed);
    }
    p->step = purge_step(p);
    store_relaxed(&p->left, p->step);
}

/* A flag that another thread's heap has set is taken from it: that heap sets it again with the next block that goes to a
 * slab. */
void purge_begin(void)
{
    struct heap *h = heap_self;
    store_relaxed(&purge_wanted, false);
    if (load_relaxed(&h->purge.left) > 0 || !purge_on || h == &heap_none || !heap_enter(h))
        return;
    purge_enlist(h);
    purge_look(h);
    heap_leave(h);
}

/* --- Heaps whose thread is asleep ------------------------------------------------------------------------------------ */

static bool purge_waits(const struct heap *h)
{
    return load_relaxed(&h->remote) || remote_waiting(&h->out, &h->in);
}

/* Inside. Its front is taken where that can be had, its queue is drained, and nothing is kept for it. Was anything queued?
 * *others: what front_seize returns. */
static bool purge_settle(struct heap *h, void **others)
{
    *others = front_seize(h);
    bool waits = purge_waits(h);
    if (waits)
        heap_drain(h);
    purge_add(&counts.slabs, heap_settle(h) + h->pool.empty_count);
    pool_park(h);
    return waits;
}

/* Out of a heap again; others: what purge_settle found there, goes home. */
static void purge_leave(struct heap *h, void *others)
{
    lock_give(&h->lock);
    __atomic_fetch_or(&h->state, 0, __ATOMIC_SEQ_CST); /* a barrier: who found the lock taken had queued before */
    heap_parked(h);
    for (void *next; others; others = next) {
        struct slab *s = slab_of(others);
        struct heap *to = slab_heap(s);
        next = *(void **)others;
        heap_remote_push(heap_self, to, s, others);
        heap_parked(to);
    }
}

/* Inside. All that was free in slabs is spare no more. Leaves. */
static void purge_serve(struct heap *h)
{
    void *others;
    __atomic_store_n(&h->purge.listed, 0, __ATOMIC_SEQ_CST); /* before its queue is looked at */
    purge_settle(h, &others);
    purge_slabs(h, 0, PURGE_MID); /* no other thread can use what is free in them */
    h->purge.gave = 0;
    h->purge.step = 0;
    store_relaxed(&h->purge.left, 0); /* the next block that goes to a slab brings it to the list */
    purge_add(&counts.pressures, 1);
    purge_leave(h, others);
}

/* True: h is done with for now. False: it stays in the list. */
static bool purge_press(struct heap *h, uint64_t now)
{
    purge_add(&counts.asked, 1);
    if (load_relaxed(&h->state) == HEAP_LOST)
        return true;
    if (!lock_asleep(&h->lock, now) || !lock_visit(h))
        return false;
    purge_serve(h);
    return true;
}

/* h stays in the list, if it is there: it is served once more when somebody wants a slot. */
void purge_trim(struct heap *h)
{
    if (!purge_on || !front_seizable() || !lock_visit(h))
        return;
    void *others;
    purge_settle(h, &others);
    purge_slabs(h, 0, 0);
    purge_leave(h, others);
}

bool purge_pressure(void)
{
    uint64_t served = load_relaxed(&counts.pressures), now = os_now_ms();
    uint64_t held = os_bytes(OS_SUPERSLAB) + os_bytes(OS_LARGE);
    if (!purge_on || held < purge_mb << 20 || now - load_relaxed(&purge_pressed_ms) < LOCK_ASLEEP_MS ||
        __atomic_exchange_n(&purge_presses, true, __ATOMIC_ACQUIRE))
        return false; /* who was awake a moment ago is not asleep now */
    front_seizable();    /* finds out once, before a heap is entered */
    store_relaxed(&purge_pressed_ms, now);
    for (struct heap *h = __atomic_exchange_n(&purge_list, NULL, __ATOMIC_SEQ_CST), *next; h; h = next) {
        next = h->purge.next;
        if (purge_press(h, now))
            continue;
        __atomic_store_n(&h->purge.listed, 0, __ATOMIC_RELEASE); /* next has been read: whoever enlists h may write it */
        purge_enlist(h);
    }
    __atomic_store_n(&purge_presses, false, __ATOMIC_RELEASE);
    return load_relaxed(&counts.pressures) != served;
}

/* --- The background thread ------------------------------------------------------------------------------------------- */

/* One look at everything. calm: nothing has changed since the look before, and nothing was left to do. */
struct purge_age_look {
    uint64_t entries; /* of slow paths, in all heaps */
    bool calm;
};

/* Where nothing was freed for a whole sweep, the pages on which no block is used go. */
static void purge_age_slabs(struct heap *h, struct purge_age_look *look)
{
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        for (struct slab *s = h->listed[c]; s; s = s->next) {
            if (load_relaxed(&h->lock.wanted)) {
                look->calm = false;
                return;
            }
            if (s->freed == PURGE_FREED) {
                s->freed = PURGE_FREED_BEFORE;
                look->calm = false;
            } else if (s->freed == PURGE_FREED_BEFORE) {
                s->freed = 0;
                purge_add(&counts.slab_bytes, freelist_purge(s));
            }
        }
    }
}

/* A heap that has run no slow path since the last sweep is asleep. One that is awake takes packets with its next miss, but
 * comes to its queue only when a slab has been used up. */
static void purge_age_heap(void *context, struct heap *h)
{
    struct purge_age_look *look = context;
    look->entries += load_relaxed(&h->lock.entries);
    if (load_relaxed(&h->rests) && h->lock.swept == load_relaxed(&h->lock.entries) && thread_trim_parked(h))
        look->calm = false;
    if (!lock_visit(h))
        return;
    void *others = NULL;
    bool asleep = h->lock.swept == h->lock.entries;
    bool queued = asleep ? purge_settle(h, &others) : load_relaxed(&h->remote) != NULL;
    if (queued) {
        if (!asleep)
            heap_drain(h);
        purge_add(&counts.heaps, 1);
        look->calm = false;
    }
    h->lock.swept = h->lock.entries;
    purge_age_slabs(h, look);
    purge_leave(h, others);
}

/* No SuperSlab came or went for so long: the empty ones are not needed. True: that is still to come. */
static bool purge_idle(uint64_t now)
{
    static uint64_t seen, since;
    static bool noted;
    uint64_t notes = load_relaxed(&purge_notes);
    if (notes != seen) {
        seen = notes;
        since = now;
        noted = true;
    } else if (noted && now - since >= purge_ms) {
        purge_add(&counts.idles, 1);
        purge_add(&counts.superslabs, lazy_trim());
        noted = false;
    }
    return noted;
}

uint64_t purge_age(uint64_t now)
{
    static uint64_t entries, next;
    if (!purge_on)
        return PURGE_NEVER;
    if (now < next)
        return next;
    struct purge_age_look look = {.calm = true};
    thread_each_heap(purge_age_heap, &look);
    uint64_t bytes = pool_age();
    purge_add(&counts.slot_bytes, bytes);
    purge_add(&counts.sweeps, 1);
    bool calm = !purge_idle(now) && look.calm && look.entries == entries && bytes == 0;
    entries = look.entries;
    next = calm ? 0 : now + purge_ms / 2;
    return calm ? PURGE_NEVER : next;
}

/* --- Fork, counters -------------------------------------------------------------------------------------------------- */

/* Another thread may have had the list in its hands. No heap is touched: each would be a page that is copied. */
void purge_fork_child(void)
{
    purge_presses = false;
    purge_list = NULL;
    purge_turn++;
}

void purge_forget(struct heap *h)
{
    struct purge_heap *p = &h->purge;
    spare_add(SPARE_PAGES, -p->pages);
    spare_add(SPARE_EMPTY, -p->empty);
    p->pages = p->empty = 0;
    p->gave = 0;
}

struct purge_counts purge_counts(void)
{
    struct purge_counts c;
    const uint64_t *from = (const uint64_t *)&counts;
    uint64_t *to = (uint64_t *)&c;
    for (size_t i = 0; i < sizeof c / sizeof *to; i++)
        to[i] = load_relaxed(&from[i]);
    return c;
}

static void purge_stats(stats_each *each, void *context)
{
    struct purge_counts c = purge_counts();
    each(context, "lock.helped", STATS_HEAPS(lock.helped), "times that a heap was drained by a thread that does not have it");
    each(context, "purge.notes", load_relaxed(&purge_notes), "SuperSlabs that came or went; may miss some");
    each(context, "purge.looks", c.looks, "times that a thread looked at its own slabs, by the bytes that it frees");
    each(context, "purge.purges", c.purges, "times that a thread found too much spare, and gave back");
    each(context, "purge.sweeps", c.sweeps, "times that the thread of the allocator went through all heaps");
    each(context, "purge.idles", c.idles, "times that no SuperSlab had come or gone for PURGE_MS");
    each(context, "purge.superslabs", c.superslabs,
         "empty SuperSlabs that were unmapped, since none had come or gone for PURGE_MS");
    each(context, "purge.heaps", c.heaps, "heaps that were found asleep, and drained");
    each(context, "purge.slabs", c.slabs, "empty slabs that those gave to the pool");
    each(context, "purge.asked", c.asked, "heaps that were looked at for want of a slot");
    each(context, "purge.pressures", c.pressures, "heaps that were served for want of a slot");
    each(context, "purge.slot_bytes", c.slot_bytes, "bytes given back by age, of slots that nobody has");
    each(context, "purge.slab_bytes", c.slab_bytes, "bytes given back of slabs in use");
}
STATS_PART(purge_stats);

#define PURGE_PEEK(field) PEEK_FIELD("purge." #field, struct purge_counts, field)
PEEK(purge_lock, NULL, PEEK_HEAPS("lock.helped", lock.helped));
PEEK(purge_notes, &purge_notes, PEEK_OBJECT("purge.notes"));
PEEK(purge, &counts, PURGE_PEEK(looks), PURGE_PEEK(purges), PURGE_PEEK(sweeps), PURGE_PEEK(idles), PURGE_PEEK(superslabs),
     PURGE_PEEK(heaps), PURGE_PEEK(slabs), PURGE_PEEK(asked), PURGE_PEEK(pressures), PURGE_PEEK(slot_bytes),
     PURGE_PEEK(slab_bytes));
