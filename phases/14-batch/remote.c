/* SPDX-License-Identifier: MIT */
/* remote.c - see remote.h: packets, boxes, sending and receiving. */
#include "core/heap/heap.h"
#include "core/heap/stats.h"
#include "core/low/lock.h"
#include "core/low/log.h"
#include "core/low/meta.h"
#include "core/heap/thread.h"
#include <errno.h>

static struct remote_packet *remote_store; /* empty packets that no heap keeps; under the lock */
static uint64_t remote_made;               /* packets that there are; under the lock, read relaxed */

/* Blocks that this thread has freed without a heap of its own. REMOTE_ALONE_MAX: it is getting one, has one or had one, and
 * gets none for a free: not in a signal handler that interrupts thread_heap, nor at the thread's end. */
static HAK_TLS uint8_t remote_alone;

void remote_opening(void)
{
    remote_alone = REMOTE_ALONE_MAX;
}

/* --- Packets; on the thread that has the heap, inside heap_enter --------------------------------------------------------- */

LEAD_CALLS void remote_keep(struct remote_out *out, struct remote_packet *packet)
{
    packet->next = out->spare;
    out->spare = packet;
    out->spares++;
}

/* Packets from the store, or new ones. */
static void remote_fetch(struct remote_out *out)
{
    enum { COUNT = REMOTE_SPARES_MAX / 2 };
    lock_enter(LOCK_REMOTE);
    while (remote_store && out->spares < COUNT) {
        struct remote_packet *packet = remote_store;
        remote_store = packet->next;
        remote_keep(out, packet);
    }
    if (!out->spare) {
        uintptr_t at = (uintptr_t)meta_alloc((COUNT + 1) * REMOTE_PACKET);
        at = (at + REMOTE_PACKET - 1) & ~(uintptr_t)(REMOTE_PACKET - 1);
        for (int i = 0; at && i < COUNT; i++, at += REMOTE_PACKET)
            remote_keep(out, (struct remote_packet *)at);
        count_add(&remote_made, out->spares);
    }
    lock_leave(LOCK_REMOTE);
}

/* An empty packet, or NULL: no memory. */
LEAD_CALLS struct remote_packet *remote_empty(struct remote_out *out)
{
    if (!out->spare)
        remote_fetch(out);
    struct remote_packet *packet = out->spare;
    if (packet) {
        out->spare = packet->next;
        out->spares--;
    }
    return packet;
}

/* Spares beyond keep go to the store. */
static void remote_return(struct remote_out *out, uint32_t keep)
{
    lock_enter(LOCK_REMOTE);
    for (; out->spares > keep; out->spares--) {
        struct remote_packet *packet = out->spare;
        out->spare = packet->next;
        packet->next = remote_store;
        remote_store = packet;
    }
    lock_leave(LOCK_REMOTE);
}

static void remote_recycle(struct remote_out *out, struct remote_packet *packet)
{
    if (out->spares == REMOTE_SPARES_MAX)
        remote_return(out, REMOTE_SPARES_MAX / 2);
    remote_keep(out, packet);
}

/* --- Sending ------------------------------------------------------------------------------------------------------------- */

/* That of the owner's place. */
static struct remote_box *remote_box(struct heap *from, const struct heap *to)
{
    enum { SIZE = sizeof(struct remote_box) }; /* the product with it is part of the shift */
    static_assert((int)REMOTE_BOXES == (int)HEAP_PLACES, "owners at different places have different boxes");
    return (struct remote_box *)((char *)from->out.box + ((uintptr_t)to / (HEAP_LINE / SIZE) & (REMOTE_BOXES - 1) * SIZE));
}

/* The packet that a box fills, and how many blocks are in it. */
static struct remote_packet *remote_packet(const struct remote_box *box, uint32_t *count)
{
    uintptr_t last = (uintptr_t)box->next - 1; /* in the packet, also when that is full */
    struct remote_packet *packet = (struct remote_packet *)(last & ~(uintptr_t)(REMOTE_PACKET - 1));
    *count = box->next ? (uint32_t)(box->next - packet->block) : 0;
    return packet;
}

