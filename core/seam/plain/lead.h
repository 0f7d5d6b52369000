/* SPDX-License-Identifier: MIT */
/* plain/lead.h - the plain answer of the lead seam: no. */
#ifndef HAK_PLAIN_LEAD_H
#define HAK_PLAIN_LEAD_H

enum { LEADS = 0 };

struct lead_out {};
struct lead_class {};
struct lead_superslab {};
typedef uint16_t lead_number;
#define LEAD_CALLS static

ANSWER(bool, lead_refuses, (const struct front_bin *bin, const struct front_bin *first), false)
ANSWER(bool, lead_again, (struct heap *from, void *p, struct front_bin *bin), false)
ANSWER(bool, lead_writes, (void), false)
ANSWER(bool, lead_wanted, (const struct lead_out *out, unsigned class), false)
NOTHING(lead_give, (void *p, struct heap *from, struct slab *s, struct heap *to))
NOTHING(lead_open, (struct heap *from, unsigned class))
NOTHING(lead_hold, (struct heap *from))
NOTHING(lead_flush, (struct heap *from))
NOTHING(lead_park, (struct heap *from))
NOTHING(lead_missed, (struct heap *h))
NOTHING(lead_disown, (struct heap *h, struct slab *s))
NOTHING(lead_mixed, (struct lead_class *class))
ANSWER(bool, lead_cache, (struct heap *h, struct remote_packet *packet), false)
ANSWER(uint64_t, lead_count, (struct heap *from, const struct heap *to, const struct slab *s), 0)
ANSWER(uint64_t, lead_held, (struct heap *h, uint64_t *bytes), 0)

#endif
