/* SPDX-License-Identifier: MIT */
/* span.h - the shared half of phase 12: a span stands for one SuperSlab and says which of its slots may be claimed.
 *
 * Spans live in metadata that is never unmapped and are used again for other SuperSlabs, so a thread may look at any span at
 * any time. What a stale look can cost is a compare-and-swap that fails, or that claims a slot of the SuperSlab which the span
 * stands for now - which is as good. That is the whole argument against ABA on word: a successful swap is a claim, whatever
 * happened before it, because word says everything that makes a slot claimable.
 *
 * Two stacks hold the spans with FREED and with UNUSED slots. A span is pushed when a bit appears while it is not listed, and
 * taken off by whoever finds it without bits. Heads carry a tag that every change raises, which settles ABA on the links.
 */
#ifndef HAK_SPAN_H
#define HAK_SPAN_H

#include "core/heap/superslab.h"

enum span_kind { SPAN_FREED, SPAN_UNUSED, SPAN_KINDS };

struct pool_span {
    uint64_t word;               /* atomic; see pool.h */
    struct superslab *superslab; /* written under the pool's lock before word is published; read after a claim */
    uint32_t id;                 /* 1, 2, ...; written once */
    uint32_t next[SPAN_KINDS];   /* atomic; id of the next span in each stack, 0: none */
    uint8_t listed[SPAN_KINDS];  /* atomic; on that stack, or about to be */
    struct pool_span *spare;     /* in the list of spans that stand for nothing; under the pool's lock */
    struct pool_span *all;       /* in the list of all spans, where there is one; written once */
    uint32_t seen;               /* slots that nobody had at the last sweep; its caller's */
    uint8_t stale;               /* sweeps until there is nothing to look for in it. Atomic, relaxed */
} __attribute__((aligned(64)));

/* Claims one slot of that kind in span, the lowest, but those of `last` after all others; NULL when there is none. *lost counts
 * failed swaps. */
struct slab *span_claim(struct pool_span *span, enum span_kind kind, uint32_t last, uint64_t *lost);

/* Claims slots adjacent slots of that kind, or of both (SPAN_KINDS), from the end. */
struct slab *span_claim_run(struct pool_span *span, enum span_kind kind, unsigned slots, uint64_t *lost);

/* Claims one slot of that kind anywhere; NULL when there is none. */
struct slab *span_claim_listed(enum span_kind kind, uint32_t last, uint64_t *lost);

/* The same for a run. Of FREED slots it looks at a bounded number of spans only. */
struct slab *span_claim_run_anywhere(enum span_kind kind, unsigned slots, uint64_t *lost);

/* Slots of a SuperSlab become FREED. Returns the SuperSlab when that made it empty: it is the caller's then, and *span no
 * longer stands for it. The caller must not touch s or its SuperSlab otherwise. */
struct superslab *span_free(struct pool_span *span, unsigned first, unsigned slots, uint64_t *lost);

/* Makes span stand for ss, all slots of that kind but the claimed ones, and lists it. Under the pool's lock. */
void span_publish(struct pool_span *span, struct superslab *ss, enum span_kind kind, uint32_t claimed);

/* A new span, standing for nothing; NULL with ENOMEM. Under the pool's lock. */
struct pool_span *span_new(void);

#endif