/* Links the blocks of a packet through their first words, and recycles it. */
static void remote_send_chain(struct heap *from, struct heap *to, struct remote_packet *packet)
{
    for (uint32_t i = 1; i < packet->count; i++)
        *(void **)packet->block[i - 1] = packet->block[i];
    heap_remote_chain(to, packet->block[0], packet->block[packet->count - 1]);
    count_add(&from->out.chains, 1);
    remote_recycle(&from->out, packet);
}

static void remote_send_packet(struct heap *from, struct heap *to, struct remote_packet *packet)
{
    struct remote_packet *head = __atomic_load_n(&to->in.inbox, __ATOMIC_ACQUIRE); /* its depth is read */
    do {
        packet->next = head;
        store_relaxed(&packet->depth, (uint16_t)(head ? load_relaxed(&head->depth) + 1 : 1));
    } while (!__atomic_compare_exchange_n(&to->in.inbox, &head, packet, true, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE));
    count_add(&from->out.packets, 1);
    purge_note(to);
}

/* The packet goes to heap `to`. Inside heap_enter. The order of queueing and looking at the state is that of
 * heap_give_remote. */
LEAD_CALLS void remote_dispatch(struct heap *from, struct heap *to, struct remote_packet *packet)
{
    struct remote_packet *head = __atomic_load_n(&to->in.inbox, __ATOMIC_ACQUIRE);
    uint32_t depth = head ? load_relaxed(&head->depth) : 0;
    if (load_relaxed(&to->state) == HEAP_LOST || (head && load_relaxed(&head->depth) >= REMOTE_DEPTH_MAX))
        remote_send_chain(from, to, packet);
    else
        remote_send_packet(from, to, packet);
    heap_parked(to);
    if (depth >= REMOTE_DEPTH_MAX || lock_help_wanted(depth))
        lock_help(to);
}

/* What is in a box goes to its heap; the box is unused then. Inside heap_enter. */
static void remote_send(struct heap *from, struct remote_box *box)
{
    struct heap *to = box->to;
    if (!to)
        return;
    uint32_t count;
    struct remote_packet *packet = remote_packet(box, &count);
    packet->count = (lead_number)count;
    *box = (struct remote_box){NULL, NULL};
    from->out.bound--;
    remote_dispatch(from, to, packet);
}

void remote_flush(struct heap *h)
{
    lead_flush(h);
    for (unsigned i = 0; i < REMOTE_BOXES && h->out.bound > 0; i++)
        remote_send(h, &h->out.box[i]);
    h->out.flush_at = h->remote_sent_bytes + REMOTE_HELD_MAX;
}

/* A box with room for one more; NULL: no memory, or not worth it. Inside heap_enter. */
static struct remote_box *remote_bind(struct heap *from, struct heap *to)
{
    struct remote_box *box = remote_box(from, to);
    if (box->to == to)
        return box;
    remote_send(from, box);
    struct remote_packet *packet = remote_empty(&from->out);
    if (!packet)
        return NULL;
    packet->count = 1; /* its head is no block's address: remote_add looks at it */
    packet->bytes = 0;
    lead_mixed(&packet->class);
    *box = (struct remote_box){to, packet->block};
    from->out.bound++;
    return box;
}

hot_inline void remote_add(struct heap *from, struct remote_box *box, void *p, uint32_t size, uint64_t sent_bytes)
{
    void **next = box->next;
    if (unlikely(next[-1] == p)) /* the packet's head, where it is empty */
        log_bad_pointer("free", p, BAD_FREED);
    *next = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* a fork between the two finds only blocks below next */
    box->next = next + 1;
    ((struct remote_packet *)((uintptr_t)next & ~(uintptr_t)(REMOTE_PACKET - 1)))->bytes += size;
    store_relaxed(&from->remote_sent_bytes, sent_bytes);
    from->remote_sent_blocks++; /* others read it relaxed; one instruction, where count_add is three */
}

/* A heap whose thread has ended takes blocks at once. */
static bool remote_gathers(const struct heap *to, const struct slab *s)
{
    return load_relaxed(&to->state) == HEAP_OWNED && s->block_size <= REMOTE_HELD_MAX;
}

/* The heap that gathers blocks for heap to; NULL: they are given one by one. A thread without a heap gets one when it goes on
 * freeing other threads' blocks. */
