/* SPDX-License-Identifier: MIT */
/* phases/17-purge/lock.h - phase 17, the lock seam: others go into a heap whose thread does not come for its blocks. They help,
 * by draining its queue, when much has gathered and it has run no slow path for LOCK_ASLEEP_MS.
 *
 * Who has the lock and does not have the heap (a helper) looks at `wanted` after each piece of work, and leaves. Where the
 * helper was stopped meanwhile, the owner goes on without its heap (heap.h).
 */
#ifndef HAK_PHASE_LOCK_H
#define HAK_PHASE_LOCK_H

#include "core/low/compiler.h"
#include "core/seam/purge.h"

enum { LOCK_HELP_SHIFT = 18 };   /* each 256 KiB that are sent one by one: time to look whether help is needed */
enum { LOCK_HELP_PACKETS = 32 }; /* or each 32 packets that gather */
enum { LOCK_ASLEEP_MS = 4 };     /* without a slow path: a thread is taken for asleep. By the coarse clock */

struct lock_heap {
    LOCK_HEAP_FIELDS
    uint64_t entries;  /* of the owner; written inside, read by anybody */
    uint64_t looked, looked_ms; /* entries when somebody first saw so many, and when. Relaxed, any thread */
    uint64_t swept;    /* entries when the thread last came by; written inside */
    uint64_t served;   /* entries + helped when all was given back for want of a slot; written inside */
    uint64_t helped;   /* drained by others so often; written inside, read by anybody */
};

static inline void lock_entered(struct lock_heap *l)
{
    count_add(&l->entries, 1);
}

static inline bool lock_help_due(uint64_t before, uint64_t after)
{
    return (before ^ after) >> LOCK_HELP_SHIFT;
}

static inline bool lock_help_wanted(uint32_t packets)
{
    return packets % LOCK_HELP_PACKETS == LOCK_HELP_PACKETS - 1;
}

void lock_help(struct heap *h);

/* By another thread than the one that has h, and never waits: true, it is inside, until lock_give. Not a heap that fork has
 * lost. */
bool lock_visit(struct heap *h);

/* Has the heap's thread run no slow path for LOCK_ASLEEP_MS, as far as others have looked? Any thread. */
bool lock_asleep(struct lock_heap *l, uint64_t now_ms);

#endif
