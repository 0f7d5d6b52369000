/* SPDX-License-Identifier: MIT */
/* plain/run.h - the plain answer of the run seam: an empty run goes to the pool. */
#ifndef HAK_PLAIN_RUN_H
#define HAK_PLAIN_RUN_H

struct run_heap {};

ANSWER(void *, run_pop, (struct heap *h, unsigned class), NULL)
ANSWER(void *, run_push, (struct heap *h, struct slab *s, void *p), p)
ANSWER(bool, run_puts, (struct run_heap *r, const struct slab *s, void *p), false)
ANSWER(bool, run_keep, (struct heap *h, struct slab *s), false)
ANSWER(uint64_t, run_cached, (const struct heap *h, const struct slab *s), 0)
ANSWER(uint64_t, run_cached_bytes, (const struct heap *h), 0)
ANSWER(bool, run_yield, (struct heap *h), false)
NOTHING(run_flush, (struct heap *h))
NOTHING(run_park, (struct heap *h))

#endif
