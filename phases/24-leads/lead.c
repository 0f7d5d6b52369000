/* SPDX-License-Identifier: MIT */
/* lead.c - see lead.h: what lies in leads is looked at, sent, and taken in.
 *
 * A signal handler may free between the instructions of a push, and may even send what is in the lead then: the slots are the
 * lead's for good, not a packet's, and those that were emptied hold NULL. The push that was interrupted sets top when it goes
 * on: its block is above NULLs, and what the handler had put above is lost, as in a bin (phase 11's front.h).
 */
#include "core/heap/heap.h"
#include "core/heap/mapped.h"
#include "core/heap/stats.h"
#include "core/low/log.h"
#include "core/low/meta.h"
#include "core/seam/owner.h"
#include <string.h>

static_assert((int)LEAD_BLOCKS == (int)REMOTE_PACKET_BLOCKS, "a full lead fills a packet");

/* The lead for blocks of a class and of heap to, or one that is unused; LEADS: none. */
static unsigned lead_find(const struct lead_set *leads, const struct heap *to, unsigned class)
{
    enum { TRIES = 8 };
    unsigned hash = (unsigned)((uintptr_t)to >> 12) * 11 + class;
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
    struct lead *lead = route_lead(&from->front.route, k);
    uint32_t size = (uint32_t)class_size(class), room = (LEAD_HELD_MAX - leads->bytes) / 8 / size;
    room = room < LEAD_LEAST ? LEAD_LEAST : room < LEAD_BLOCKS ? room : LEAD_BLOCKS;
    if (!lead || room * size > LEAD_HELD_MAX - leads->bytes)
        return false;
    leads->bytes += room * size;
    leads->room[k] = (uint8_t)room;
    leads->class[k] = (uint8_t)class;
    lead->limit = lead->top = leads->slot[k];
    store_relaxed(&leads->to[k], to);
    return true;
}

/* One block by the sender's ways, which may want to flush: not these leads, one of which is being sent. */
static void lead_give_inside(struct heap *from, struct heap *to, struct slab *s, void *p)
{
    from->out.lead.hold = true;
    remote_give_inside(from, to, s, p);
    from->out.lead.hold = false;
}

/* p came into a lead that is not its own, since its slot has had another heap or class since that lead was entered, or is no
 * block: it is freed here. */
static void lead_astray(struct heap *from, void *p)
{
    struct superslab *ss = ssmap_find(p);
    route_lead_off(&from->front.route, p);
    count_add(&from->out.lead.astray, 1);
    if (!ss) {
        struct mapped *m = owner_find(p);
        if (!m)
            log_bad_pointer("free", p, BAD_FOREIGN);
        mapped_free(m);
        return;
    }
    struct slab *s = slab_of(p);
    struct heap *to = slab_heap(s);
    if (!to || !slab_has_block(s, p))
        log_bad_pointer("free", p, slab_bad_block(s, p));
    if (class_mid(s->class) && !superslab_unmark(ss, p))
        log_bad_pointer("free", p, BAD_FREED);
    if (to == from)
        heap_give_inside(from, s, p);
    else
        lead_give_inside(from, to, s, p);
}

/* Is p a block of a slab of that heap and class? *slab: that of *near, another block; NULL: of none. */
hot_inline bool lead_right(const struct slab **slab, const void **near, const struct heap *to, unsigned class, const void *p)
{
    if (((uintptr_t)p ^ (uintptr_t)*near) >> SLAB_SHIFT) {
        struct superslab *ss = ssmap_find_block(p);
        const struct slab *s = ss ? slab_in(ss, p) : NULL;
        if (!s || slab_heap(s) != to || s->class != class)
            return false;
        *slab = s;
        *near = p;
    }
    return slab_has_block(*slab, p);
}

