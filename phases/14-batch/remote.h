/* SPDX-License-Identifier: MIT */
/* remote.h - phase 14: blocks of other heaps gather in packets, one for each heap that they go to, and travel together.
 *
 *   heap `from`                                              heap `to`
 *   out.box[hash(to)].next -> packet: block[0..29]    ==>    in.inbox -> packet -> packet -> ...
 *   until the packet is full, or REMOTE_HELD_MAX bytes        one compare-and-swap a packet; the owner takes the list by one
 *   have been freed since all boxes were last emptied         exchange and opens packets when its front misses a class, one by
 *                                                             one until there is a block, and all before it claims a new slab
 *
 * A packet is metadata: neither sender nor owner touches a block's memory to pass it on. Packets go from hand to hand: each
 * heap keeps some empty ones, and a store under a lock evens out between those that only send and those that only receive.
 *
 * Must hold, whenever the owner is not inside a slow path:
 *   box.to = NULL and box.next = NULL, or box.next points into a packet with room for one more and something in it
 *   blocks of heap h on the way = h's remote list + blocks in h.in.inbox and h.out.received + blocks in boxes with to = h
 *   block sizes in the boxes <= remote_sent_bytes - (flush_at - REMOTE_HELD_MAX) <= REMOTE_HELD_MAX
 *   spares <= REMOTE_SPARES_MAX
 *   PARKED => all boxes empty, no spare packet, nothing received, empty inbox
 */
#ifndef HAK_BATCH_REMOTE_H
#define HAK_BATCH_REMOTE_H

enum {
    REMOTE_BOXES = 32,
    REMOTE_PACKET_BLOCKS = 30,
    REMOTE_HELD_MAX = 262144, /* bytes that a heap holds for others; larger blocks go one by one */
    REMOTE_SPARES_MAX = 16,  /* empty packets of a heap; half of them go to the store, or come from it, at a time */
    REMOTE_DEPTH_MAX = 1024, /* packets in an inbox; what is more is linked through the blocks */
    REMOTE_RECEIVE = 128,    /* packets that one remote_receive opens */
    REMOTE_ALONE_MAX = 32    /* blocks that a thread without a heap frees one by one before it gets one */
};

struct remote_packet {
    struct remote_packet *next;
    uint32_t bytes; /* of its blocks */
    lead_number count; /* set when it is sent */
    struct lead_class class;
    uint16_t depth; /* packets from here to the end of the inbox, about. Relaxed */
    void *block[REMOTE_PACKET_BLOCKS];
};
enum { REMOTE_PACKET = 256 };
static_assert(sizeof(struct remote_packet) == REMOTE_PACKET, "an address says where in its packet it lies");
static_assert(REMOTE_DEPTH_MAX < UINT16_MAX / 2, "a depth that several senders have raised at once fits");

struct remote_box {
    struct heap *to; /* NULL: unused */
    void **next;     /* where the next block goes */
};

struct remote_out {
    struct remote_box box[REMOTE_BOXES];
    uint32_t bound;    /* boxes that are in use */
    uint64_t flush_at; /* all boxes are emptied before remote_sent_bytes passes this */
    struct remote_packet *received; /* taken from the inbox and not opened yet. Read relaxed by others */
    struct remote_packet *spare;
    uint32_t spares;
    struct lead_out lead;
    uint64_t packets, chains, single; /* sent: packets, packets that became chains, blocks one by one. Owner writes */
};

struct remote_in {
    struct remote_packet *inbox; /* newest first. Atomic */
};

static inline bool remote_waiting(const struct remote_out *out, const struct remote_in *in)
{
    return load_relaxed(&out->received) || __atomic_load_n(&in->inbox, __ATOMIC_SEQ_CST);
}

ANSWER(uint64_t, remote_held, (struct heap *h, uint64_t *bytes), lead_held(h, bytes))
void remote_give(void *p, struct heap *from, struct slab *s, struct heap *to);
void remote_give_inside(struct heap *from, struct heap *to, struct slab *s, void *p);
void *remote_take(struct heap *h, unsigned class);
void remote_receive(struct heap *h);
void remote_flush(struct heap *h);
void remote_park(struct heap *h);
void remote_opening(void);
uint64_t remote_count(const struct heap *to, const struct slab *s);

#endif
