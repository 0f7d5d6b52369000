/* SPDX-License-Identifier: MIT */
/* plain/purge.h - the plain answer of the purge seam: what a heap keeps is its thread's to give back. */
#ifndef HAK_PLAIN_PURGE_H
#define HAK_PLAIN_PURGE_H

struct purge_heap {};

NOTHING(purge_acquired, (void))
NOTHING(purge_released, (void))
NOTHING(purge_freed, (struct purge_heap *p, uint64_t bytes))
NOTHING(purge_note, (struct heap *h))
ANSWER(bool, purge_pressure, (void), false)
ANSWER(uint64_t, purge_age, (uint64_t now_ms), UINT64_MAX)

static inline void purge_tick(bool freeing)
{
    background_tick(freeing);
}

NOTHING(purge_trim, (struct heap *h))
NOTHING(purge_forget, (struct heap *h))
NOTHING(purge_fork_child, (void))

#endif
