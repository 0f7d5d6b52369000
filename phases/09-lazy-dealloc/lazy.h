/* phases/09-lazy-dealloc/lazy.h - phase 9, the lazy seam: empty SuperSlabs are kept in an LRU list and used again.
 *
 * The list is bounded by count, bytes and age, and, where the environment names neither count nor bytes, by what all may keep
 * together (spare.h); the newest goes out first, the oldest is evicted first. A bound of 0 keeps nothing: the variant then
 * behaves as the base answer does.
 */
#ifndef HAK_PHASE_LAZY_H
#define HAK_PHASE_LAZY_H

#include "core/low/compiler.h"

struct superslab;

/* In the header of a SuperSlab; all under the lock of lazy.c. */
struct lazy_superslab {
    struct superslab *newer, *older; /* neighbours in the list; of an evicted one, older links those that are about to go */
    uint64_t since_ms;               /* os_now_ms() when it came */
};

#define LAZY_DEFAULT UINT64_MAX               /* not named by the environment */
extern uint64_t lazy_size, lazy_mb, lazy_ttl; /* the bounds: SuperSlabs, MiB, seconds */
extern uint64_t lazy_prewarm;                 /* SuperSlabs to map at start */
extern uint64_t lazy_debug, lazy_prewarm_debug;

#define LAZY_ENV(X)                                                                                                  \
    X("SS_LRU_SIZE", lazy_size, 0, 1 << 20, "256", "most empty SuperSlabs to keep (0: none)")                        \
    X("SS_LRU_MB", lazy_mb, 0, 1 << 21, "512", "most MiB of empty SuperSlabs to keep (below 2: none)")               \
    X("SS_LRU_TTL", lazy_ttl, 0, 1 << 30, "60", "seconds after which an empty SuperSlab is unmapped (0: at once)")   \
    X("SS_LRU_DEBUG", lazy_debug, 0, 1, "0", "print what the SuperSlab LRU did at exit")                             \
    X("SS_PREWARM", lazy_prewarm, 0, 1 << 20, "0", "SuperSlabs to map at start, within the bounds of the LRU")       \
    X("SS_PREWARM_DEBUG", lazy_prewarm_debug, 0, 1, "0", "print what the prewarming did at exit")

/* What the LRU did. lazy_valid checks the equations that tie it together. */
struct lazy_counts {
    uint64_t pushes, prewarmed;                               /* SuperSlabs that came: emptied; mapped at start */
    uint64_t hits;                                            /* went out to be used again */
    uint64_t evictions_count, evictions_bytes, evictions_age; /* unmapped, by the bound that was exceeded */
    uint64_t evictions_spare;                                 /* unmapped, since too much was spare in all */
    uint64_t trimmed;                                         /* unmapped by lazy_trim */
    uint64_t held;                                            /* in the list now */
    uint64_t misses;                                          /* wanted, but the list was empty: mapped */
};
struct lazy_counts lazy_counts(void);

struct superslab *lazy_acquire(void);
void lazy_release(struct superslab *ss);
size_t lazy_trim(void);
void lazy_tick(void);
uint64_t lazy_age(uint64_t now_ms);
size_t lazy_shed(uint64_t bytes);
void lazy_start(void);
void lazy_stop(void);
void lazy_stats(stats_each *each, void *context);
void lazy_fork_lock(void);
void lazy_fork_unlock(bool child);

bool lazy_valid(void); /* walks the list: do all its equations hold? */

#endif
