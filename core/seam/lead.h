/* SPDX-License-Identifier: MIT */
/* seam/lead.h - the lead seam, a question of those who free, look up and send home: may free's short way take blocks of
 * other heaps, too?
 *
 * A lead is where the short way of a heap leads blocks of one class and one other heap, until they are sent together. An answer
 * defines LEADS, how many a heap has; struct lead_out, its state in a heap, of the thread that has it, zero at first;
 * struct lead_superslab, its state in a SuperSlab, zero at first; lead_number, which holds how many blocks lie in a packet,
 * with struct lead_class beside it in two bytes; and LEAD_CALLS, how functions of the sender's are declared that it calls.
 *
 * Must hold: what lies in a lead was freed in a slab of its heap and class. On the way it counts as remote. Nothing lies in the
 * leads of a parked heap. The short way of a slot leads to a lead only while the slot is a slab of that heap and class.
 */
#ifndef HAK_SEAM_LEAD_H
#define HAK_SEAM_LEAD_H

#include "core/heap/slab.h"
#include "core/low/compiler.h"

struct front_bin;
struct heap;
struct remote_out;
struct remote_packet;
struct slab;

/* It begins as a bin does. A block goes to top[1] while top has not come to limit, unless it is *top. */
struct lead {
    void **top, **limit;
};

#include HAK_SEAM_lead

/* The short way has refused a block at `bin`. Is that a lead, not one of the bins, of which `first` is the first? */
SEAM(lead_refuses, bool, (const struct front_bin *bin, const struct front_bin *first));
/* Then: into that lead, after what lies there is sent. False: it must go the long way. The thread that has `from`. */
SEAM(lead_again, bool, (struct heap *from, void *p, struct front_bin *bin));
SEAM(lead_wanted, bool, (const struct lead_out *out, unsigned class)); /* shall blocks of that class go by lead_give? */
SEAM(lead_give, void, (void *p, struct heap *from, struct slab *s, struct heap *to)); /* as remote_give */
SEAM(lead_hold, void, (struct heap *from)); /* a block is about to go another way: no lead_flush until lead_open */
SEAM(lead_open, void, (struct heap *from, unsigned class)); /* the block, of that class, has gone another way */
SEAM(lead_flush, void, (struct heap *from));                      /* what is in leads is sent. Inside heap_enter */
SEAM(lead_park, void, (struct heap *from));                       /* so it was, and the heap's thread ends */
SEAM(lead_missed, void, (struct heap *h)); /* malloc has missed: this has interrupted no push into a lead of h's */
SEAM(lead_disown, void, (struct heap *h, struct slab *s)); /* h is about to release s, none of whose blocks is used. Inside h */
SEAM(lead_writes, bool, (void)); /* do others write to the tables of short ways of a heap? These stay mapped then */
SEAM(lead_mixed, void, (struct lead_class *class));               /* blocks of several classes will lie in the packet */
/* A packet has come home. True: its blocks are of one class, and have gone into the front of h. Inside heap_enter. */
SEAM(lead_cache, bool, (struct heap *h, struct remote_packet *packet));
SEAM(lead_count, uint64_t, (struct heap *from, const struct heap *to, const struct slab *s)); /* remote_count's part, of from */
SEAM(lead_held, uint64_t, (struct heap *h, uint64_t *bytes));     /* remote_held */

#endif