/* What lies in slots [at, end) of lead k goes into the packet, where it belongs there; the rest into astray: how many. */
static size_t lead_sort(const struct lead_set *leads, unsigned k, void **at, void **end, struct remote_packet *packet,
                        void **astray)
{
    const struct heap *to = leads->to[k];
    const struct slab *slab = NULL;
    const void *near = NULL;
    unsigned class = leads->class[k];
    size_t right = 0, wrong = 0;
    for (; at < end; at++) {
        void *p = *at;
        if (unlikely(!p))
            continue;
        if (likely(lead_right(&slab, &near, to, class, p)))
            packet->block[right++] = p;
        else
            astray[wrong++] = p;
    }
    packet->count = (uint8_t)right;
    packet->bytes = (uint32_t)(right * class_size(class));
    packet->class.next = (uint8_t)(class + 1);
    return wrong;
}

/* The packet is sent, unless nothing is in it. */
static void lead_dispatch(struct heap *from, struct heap *to, struct remote_packet *packet)
{
    if (packet->count == 0) {
        remote_keep(&from->out, packet);
        return;
    }
    count_add(&from->remote_sent_blocks, packet->count);
    count_add(&from->remote_sent_bytes, packet->bytes);
    from->out.flush_at += packet->bytes; /* that is for boxes alone */
    count_add(&from->out.lead.sent, packet->count);
    remote_dispatch(from, to, packet);
}

/* What is in the lead is sent. The lead takes nothing until it is opened again. Inside heap_enter. */
static void lead_send(struct heap *from, unsigned k)
{
    struct lead_set *leads = from->out.lead.set;
    struct lead *lead = route_lead(&from->front.route, k);
    void **base = leads->slot[k], *astray[LEAD_BLOCKS + 1];
    if (!lead)
        return; /* a route has its leads for good: there is nothing in one */
    store_relaxed(&lead->limit, base);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    size_t held = (size_t)(lead->top - base), wrong = held;
    struct remote_packet *packet = held > 0 ? remote_empty(&from->out) : NULL;
    if (packet)
        wrong = lead_sort(leads, k, base + 1, base + held + 1, packet, astray);
    else
        memcpy(astray, base + 1, held * sizeof *base); /* no memory for a packet: one by one */
    memset(base + 1, 0, held * sizeof *base);
    store_relaxed(&lead->top, base);
    if (packet)
        lead_dispatch(from, leads->to[k], packet);
    for (size_t i = 0; i < wrong; i++) {
        if (astray[i])
            lead_astray(from, astray[i]);
    }
}

/* Leads are for other heaps and classes from here on. Entries that still lead to them lead astray. */
static void lead_forget(struct heap *from)
{
    struct lead_set *leads = from->out.lead.set;
    if (leads->bytes > 0)
        memset(leads->to, 0, sizeof leads->to);
    leads->bytes = leads->refused = 0;
    leads->sent = from->out.lead.sent;
}

/* A block has no lead. When that happens often, those in use may be of owners that are no more; or there are too many classes
 * and owners, where leads have sent little. Inside heap_enter. */
static void lead_refused(struct heap *from)
{
    struct lead_set *leads = from->out.lead.set;
    if (++leads->refused < LEAD_REFUSED)
        return;
    lead_flush(from);
    if (from->out.lead.sent - leads->sent < (uint64_t)LEAD_REFUSED * LEAD_REFUSED) {
        from->out.lead.leading = false;
        from->out.lead.pause = from->remote_sent_blocks + LEAD_PAUSE;
    }
    lead_forget(from);
}

