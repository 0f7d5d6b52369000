/* plain/lazy.c - see plain/lazy.h. */
#include "core/heap/superslab.h"

struct superslab *lazy_acquire(void)
{
    return superslab_map();
}

void lazy_release(struct superslab *ss)
{
    superslab_unmap(ss);
}

size_t lazy_trim(void)
{
    return 0;
}

void lazy_tick(void)
{
}

uint64_t lazy_age(uint64_t now_ms)
{
    (void)now_ms;
    return UINT64_MAX;
}

size_t lazy_shed(uint64_t bytes)
{
    (void)bytes;
    return 0;
}

void lazy_start(void)
{
}

void lazy_stop(void)
{
}

void lazy_fork_lock(void)
{
}

void lazy_fork_unlock(bool child)
{
    (void)child;
}