static struct heap *remote_sender(struct heap *from, const struct heap *to, const struct slab *s)
{
    if (!remote_gathers(to, s))
        return NULL;
    if (from == &heap_none) {
        if (remote_alone == REMOTE_ALONE_MAX || ++remote_alone < REMOTE_ALONE_MAX)
            return NULL;
        int saved = errno;
        from = thread_heap();
        errno = saved;
    }
    return from && from != to && heap_enter(from) ? from : NULL;
}

/* Is one more block in the box all that fits? */
static bool remote_nearly_full(const struct remote_box *box)
{
    return (uintptr_t)box->next % REMOTE_PACKET == REMOTE_PACKET - sizeof(void *);
}

/* p into its box, which may be sent. False: no memory for one. Inside heap_enter. */
static bool remote_gather(struct heap *from, struct heap *to, uint32_t size, void *p)
{
    if (from->remote_sent_bytes + size > from->out.flush_at)
        remote_flush(from); /* which counts what was in leads */
    struct remote_box *box = remote_bind(from, to);
    if (!box) {
        count_add(&from->out.single, 1);
        return false;
    }
    bool full = remote_nearly_full(box);
    remote_add(from, box, p, size, from->remote_sent_bytes + size);
    if (full)
        remote_send(from, box);
    return true;
}

/* Blocks of one size into their owner's box. Inside heap_enter. */
LEAD_CALLS void remote_append(struct heap *from, struct heap *to, uint32_t size, void *const *block, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (remote_gather(from, to, size, block[i]))
            continue;
        heap_remote_push(from, to, slab_of(block[i]), block[i]);
        heap_parked(to);
    }
}

void remote_give_inside(struct heap *from, struct heap *to, struct slab *s, void *p)
{
    if (remote_gathers(to, s)) {
        remote_append(from, to, s->block_size, &p, 1);
        return;
    }
    heap_remote_push(from, to, s, p);
    heap_parked(to);
}

/* The rest of remote_give: p has no box, or something must be sent. */
LEAD_CALLS noinline void remote_give_slow(void *p, struct heap *from, struct slab *s, struct heap *to)
{
    struct heap *sender = remote_sender(from, to, s);
    unsigned class = s->class; /* once the block has gone, s may be another heap's */
    if (sender)
        lead_hold(sender);
    bool gathered = sender && remote_gather(sender, to, s->block_size, p);
    if (sender) {
        heap_leave(sender);
        lead_open(sender, class);
    }
    if (gathered)
        return;
    if (heap_self == to) /* it has just been adopted */
        front_give(to, s, p);
    else
        heap_give_remote(heap_self, to, s, p);
}

/* The bracket around the few stores is heap_enter's without errno: a signal handler that frees meanwhile sends one by one.
 * Before it opens, one may empty the box, so all is looked at inside. A thread without a heap has no box. */
void remote_give(void *p, struct heap *from, struct slab *s, struct heap *to)
{
    if (lead_wanted(&from->out.lead, s->class)) {
        lead_give(p, from, s, to);
        return;
    }
    struct remote_box *box = remote_box(from, to);
    if (likely(!lock_inside)) {
        lock_hold();
        uint32_t size = s->block_size;
        uint64_t bytes = 0;
        bool fits = box->to == to && (bytes = from->remote_sent_bytes + size) <= from->out.flush_at && !remote_nearly_full(box);
        if (likely(fits))
            remote_add(from, box, p, size, bytes);
        lock_let();
        if (likely(fits))
            return;
    }
    remote_give_slow(p, from, s, to);
}

/* --- Receiving ----------------------------------------------------------------------------------------------------------- */

/* The next packet, or NULL. */
static struct remote_packet *remote_next(struct heap *h)
{
    struct remote_packet *packet = h->out.received;
    if (!packet && load_relaxed(&h->in.inbox))
        packet = __atomic_exchange_n(&h->in.inbox, NULL, __ATOMIC_ACQUIRE);
    store_relaxed(&h->out.received, packet ? packet->next : NULL);
    return packet;
}

/* A block that has arrived and that the front has no room for at hand. Inside heap_enter. */
LEAD_CALLS noinline void remote_arrive(struct heap *h, void *p)
{
    struct slab *s = slab_of(p);
    hak_assert(slab_heap(s) == h);
    if (unlikely(front_newest(&h->front.bin[s->class], p)))
        log_bad_pointer("free", p, BAD_FREED);
    front_drain_inside(h, s, p);
}

