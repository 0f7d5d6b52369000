/* SPDX-License-Identifier: MIT */
/* lead.h - phase 24, the lead seam: free's short way puts tiny blocks of other heaps into arrays, one for each class and owner,
 * which are sent as packets of one class.
 *
 * Must hold, for a heap whose thread is the caller and inside no slow path, or is not running:
 *   lead k of h holds what free was called with; blocks of to[k] and class[k], but for slots that have changed hands since
 *   slot[k][0] = NULL, slot[k] <= top <= slot[k] + room[k], and limit = slot[k] (shut) or slot[k] + room[k] (open)
 *   bytes = sum of room[k] * size of class[k] over leads in use <= LEAD_HELD_MAX
 *   PARKED => no lead in use
 */
#ifndef HAK_LEADS_LEAD_H
#define HAK_LEADS_LEAD_H

/* A thread whose blocks have more classes and owners than there are leads goes without for LEAD_PAUSE blocks. */
enum {
    LEADS = 64,
    LEAD_BLOCKS = 30,       /* as many as a packet takes */
    LEAD_LEAST = 4,         /* what a lead has room for, at least */
    LEAD_HELD_MAX = 262144, /* bytes of all leads in use */
    LEAD_REFUSED = 64,      /* blocks without a lead until leads are begun anew */
    LEAD_PAUSE = 65536
};

struct lead_set {
    struct heap *to[LEADS]; /* NULL: unused */
    uint8_t class[LEADS];
    uint8_t room[LEADS];    /* blocks that it takes */
    uint32_t bytes;         /* that all leads in use may hold */
    uint32_t refused;       /* blocks that had no lead since none was in use, */
    uint64_t sent;          /* and lead_out.sent then */
    void *slot[LEADS][LEAD_BLOCKS + 2]; /* the first holds NULL: no block is there; the last is not used */
};

struct lead_out {
    struct lead_set *set; /* NULL until the first is wanted; never goes */
    bool leading;         /* tiny blocks go by leads */
    bool hold;            /* lead_flush does nothing */
    uint64_t pause;       /* where they do not: they may again when remote_sent_blocks has come to this */
    uint64_t sent, astray; /* blocks that leads have sent; that came into a wrong lead. Owner writes */
};

typedef uint8_t lead_number;
struct lead_class {
    uint8_t next; /* 1 + the class of all blocks of the packet; 0: of several, perhaps */
};

ANSWER(bool, lead_refuses, (const struct front_bin *bin, const struct front_bin *first), bin < first)
ANSWER(bool, lead_wanted, (const struct lead_out *out, unsigned class), out->leading && class < CLASS_TINY)

static inline void lead_mixed(struct lead_class *class)
{
    class->next = 0;
}

void lead_give(void *p, struct heap *from, struct slab *s, struct heap *to);
void lead_hold(struct heap *from);
void lead_open(struct heap *from, const struct slab *s);
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
void remote_give_slow(void *p, struct heap *from, struct slab *s, struct heap *to);
void remote_arrive(struct heap *h, void *p);

#endif
