/* base/purge.h - the base answer of the purge seam: nobody watches; what is kept goes when the program calls. */
#ifndef HAK_BASE_PURGE_H
#define HAK_BASE_PURGE_H

#define PURGE_WATCHES false
#define PURGE_ENV(X)

static inline void purge_acquired(void)
{
}

static inline void purge_released(void)
{
}

static inline void purge_ring(void)
{
}

static inline void purge_slots_come(uint32_t slots)
{
    (void)slots;
}

static inline void purge_slots_go(uint32_t slots)
{
    (void)slots;
}

static inline void purge_sweeps(purge_sweep *sweep)
{
    (void)sweep;
}

static inline bool purge_pressure(void)
{
    return false;
}

static inline void purge_tick(bool freeing)
{
    (void)freeing;
}

static inline void purge_start(void)
{
}

static inline void purge_fork_child(void)
{
}

static inline void purge_stats(stats_each *each, void *context)
{
    (void)each, (void)context;
}

#endif