/* The blocks of a packet into the front of h, which the calling thread has, by the shortest way that they can go. How many went
 * the long way. Inside heap_enter. */
static uint32_t remote_cache(struct heap *h, struct remote_packet *packet)
{
    uint32_t misses = 0;
    if (lead_cache(h, packet))
        return packet->count; /* the table had no part in it */
    for (void **at = packet->block, **end = at + packet->count; at < end; at++) {
        void *p = *at;
        struct front_bin *bin = NULL;
        if (likely(route_return(&h->front.route, &h->front.section, p, &bin)))
            continue;
        if (bin != front_nowhere(h) && !front_newest(bin, p) &&
            (front_wide(&h->front, bin) ? front_bin_push : front_spill)(&h->front, front_behind(&h->front, bin), p))
            continue;
        remote_arrive(h, p);
        misses++;
    }
    return misses;
}

/* A packet has been emptied. */
static void remote_emptied(struct heap *h, struct remote_packet *packet)
{
    count_add(&h->remote_received_blocks, packet->count);
    count_add(&h->remote_received_bytes, packet->bytes);
    remote_recycle(&h->out, packet);
}

void remote_receive(struct heap *h)
{
    struct remote_packet *packet;
    for (int i = 0; i < REMOTE_RECEIVE && !load_relaxed(&h->lock.wanted) && (packet = remote_next(h)); i++) {
        heap_give_all(h, packet->block, packet->count);
        remote_emptied(h, packet);
    }
}

void *remote_take(struct heap *h, unsigned class)
{
    void *p = NULL;
    uint32_t misses = 0;
    if (!heap_enter(h))
        return NULL;
    for (struct remote_packet *packet; !p && (packet = remote_next(h));) {
        misses += remote_cache(h, packet);
        remote_emptied(h, packet);
        p = front_bin_pop(&h->front, class);
    }
    heap_leave(h);
    route_miss(h, misses);
    return p;
}

void remote_park(struct heap *h)
{
    remote_flush(h);
    lead_park(h);
    if (h->out.spares > 0)
        remote_return(&h->out, 0);
}

/* --- Counters, fork ------------------------------------------------------------------------------------------------------ */

static uint64_t remote_count_packet(const struct remote_packet *packet, uint32_t length, const struct slab *s)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < length; i++)
        count += !s || slab_of(packet->block[i]) == s;
    return count;
}

struct remote_walk {
    const struct heap *to;
    const struct slab *slab;
    uint64_t count;
};

static void remote_count_boxes(void *context, struct heap *from)
{
    struct remote_walk *walk = context;
    for (unsigned i = 0; i < REMOTE_BOXES; i++) {
        uint32_t count;
        const struct remote_packet *packet = remote_packet(&from->out.box[i], &count);
        if (from->out.box[i].to == walk->to)
            walk->count += remote_count_packet(packet, count, walk->slab);
    }
    walk->count += lead_count(from, walk->to, walk->slab);
}

uint64_t remote_count(const struct heap *to, const struct slab *s)
{
    struct remote_walk walk = {to, s, 0};
    const struct remote_packet *packet = __atomic_load_n(&to->in.inbox, __ATOMIC_ACQUIRE);
    for (; packet; packet = packet->next)
        walk.count += remote_count_packet(packet, packet->count, s);
    for (packet = to->out.received; packet; packet = packet->next)
        walk.count += remote_count_packet(packet, packet->count, s);
    thread_each_heap(remote_count_boxes, &walk);
    return walk.count;
}

static void remote_stats(stats_each *each, void *context)
{
    each(context, "batch.packets", STATS_HEAPS(out.packets), "packets sent");
    each(context, "batch.chains", STATS_HEAPS(out.chains), "packets sent that became chains");
    each(context, "batch.single", STATS_HEAPS(out.single), "blocks sent one by one, though the sender has a heap");
    each(context, "batch.limit_bytes", REMOTE_HELD_MAX, "the most that a thread holds for other heaps");
    each(context, "batch.packets_made", load_relaxed(&remote_made), "packets that there are");
}
STATS_PART(remote_stats);

PEEK(remote, NULL, PEEK_HEAPS("batch.packets", out.packets), PEEK_HEAPS("batch.chains", out.chains),
     PEEK_HEAPS("batch.single", out.single));
PEEK(remote_made, &remote_made, PEEK_OBJECT("batch.packets_made"));
