/* seam/lazy.h - the lazy seam: a SuperSlab is wanted, a SuperSlab has become empty. Where from, where to?
 *
 * Asked by superslab_acquire and superslab_release, thread-safe, with no lock held. An answer includes compiler.h only and
 * defines struct lazy_superslab (its state in a SuperSlab's header, kept while the SuperSlab is mapped).
 *
 * Must hold: every SuperSlab that lazy_acquire returns came from superslab_map, is in nobody's hands, and has
 * slab[i].heap = NULL for all i; superslab->clean tells truthfully which slots are zero.
 */
#ifndef HAK_SEAM_LAZY_H
#define HAK_SEAM_LAZY_H

#include "core/low/compiler.h"

struct superslab;

#include HAK_SEAM_lazy

struct superslab *lazy_acquire(void);         /* NULL with errno = ENOMEM */
void lazy_release(struct superslab *ss);      /* keeps it or unmaps it */
size_t lazy_trim(void);                       /* unmaps all that it keeps; how many SuperSlabs that were */
void lazy_tick(void);                         /* called now and then from the allocation slow path: evict by age */
uint64_t lazy_age(uint64_t now_ms);           /* evicts by age; when to ask again (ms), UINT64_MAX: not before one is kept */
size_t lazy_shed(uint64_t bytes);             /* unmaps so much of what it keeps, as far as it goes; bytes */
void lazy_start(void);                        /* once, when the environment has been read */
void lazy_stop(void);                         /* once, at exit: last words */
void lazy_fork_lock(void);
void lazy_fork_unlock(bool child);

#endif
