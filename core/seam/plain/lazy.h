/* SPDX-License-Identifier: MIT */
/* plain/lazy.h - the plain answer of the lazy seam: map a SuperSlab when one is wanted, unmap it as soon as it is empty. */
#ifndef HAK_PLAIN_LAZY_H
#define HAK_PLAIN_LAZY_H

struct lazy_superslab {};

struct superslab *superslab_map(void);
void superslab_unmap(struct superslab *ss);

ANSWER(struct superslab *, lazy_acquire, (void), superslab_map())
ANSWER(size_t, lazy_trim, (void), 0)
ANSWER(uint64_t, lazy_age, (uint64_t now_ms), UINT64_MAX)
ANSWER(size_t, lazy_shed, (uint64_t bytes), 0)
ANSWER(void, lazy_release, (struct superslab *ss), superslab_unmap(ss))
NOTHING(lazy_tick, (void))
NOTHING(lazy_start, (void))
NOTHING(lazy_stop, (void))

#endif
