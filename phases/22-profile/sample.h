/* SPDX-License-Identifier: MIT */
/* sample.h - phase 22: a heap profile by samples. sample.c draws and keeps the samples, stack.c finds the program's stack,
 * dump.c writes the profile.
 *
 *   took(p, size) -> so many bytes until the next sample? -> no: nothing
 *                                                            yes: stack -> its entry in the table of stacks
 *                                                                 p     -> a slot in the table of blocks, which names the stack
 *   gave(p)       -> p in the table of blocks? -> no: nothing     yes: its stack has a block less
 *
 * Both tables are arrays of a fixed size in mappings of their own; a place is taken by a compare-and-swap. So nothing here
 * waits, allocates or takes a lock, and a fork needs no care. Without HAKMEM_PROFILE neither table exists.
 */
#ifndef HAK_SAMPLE_H
#define HAK_SAMPLE_H

#include "core/low/compiler.h"

enum { SAMPLE_STACKS = 1 << 13, SAMPLE_DEPTH = 32 }; /* different stacks; addresses of each */

struct sample_stack {
    uint64_t hash; /* of the addresses. 0: free; 1: being filled. Atomic */
    uint64_t depth;
    uint64_t live_blocks, live_bytes, all_blocks, all_bytes; /* of samples, as they were asked for. Atomic */
    uintptr_t address[SAMPLE_DEPTH];
};

struct sample_block;
extern struct sample_block *sample_blocks; /* NULL: off. Written once, at the start */
extern struct sample_stack *sample_stacks;
extern uint64_t sample_interval;           /* HAKMEM_PROFILE: bytes between samples, on average; 0: off */
extern HAK_TLS const void *sample_frame;   /* of the function of the interface that the program has called; NULL: none */

void sample_count(void *p, size_t size);
void sample_drop(void *p);
unsigned sample_walk(const void *frame, uintptr_t *to, unsigned most); /* stack.c: return addresses, the newest first */
void sample_dump_start(void);                                          /* dump.c */
void sample_dump(void);                                                /* also in a signal handler */

void sample_start(void);
void sample_stop(void);
ANSWER(bool, sample_all, (void), sample_blocks != NULL)

hot_inline bool sample_enter(void)
{
    if (likely(!sample_blocks) || sample_frame)
        return false;
    sample_frame = __builtin_frame_address(0);
    return true;
}

hot_inline void sample_leave(bool outer)
{
    if (unlikely(outer))
        sample_frame = NULL;
}

hot_inline void sample_took(void *p, size_t size)
{
    if (unlikely(sample_blocks) && p)
        sample_count(p, size);
}

hot_inline void sample_gave(void *p)
{
    if (unlikely(sample_blocks))
        sample_drop(p);
}

#endif
