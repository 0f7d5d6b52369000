/* base/lazy.c - see base/lazy.h. */
#include "core/superslab.h"

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

void lazy_start(void)
{
}

void lazy_stop(void)
{
}

void lazy_stats(stats_each *each, void *context)
{
    (void)each, (void)context;
}

void lazy_fork_lock(void)
{
}

void lazy_fork_unlock(bool child)
{
    (void)child;
}
