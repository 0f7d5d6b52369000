/* plain/purge.h - the plain answer of the purge seam: what a heap keeps is its thread's to give back. */
#ifndef HAK_BASE_PURGE_H
#define HAK_BASE_PURGE_H

struct purge_heap {};

static inline void purge_acquired(void)
{
}

static inline void purge_released(void)
{
}

static inline void purge_freed(struct purge_heap *p, uint64_t bytes)
{
    (void)p, (void)bytes;
}

static inline void purge_note(struct heap *h)
{
    (void)h;
}

static inline bool purge_pressure(void)
{
    return false;
}

static inline uint64_t purge_age(uint64_t now_ms)
{
    (void)now_ms;
    return UINT64_MAX;
}

static inline void purge_tick(bool freeing)
{
    background_tick(freeing);
}

static inline void purge_forget(struct heap *h)
{
    (void)h;
}

static inline void purge_fork_child(void)
{
}

#endif
