/* plain/remote.h - the plain answer of the remote seam: blocks go home one by one, through the owner's remote list. */
#ifndef HAK_BASE_REMOTE_H
#define HAK_BASE_REMOTE_H

#define REMOTE_BATCHES false
struct remote_out {};
struct remote_in {};

void heap_give_remote(struct heap *from, struct heap *to, struct slab *s, void *p);

static inline void remote_give(struct heap *from, struct heap *to, struct slab *s, void *p)
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

static inline bool remote_waiting(const struct remote_out *out, const struct remote_in *in)
{
    (void)out, (void)in;
    return false;
}

static inline void *remote_take(struct heap *h, unsigned class)
{
    (void)h, (void)class;
    return NULL;
}

static inline void remote_receive(struct heap *h)
{
    (void)h;
}

static inline void remote_flush(struct heap *h)
{
    (void)h;
}

static inline void remote_park(struct heap *h)
{
    (void)h;
}

static inline void remote_opening(void)
{
}

static inline uint64_t remote_count(const struct heap *to, const struct slab *s)
{
    (void)to, (void)s;
    return 0;
}

static inline void remote_fork_lock(void)
{
}

static inline void remote_fork_unlock(bool child)
{
    (void)child;
}

#endif
