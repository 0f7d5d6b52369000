/* plain/large.h - the plain answer of the large seam: nothing is kept; a large block's mapping goes when the block is freed. */
#ifndef HAK_BASE_LARGE_H
#define HAK_BASE_LARGE_H

void *mapped_alloc(size_t size, size_t align);

static inline size_t large_round(size_t bytes)
{
    return bytes;
}

static inline char *large_take(size_t bytes, size_t align)
{
    (void)bytes, (void)align;
    return NULL;
}

static inline void large_yield(size_t bytes)
{
    (void)bytes;
}

static inline bool large_give(void *start, size_t bytes)
{
    (void)start, (void)bytes;
    return false;
}

static inline bool large_extend(void *start, size_t bytes)
{
    (void)start, (void)bytes;
    return false;
}

static inline void large_grown(void)
{
}

static inline void *large_alloc(size_t size, bool *zero)
{
    *zero = true;
    return mapped_alloc(size, 0);
}

static inline uint64_t large_age(uint64_t now_ms)
{
    (void)now_ms;
    return UINT64_MAX;
}

static inline void large_tick(void)
{
}

static inline size_t large_shed(uint64_t bytes)
{
    (void)bytes;
    return 0;
}

static inline size_t large_trim(void)
{
    return 0;
}

static inline uint64_t large_held(void)
{
    return 0;
}

static inline void large_fork_lock(void)
{
}

static inline void large_fork_unlock(bool child)
{
    (void)child;
}

#endif
