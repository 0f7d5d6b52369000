/* SPDX-License-Identifier: MIT */
/* plain/remote.h - the plain answer of the remote seam: blocks go home one by one, through the owner's remote list. */
#ifndef HAK_PLAIN_REMOTE_H
#define HAK_PLAIN_REMOTE_H

struct remote_out {};
struct remote_in {};

void heap_give_remote(struct heap *from, struct heap *to, struct slab *s, void *p);

static inline void remote_give(void *p, struct heap *from, struct slab *s, struct heap *to)
{
    heap_give_remote(from, to, s, p);
}

void heap_remote_push(struct heap *from, struct heap *to, struct slab *s, void *p);
void heap_parked(struct heap *h);

static inline void remote_give_inside(struct heap *from, struct heap *to, struct slab *s, void *p)
{
    heap_remote_push(from, to, s, p);
    heap_parked(to);
}

ANSWER(bool, remote_waiting, (const struct remote_out *out, const struct remote_in *in), false)
ANSWER(void *, remote_take, (struct heap *h, unsigned class), NULL)
NOTHING(remote_receive, (struct heap *h))
NOTHING(remote_flush, (struct heap *h))
NOTHING(remote_park, (struct heap *h))
NOTHING(remote_opening, (void))
ANSWER(uint64_t, remote_count, (const struct heap *to, const struct slab *s), 0)
ANSWER(uint64_t, remote_held, (struct heap *h, uint64_t *bytes), 0)

#endif
