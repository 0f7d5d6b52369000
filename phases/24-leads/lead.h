/* SPDX-License-Identifier: MIT */
/* lead.h - phase 24, the lead seam: free's short way puts tiny blocks of other heaps into arrays, one for each class and owner,
 * which go off as packets of one class when full. Short ones go into the owner's box.
 *
 * An entry of a heap's table that leads to a lead is exact: while it stands, its slot is a slab of that heap and class. The
 * first free of a block of the slab writes it. It goes when the slab goes: who releases a slab takes its entries out of the
 * tables of all heaps first. No block of the slab is used then, so nobody frees one, and nobody reads or writes these
 * entries meanwhile. Which tables to look at: a heap with leads has one of 32 bits, and a slab the bits of all heaps that have
 * written an entry for it.
 *
 * A lead is for one heap and class until a malloc has missed and finds `stale`. A push that a handler has interrupted goes on
 * with the lead that its entry named, and a miss is never in a handler (hakmem.h).
 *
 * Must hold, for a heap A whose thread is the caller and inside no slow path, or is not running:
 *   entry of slot i in the table of A = lead k  =>  slot i is a slab of heap to[k] and class[k], and has the bit of A
 *   lead k holds blocks of slabs of heap to[k] and class[k], and LEAD_GONE where a push was interrupted
 *   slot[k][0] = NULL, slot[k] <= top <= limit = slot[k] + room[k]
 *   bytes = sum of room[k] * size of class[k] over leads in use <= LEAD_HELD_MAX
 *   PARKED => nothing lies in a lead
 */
#ifndef HAK_LEADS_LEAD_H
#define HAK_LEADS_LEAD_H

enum {
    LEADS = 64,
    LEAD_BLOCKS = 30,       /* as many as a packet takes */
    LEAD_LEAST = 4,         /* what a lead has room for, at least; that is an even number */
    LEAD_HELD_MAX = 262144, /* bytes of all leads in use */
    LEAD_REFUSED = 16,      /* blocks of slabs without a lead after which a heap enters no more, for a pause */
    LEAD_PAUSE = 64,        /* blocks that the first pause lasts; each that follows one in vain is twice as long, */
    LEAD_PAUSES = 10,       /* up to so many times */
    LEAD_LISTS = 32
};
#define LEAD_GONE ((void *)1) /* in a slot whose block has been sent. No block: these are multiples of 16 */

struct lead_set {
    struct heap *to[LEADS]; /* NULL: unused */
    uint8_t class[LEADS];
    uint8_t room[LEADS];    /* blocks that it takes: an even number */
    uint32_t bytes;         /* that all leads in use may hold */
    uint32_t bit;           /* this heap's */
    uint32_t refused;       /* blocks since the last pause that had no lead, */
    uint64_t led, all;      /* and lead_out.sent and remote_sent_blocks then */
    void *slot[LEADS][LEAD_BLOCKS + 2]; /* the first holds NULL: no block is there; the last is not used */
};

struct lead_out {
    struct lead_set *set; /* NULL until the first is wanted; never goes */
    struct heap *next;    /* in the list of those with the same bit; written once */
    bool leading;         /* slabs of tiny classes get an entry */
    bool hold;            /* lead_flush does nothing */
    bool stale;           /* leads are begun anew at the next miss of malloc */
    uint8_t pauses;       /* in vain, one after the other */
    uint64_t pause;       /* where slabs get none: they may again when remote_sent_blocks has come to this */
    uint64_t sent;        /* blocks that leads have sent. Owner writes */
    uint64_t entered;     /* entries that this heap has written. Owner writes */
    uint64_t withdrawn;   /* and those to this heap's slabs that were taken out when the slab went. Inside the lock */
};

typedef uint8_t lead_number;
struct lead_class {
    uint8_t next; /* 1 + the class of all blocks of the packet; 0: of several, perhaps */
};

struct lead_superslab {
    uint32_t heaps[SLABS_PER_SUPERSLAB]; /* a bit for each list of heaps that may have an entry for the slot. Atomic, relaxed */
};

ANSWER(bool, lead_refuses, (const struct front_bin *bin, const struct front_bin *first), bin < first)
ANSWER(bool, lead_wanted, (const struct lead_out *out, unsigned class), out->leading && class < CLASS_TINY)
ANSWER(bool, lead_writes, (void), true)

static inline void lead_mixed(struct lead_class *class)
{
    class->next = 0;
}

void lead_missed(struct heap *h);
void lead_give(void *p, struct heap *from, struct slab *s, struct heap *to);
bool lead_again(struct heap *from, void *p, struct front_bin *bin);
void lead_disown(struct heap *h, struct slab *s);
void lead_hold(struct heap *from);
void lead_open(struct heap *from, unsigned class);
void lead_flush(struct heap *from);
void lead_park(struct heap *from);
bool lead_cache(struct heap *h, struct remote_packet *packet);
uint64_t lead_count(struct heap *from, const struct heap *to, const struct slab *s);
uint64_t lead_held(struct heap *h, uint64_t *bytes);

/* What the sender has for leads: remote.c. On the thread that has the heap; inside heap_enter, but for remote_give_slow. */
#define LEAD_CALLS
struct remote_packet *remote_empty(struct remote_out *out); /* an empty packet, or NULL: no memory */
void remote_keep(struct remote_out *out, struct remote_packet *packet);
void remote_dispatch(struct heap *from, struct heap *to, struct remote_packet *packet);
void remote_append(struct heap *from, struct heap *to, uint32_t size, void *const *block, size_t count); /* into its box */
void remote_give_slow(void *p, struct heap *from, struct slab *s, struct heap *to);
void remote_arrive(struct heap *h, void *p);

#endif
