/* seam/front.h - the front seam: is there a cached block of this class for this thread? may I leave this one with you?
 *
 * Asked by malloc and free themselves: front_pop and front_push are inline and take the front's own state; the rest is
 * asked on slow paths, on the thread that owns the heap. An answer includes compiler.h and sizeclass.h and defines struct
 * front_heap, FRONT_INIT (its initializer for a heap that no thread has: holds nothing, takes nothing), FRONT_CACHES (false:
 * core goes straight to the slab and never calls front_pop and front_push), front_pop, front_push, front_spill and FRONT_ENV.
 *
 * Must hold: a block enters the front of heap h only when slab_of(block)->heap = h, or where the foreign seam keeps others';
 * while there it counts as used in its slab (used = live + cached + remote); front_flush leaves nothing in the front of h.
 * front_push, front_spill and front_drain are called in signal handlers, too, at any instruction of the others: then no block
 * comes into two hands, and at worst one that is freed at such a moment stays used for ever.
 */
#ifndef HAK_SEAM_FRONT_H
#define HAK_SEAM_FRONT_H

#include "core/low/compiler.h"
#include "core/heap/sizeclass.h"
#include "core/heap/stats.h"

struct heap;
struct slab;

#include HAK_SEAM_front

/* hot_inline void *front_pop(struct front_heap *f, unsigned class);            NULL: nothing cached
 * hot_inline bool front_push(struct front_heap *f, unsigned class, void *p);   false: no room
 * hot_inline bool front_push_bin(struct front_bin *bin, void *p);  the same of a bin of this heap's
 * hot_inline bool front_wide(const struct front_heap *f, const struct front_bin *bin);     a bin of f: of a mid class?
 * hot_inline bool front_spills(const struct front_bin *bin);      front_spill would be true
 * hot_inline bool front_spill(struct front_bin *bin, void *p);    front_push had no room: true: p waits for going back with
 *                                                                 others; false: front_drain */

/* hot_inline bool front_newest(const struct front_bin *bin, const void *p);     p came last into the bin
 * static inline bool front_holds(const struct front_heap *f, unsigned class, const void *p);
 *                                        p is cached here, so it has been freed. False where that takes long to say */

void *front_refill(struct heap *h, unsigned class);                       /* after a miss: a block; NULL: no memory */
void front_drain(struct heap *h, struct slab *s, void *p);                /* no room: takes p all the same */
void front_drain_inside(struct heap *h, struct slab *s, void *p);         /* the same, inside heap_enter; or there is room */
void front_flush(struct heap *h);                                         /* every cached block back to its slab */
void front_open(struct heap *h);                                          /* the heap has a thread (again) */
uint64_t front_cached(const struct heap *h, const struct slab *s);        /* blocks of s held by h's front */
uint64_t front_over_cached(const struct heap *h, const struct slab *s);   /* those of them that wait; any thread may ask */
uint64_t front_cached_total(const struct heap *h, uint64_t *bytes);       /* all that it holds; any thread may ask */
void front_stats(stats_each *each, void *context);
void front_start(void);                                                   /* once, when the environment has been read */
void front_stop(void);                                                    /* once, at exit: last words */

#endif
