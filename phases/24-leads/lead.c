/* SPDX-License-Identifier: MIT */
/* lead.c - see lead.h: entries are written and taken out; what lies in leads is sent, and taken in.
 *
 * A signal handler may free between the instructions of a push, and may even send what is in the lead then: the slots are the
 * lead's for good, not a packet's, and those that were emptied hold LEAD_GONE. The push that was interrupted sets top when it
 * goes on: its block is above these, and what the handler had put above is lost, as in a bin (phase 11's front.h).
 */
#include "core/heap/heap.h"
#include "core/heap/stats.h"
#include "core/low/log.h"
#include "core/low/meta.h"
#include <string.h>

static_assert((int)LEAD_BLOCKS == (int)REMOTE_PACKET_BLOCKS, "a full lead fills a packet");
static_assert(LEAD_BLOCKS % 2 == 0 && LEAD_LEAST % 2 == 0, "blocks of a full lead are looked at in pairs");

static struct heap *lead_heaps[LEAD_LISTS]; /* atomic, only ever pushed to */
static uint32_t lead_numbers;               /* heaps that have leads. Atomic */

/* --- Entries ------------------------------------------------------------------------------------------------------------- */

/* The leads of a heap, which is in its list from here on. NULL: no memory. Inside heap_enter. */
static struct lead_set *lead_first(struct heap *h)
{
    struct lead_set *leads = meta_alloc(sizeof *leads);
    if (!leads)
        return NULL;
    unsigned list = __atomic_fetch_add(&lead_numbers, 1, __ATOMIC_RELAXED) % LEAD_LISTS;
    leads->bit = (uint32_t)1 << list;
    leads->all = h->remote_sent_blocks;
    struct heap *head = load_relaxed(&lead_heaps[list]);
    do
        h->out.lead.next = head;
    while (!__atomic_compare_exchange_n(&lead_heaps[list], &head, h, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    __atomic_store_n(&h->out.lead.set, leads, __ATOMIC_RELEASE);
    return leads;
}

/* Blocks of s, a slab of heap to[k] and class[k], go into lead k. The calling thread holds a used block of s, so that s does
 * not go meanwhile; with that block its owner gets to know of the bit and the entry. */
static bool lead_enter(struct heap *from, const struct slab *s, unsigned k)
{
    struct lead_set *leads = from->out.lead.set;
    uint32_t *heaps = &superslab_of(s)->lead.heaps[slab_index(s)];
    if (s->slots != 1)
        return false;
    if (!(load_relaxed(heaps) & leads->bit))
        __atomic_fetch_or(heaps, leads->bit, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* a fork finds no entry without the bit */
    if (!route_lead_to(&from->front.route, superslab_slot(s), k))
        return false;
    count_add(&from->out.lead.entered, 1);
    return true;
}

/* No block of s is used: none is in a lead, and no thread has one to free. What their threads wrote before they sent the last
 * ones home is seen here. */
static noinline void lead_withdraw(struct heap *h, const struct slab *s, uint32_t lists)
{
    for (; lists; lists &= lists - 1) {
        struct heap *from = __atomic_load_n(&lead_heaps[__builtin_ctz(lists)], __ATOMIC_ACQUIRE);
        for (; from; from = from->out.lead.next) {
            if (route_lead_out(&from->front.route, superslab_slot(s)))
                count_add(&h->out.lead.withdrawn, 1);
        }
    }
}

void lead_disown(struct heap *h, struct slab *s)
{
    uint32_t *heaps = &superslab_of(s)->lead.heaps[slab_index(s)], lists = load_relaxed(heaps);
    if (likely(!lists))
        return;
    lead_withdraw(h, s, lists);
    store_relaxed(heaps, 0);
}

/* --- Leads --------------------------------------------------------------------------------------------------------------- */

/* The lead for blocks of a class and of heap to, or one that is unused; LEADS: none. */
static unsigned lead_find(const struct lead_set *leads, const struct heap *to, unsigned class)
{
    enum { TRIES = 8 };
    unsigned hash = heap_place(to) * 11 + class;
    for (unsigned i = hash; i < hash + TRIES; i++) {
        unsigned k = i % LEADS;
        if (!leads->to[k] || (leads->to[k] == to && leads->class[k] == class))
            return k;
    }
    return LEADS;
}

/* Lead k, which is unused, is for blocks of a class and of heap to: an eighth of what is left, if that is not too little.
 * False: nothing is left. */
static bool lead_begin(struct heap *from, unsigned k, struct heap *to, unsigned class)
{
    struct lead_set *leads = from->out.lead.set;
    struct lead *lead = &from->front.route.lead[k];
    uint32_t size = (uint32_t)class_size(class), room = (LEAD_HELD_MAX - leads->bytes) / 8 / size & ~1U;
    room = room < LEAD_LEAST ? LEAD_LEAST : room < LEAD_BLOCKS ? room : LEAD_BLOCKS;
    if (room * size > LEAD_HELD_MAX - leads->bytes)
        return false;
    leads->bytes += room * size;
    leads->room[k] = (uint8_t)room;
    store_relaxed(&leads->class[k], (uint8_t)class);
    store_relaxed(&lead->top, (void **)leads->slot[k]);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    lead->limit = leads->slot[k] + room;
    __atomic_store_n(&leads->to[k], to, __ATOMIC_RELEASE); /* for lead_slots */
    return true;
}

/* In MODE=check: is each of these, in lead k or a packet from one, what lead.h says? */
static inline void lead_valid(const struct heap *to, unsigned class, void *const *block, size_t count)
{
    for (size_t i = 0; HAK_CHECK_LEVEL > 0 && i < count; i++) {
        hak_assert(ssmap_find(block[i]));
        const struct slab *s = slab_of(block[i]);
        hak_assert(slab_heap(s) == to && s->class == class && slab_has_block(s, block[i]));
    }
}

typedef uint16_t lead_halves __attribute__((vector_size(16)));
typedef uint64_t lead_pair __attribute__((vector_size(16)));

/* What lies in slot[0..count) into a packet, and LEAD_GONE into the slots; count is even. False: something may be no block of
 * the class. A slab begins where its slot of 64 KiB does, and a size is odd * 2^shift. So the distance of a block from there
 * ends in shift zero bits; and times the inverse of odd, modulo 2^16, it is the block's index << shift, where any other
 * distance becomes more than that of the last block. */
static inline bool lead_copy(void **to, void **slot, size_t count, unsigned class)
{
    uint32_t size = (uint32_t)class_size(class), shift = (uint32_t)__builtin_ctz(size), odd = size >> shift, inverse = odd;
    for (int i = 0; i < 3; i++)
        inverse *= 2 - odd * inverse; /* right in the last 3 bits, then in 6, 12, 24 */
    lead_pair times = {inverse & 0xffff, inverse & 0xffff}, any = {0}, gone = {(uintptr_t)LEAD_GONE, (uintptr_t)LEAD_GONE};
    lead_halves most = (lead_halves){0} + (uint16_t)((SLAB_SIZE / size - 1) << shift), wrong = {0};
    for (size_t i = 0; i < count; i += 2) {
        lead_pair two;
        memcpy(&two, slot + i, sizeof two);
        memcpy(to + i, &two, sizeof two);
        memcpy(slot + i, &gone, sizeof gone);
        any |= two;
        wrong |= (lead_halves)((lead_halves)two * (lead_halves)times > most);
    }
    lead_pair bad = (lead_pair)wrong;
    return likely(((any[0] | any[1]) & (((uint64_t)1 << shift) - 1)) == 0) && likely((bad[0] | bad[1]) == 0);
}

/* Of block[0..count), without LEAD_GONE, how many remain. What else is no block was never handed out: the program's fault. */
static noinline size_t lead_sort(void **block, size_t count)
{
    size_t right = 0;
    for (size_t i = 0; i < count; i++) {
        void *p = block[i];
        if (p == LEAD_GONE)
            continue;
        const char *bad = slab_bad_block(slab_of(p), p);
        if (bad)
            log_bad_pointer("free", p, bad);
        block[right++] = p;
    }
    return right;
}

/* The blocks go one by one: there is no memory for a packet. */
static noinline void lead_single(struct heap *from, struct heap *to, void *const *block, size_t count)
{
    for (size_t i = 0; i < count; i++)
        heap_remote_push(from, to, slab_of(block[i]), block[i]);
    heap_parked(to);
}

static void lead_pack(struct heap *from, struct heap *to, unsigned class, struct remote_packet *packet, size_t count)
{
    packet->count = (uint8_t)count;
    packet->bytes = (uint32_t)(count * class_size(class));
    packet->class.next = (uint8_t)(class + 1);
    count_add(&from->remote_sent_blocks, count);
    count_add(&from->remote_sent_bytes, packet->bytes);
    from->out.flush_at += packet->bytes; /* that is for boxes alone */
    count_add(&from->out.lead.sent, count);
    remote_dispatch(from, to, packet);
}

/* The blocks go into the owner's box, where they share a packet with those of other classes. */
static void lead_append(struct heap *from, unsigned k, void *const *block, size_t count)
{
    struct lead_set *leads = from->out.lead.set;
    bool hold = from->out.lead.hold;
    from->out.lead.hold = true; /* all boxes may be sent, but no leads */
    remote_append(from, leads->to[k], (uint32_t)class_size(leads->class[k]), block, count);
    from->out.lead.hold = hold;
    count_add(&from->out.lead.sent, count);
}

/* What is in lead k is sent. It takes nothing until lead_shows. Inside heap_enter. */
static void lead_send(struct heap *from, unsigned k)
{
    struct lead_set *leads = from->out.lead.set;
    struct lead *lead = &from->front.route.lead[k];
    void **base = leads->slot[k], *alone[LEAD_BLOCKS];
    store_relaxed(&lead->limit, base);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    size_t held = (size_t)(lead->top - base), count = held + held % 2;
    if (held == 0)
        return;
    bool few = count < LEAD_BLOCKS && load_relaxed(&leads->to[k]->state) == HEAP_OWNED;
    struct remote_packet *packet = few ? NULL : remote_empty(&from->out);
    void **block = packet ? packet->block : alone;
    base[count] = held < count ? LEAD_GONE : base[count];
    bool right = count == LEAD_BLOCKS ? lead_copy(block, base + 1, LEAD_BLOCKS, leads->class[k])
                                      : lead_copy(block, base + 1, count, leads->class[k]);
    if (unlikely(!right))
        count = lead_sort(block, count);
    store_relaxed(&lead->top, base);
    lead_valid(leads->to[k], leads->class[k], block, count);
    if (few)
        lead_append(from, k, block, count);
    else if (unlikely(!packet))
        lead_single(from, leads->to[k], block, count);
    else if (unlikely(count == 0))
        remote_keep(&from->out, packet);
    else
        lead_pack(from, leads->to[k], leads->class[k], packet, count);
}

static void lead_shows(struct heap *from, unsigned k)
{
    const struct lead_set *leads = from->out.lead.set;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    store_relaxed(&from->front.route.lead[k].limit, (void **)leads->slot[k] + leads->room[k]);
}

/* p into lead k, where there is room afterwards, if there was none. A handler does not come between. Inside heap_enter. */
static void lead_put(struct heap *from, unsigned k, void *p)
{
    struct lead_set *leads = from->out.lead.set;
    struct lead *lead = &from->front.route.lead[k];
    store_relaxed(&lead->limit, (void **)leads->slot[k]);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (unlikely(*lead->top == p))
        log_bad_pointer("free", p, BAD_FREED);
    if (lead->top >= leads->slot[k] + leads->room[k])
        lead_send(from, k);
    lead->top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    store_relaxed(&lead->top, lead->top + 1);
    lead_shows(from, k);
}

noinline bool lead_again(struct heap *from, void *p, struct front_bin *bin)
{
    if (unlikely(lock_inside) || unlikely(!heap_enter(from)))
        return false;
    guard_free(p, "free");
    lead_put(from, (unsigned)((struct lead *)bin - from->front.route.lead), p);
    heap_leave(from);
    return true;
}

/* --- Which blocks go by leads -------------------------------------------------------------------------------------------- */

/* A slab has no lead. After so many of them none gets one for a while, which is longer where most blocks have gone without a
 * lead since the last time. When that is so after the longest while, and hardly any block has had one, leads are for other
 * heaps and classes now. Inside heap_enter. */
static void lead_refused(struct heap *from)
{
    struct lead_out *out = &from->out.lead;
    struct lead_set *leads = out->set;
    if (++leads->refused < LEAD_REFUSED)
        return;
    uint64_t led = out->sent - leads->led, all = from->remote_sent_blocks - leads->all;
    out->stale = out->pauses == LEAD_PAUSES && led * 8 < all;
    out->pauses = (uint8_t)(led * 2 >= all ? 0 : out->pauses < LEAD_PAUSES ? out->pauses + 1 : LEAD_PAUSES);
    out->pause = from->remote_sent_blocks + ((uint64_t)LEAD_PAUSE << out->pauses);
    out->leading = false;
    leads->refused = 0;
    leads->led = out->sent;
    leads->all = from->remote_sent_blocks;
}

static void lead_out_of_mine(void *context, struct slab *s)
{
    struct heap *h = context;
    route_lead_out(&h->front.route, superslab_slot(s));
    h->out.lead.stale = false;
}

/* Nobody's slab has an entry, so that none is left when all others have been seen. */
static noinline void lead_renew(struct heap *h)
{
    struct lead_set *leads = h->out.lead.set;
    if (!heap_enter(h))
        return;
    for (unsigned k = 0; k < LEADS; k++) {
        if (leads->to[k])
            lead_send(h, k); /* and shut from here on */
    }
    superslab_each_slab(lead_out_of_mine, h);
    if (!h->out.lead.stale) { /* else the list of SuperSlabs was not to be had */
        for (unsigned k = 0; k < LEADS; k++)
            store_relaxed(&leads->to[k], NULL);
        leads->bytes = 0;
        h->out.lead.pauses = 0;
        h->out.lead.pause = 0;
    }
    heap_leave(h);
}

void lead_missed(struct heap *h)
{
    if (unlikely(h->out.lead.stale))
        lead_renew(h);
}

/* p into its lead, which is made for it, where its slab has none. False: it has none. Inside heap_enter. */
static bool lead_take(struct heap *from, struct heap *to, struct slab *s, void *p)
{
    struct lead_set *leads = from->out.lead.set;
    if (!leads && !(leads = lead_first(from)))
        return false;
    unsigned k = lead_find(leads, to, s->class);
    if (k == LEADS || (!leads->to[k] && !lead_begin(from, k, to, s->class)) || !lead_enter(from, s, k)) {
        lead_refused(from);
        return false;
    }
    lead_put(from, k, p);
    return true;
}

/* Not for owners whose thread has ended: these get their blocks at once. */
void lead_give(void *p, struct heap *from, struct slab *s, struct heap *to)
{
    bool led = false;
    if (!lock_inside && load_relaxed(&to->state) == HEAP_OWNED && heap_enter(from)) {
        led = lead_take(from, to, s, p);
        heap_leave(from);
    }
    if (!led)
        remote_give_slow(p, from, s, to);
}

void lead_hold(struct heap *from)
{
    from->out.lead.hold = true;
}

/* Leads begin where blocks of a packet, or so, have gone by a box. */
void lead_open(struct heap *from, unsigned class)
{
    struct lead_out *out = &from->out.lead;
    out->hold = false;
    if (out->leading || class_mid(class) || from->front.cap == 0 || from->remote_sent_blocks < out->pause)
        return;
    if (route_lead(&from->front.route, 0))
        out->leading = true;
    else
        route_miss(from, LEAD_BLOCKS);
}

void lead_flush(struct heap *from)
{
    struct lead_set *leads = from->out.lead.set;
    for (unsigned k = 0; leads && !from->out.lead.hold && k < LEADS; k++) {
        if (leads->to[k]) {
            lead_send(from, k);
            lead_shows(from, k);
        }
    }
}

/* Entries and leads stay as they are, for the next thread. */
void lead_park(struct heap *from)
{
    from->out.lead.pauses = 0;
    from->out.lead.pause = 0;
}

/* --- Receiving, counters ------------------------------------------------------------------------------------------------- */

/* Blocks of one class into its bin; when that is full although one has been given back, the others go to their slabs, too.
 * Inside heap_enter. */
bool lead_cache(struct heap *h, struct remote_packet *packet)
{
    if (packet->class.next == 0)
        return false;
    unsigned class = packet->class.next - 1U;
    void **at = packet->block, **end = at + packet->count;
    struct front_bin *bin = &h->front.bin[class];
    lead_valid(h, class, at, packet->count);
    for (bool drained = false; at < end; drained = true) {
        void **top = bin->top, **room = bin->room; /* top is read once, as in front_refill */
        if (room > top) {
            size_t n = room - top < end - at ? (size_t)(room - top) : (size_t)(end - at);
            if (unlikely(*top == *at))
                log_bad_pointer("free", *at, BAD_FREED);
            if (likely(n == LEAD_BLOCKS))
                memcpy(top + 1, at, LEAD_BLOCKS * sizeof *at);
            else
                memcpy(top + 1, at, n * sizeof *at);
            __atomic_signal_fence(__ATOMIC_SEQ_CST); /* as in section_push */
            store_relaxed(&bin->top, top + n);
            at += n;
        } else if (!drained) {
            remote_arrive(h, *at++);
        } else {
            front_return(h, class, at - 1, end - 1);
            break;
        }
    }
    return true;
}

/* Slots of lead k: *first, and behind the last. Any thread. */
static void *const *lead_slots(struct heap *from, unsigned k, void *const **first)
{
    const struct lead_set *leads = __atomic_load_n(&from->out.lead.set, __ATOMIC_ACQUIRE);
    *first = leads && __atomic_load_n(&leads->to[k], __ATOMIC_ACQUIRE) ? leads->slot[k] + 1 : NULL;
    return *first ? load_relaxed(&from->front.route.lead[k].top) + 1 : NULL;
}

uint64_t lead_count(struct heap *from, const struct heap *to, const struct slab *s)
{
    uint64_t count = 0;
    for (unsigned k = 0; from->out.lead.set && k < LEADS; k++) {
        void *const *slot, *const *end = lead_slots(from, k, &slot);
        if (!slot || load_relaxed(&from->out.lead.set->to[k]) != to)
            continue;
        for (; slot < end; slot++) {
            void *p = load_relaxed(slot);
            count += p > LEAD_GONE && (!s || slab_of(p) == s);
        }
    }
    return count;
}

uint64_t lead_held(struct heap *h, uint64_t *bytes)
{
    const struct lead_set *leads = __atomic_load_n(&h->out.lead.set, __ATOMIC_ACQUIRE);
    uint64_t count = 0;
    for (unsigned k = 0; leads && k < LEADS; k++) {
        void *const *slot, *const *end = lead_slots(h, k, &slot);
        count += (uint64_t)(end - slot);
        *bytes += (uint64_t)(end - slot) * class_size(load_relaxed(&leads->class[k]));
    }
    return count;
}

static void lead_stats(stats_each *each, void *context)
{
    each(context, "leads.sent", STATS_HEAPS(out.lead.sent), "blocks sent by leads, where free's short way had put them");
    each(context, "leads.entered", STATS_HEAPS(out.lead.entered), "entries of tables that lead other heaps' slabs to a lead");
    each(context, "leads.withdrawn", STATS_HEAPS(out.lead.withdrawn), "of these, taken out when the slab went");
    each(context, "leads.limit_bytes", LEAD_HELD_MAX, "the most that leads of a thread hold, beside batch.limit_bytes");
}
STATS_PART(lead_stats);
PEEK(lead, NULL, PEEK_HEAPS("leads.sent", out.lead.sent), PEEK_HEAPS("leads.entered", out.lead.entered),
     PEEK_HEAPS("leads.withdrawn", out.lead.withdrawn));