/* p into its lead, which is made for it, or emptied. False: there is none. Inside heap_enter. */
static bool lead_take(struct heap *from, struct heap *to, struct slab *s, void *p)
{
    struct lead_set *leads = from->out.lead.set;
    if (!leads && !(leads = from->out.lead.set = meta_alloc(sizeof *leads)))
        return false;
    unsigned k = lead_find(leads, to, s->class);
    if (k == LEADS || (!leads->to[k] && !lead_begin(from, k, to, s->class))) {
        lead_refused(from);
        return false;
    }
    struct lead *lead = route_lead(&from->front.route, k);
    void **base = leads->slot[k];
    if (!lead || !route_lead_to(&from->front.route, superslab_slot(s), s->slots, k))
        return false;
    if (lead->top >= base + leads->room[k])
        lead_send(from, k);
    lead->limit = base + leads->room[k];
    void **top = lead->top;
    if (unlikely(*top == p))
        log_bad_pointer("free", p, BAD_FREED);
    top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    store_relaxed(&lead->top, top + 1);
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
void lead_open(struct heap *from, const struct slab *s)
{
    struct lead_out *out = &from->out.lead;
    out->hold = false;
    if (out->leading || class_mid(s->class) || from->front.cap == 0 || from->remote_sent_blocks < out->pause)
        return;
    if (route_lead(&from->front.route, 0))
        out->leading = true;
    else
        route_miss(from, LEAD_BLOCKS);
}

void lead_flush(struct heap *from)
{
    struct lead_set *leads = from->out.lead.set;
    for (unsigned k = 0; leads && !from->out.lead.hold && leads->bytes > 0 && k < LEADS; k++) {
        if (leads->to[k])
            lead_send(from, k);
    }
}

void lead_park(struct heap *from)
{
    if (from->out.lead.set)
        lead_forget(from);
    from->out.lead.pause = 0;
}

/* --- Receiving, counters ------------------------------------------------------------------------------------------------ */

/* Blocks of one class into its bin; when that is full although one has been given back, the others go to their slabs, too.
 * Inside heap_enter. */
bool lead_cache(struct heap *h, struct remote_packet *packet)
{
    if (packet->class.next == 0)
        return false;
    unsigned class = packet->class.next - 1U;
    void **at = packet->block, **end = at + packet->count;
    struct front_bin *bin = &h->front.bin[class];
    for (bool drained = false; at < end; drained = true) {
        void **top = bin->top, **room = bin->room; /* top is read once, as in front_refill */
        if (room > top) {
            size_t n = room - top < end - at ? (size_t)(room - top) : (size_t)(end - at);
            if (unlikely(*top == *at))
                log_bad_pointer("free", *at, BAD_FREED);
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
    const struct lead_set *leads = load_relaxed(&from->out.lead.set);
    const struct lead *lead = leads && load_relaxed(&leads->to[k]) ? route_lead(&from->front.route, k) : NULL;
    *first = lead ? leads->slot[k] + 1 : NULL;
    return lead ? load_relaxed(&lead->top) + 1 : NULL;
}

uint64_t lead_count(struct heap *from, const struct heap *to, const struct slab *s)
{
    uint64_t count = 0;
    for (unsigned k = 0; from->out.lead.set && k < LEADS; k++) {
        void *const *slot, *const *end = lead_slots(from, k, &slot);
        for (; slot < end; slot++) {
            void *p = load_relaxed(slot);
            if (p && ssmap_find(p))
                count += s ? slab_of(p) == s : slab_heap(slab_of(p)) == to;
        }
    }
    return count;
}

uint64_t lead_held(struct heap *h, uint64_t *bytes)
{
    const struct lead_set *leads = load_relaxed(&h->out.lead.set);
    uint64_t count = 0;
    for (unsigned k = 0; leads && load_relaxed(&leads->bytes) > 0 && k < LEADS; k++) {
        void *const *slot, *const *end = lead_slots(h, k, &slot);
        count += (uint64_t)(end - slot);
        *bytes += (uint64_t)(end - slot) * class_size(load_relaxed(&leads->class[k]));
    }
    return count;
}

static void lead_stats(stats_each *each, void *context)
{
    each(context, "leads.sent", STATS_HEAPS(out.lead.sent), "blocks sent by leads, where free's short way had put them");
    each(context, "leads.astray", STATS_HEAPS(out.lead.astray), "blocks that came into a wrong lead");
    each(context, "leads.limit_bytes", LEAD_HELD_MAX, "the most that the leads of a thread hold, beside batch.limit_bytes");
}
STATS_PART(lead_stats);
PEEK(lead, NULL, PEEK_HEAPS("leads.sent", out.lead.sent), PEEK_HEAPS("leads.astray", out.lead.astray));
