/* SPDX-License-Identifier: MIT */
/* spare.h - spare memory, which the allocator holds and the program does not use: how much there is, and how much there may be.
 *
 * Each seam that keeps spare memory counts it here, and returns some to the system when spare_excess is not 0. It does so
 * inside the program's calls to free, since no other call may ever follow. There is no lock: all words are atomic and relaxed,
 * so that sums are approximate.
 *
 *   live    = bytes held from the system for blocks - bytes of every kind below
 *   spare   = bytes of the kinds that have memory behind them
 *   base    = the larger of 24 MiB, and of a fifth of what is live in slabs + one and a half of what is live in large blocks
 *   allowed = base * 2 ^ grown, but no more than the larger of base, 48 MiB, and a quarter of what was live at the recent peak
 * grown is 0 to 8. It rises by one when the program has wanted again half of `allowed`, within a second of the latest return to
 * the system. It falls by one when it has not changed for ten seconds.
 */
#ifndef HAK_SPARE_H
#define HAK_SPARE_H

#include "core/low/compiler.h"

enum spare_kind {
    SPARE_SUPERSLABS, /* empty, kept by the lazy seam */
    SPARE_LARGE,      /* ranges that the large seam keeps */
    SPARE_SLOTS,      /* of SuperSlabs in use, that no heap has */
    SPARE_PAGES,      /* of free blocks of partly used slabs, as far as somebody has looked */
    SPARE_EMPTY,      /* slots and blocks that nobody has, and no memory is behind; not part of spare */
    SPARE_KINDS
};

HAK_EXTERN int64_t spare_bytes[SPARE_KINDS];

static inline void spare_add(enum spare_kind kind, int64_t bytes)
{
    __atomic_fetch_add(&spare_bytes[kind], bytes, __ATOMIC_RELAXED);
}

static inline uint64_t spare_of(enum spare_kind kind)
{
    int64_t bytes = load_relaxed(&spare_bytes[kind]);
    return bytes > 0 ? (uint64_t)bytes : 0;
}

uint64_t spare_live(void);    /* bytes that are live now, about */
uint64_t spare_held(void);    /* bytes that are spare */
uint64_t spare_allowed(void); /* bytes that may be */
uint64_t spare_excess(void); /* the difference, where more is held than may be; else 0 */

/* So many bytes have gone back to the system since there were too many; so many untouched ones are about to be used. */
void spare_gave(uint64_t bytes);
void spare_fresh(uint64_t bytes);

#endif
