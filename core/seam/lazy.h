/* SPDX-License-Identifier: MIT */
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

SEAM(lazy_acquire, struct superslab *, (void));         /* NULL with errno = ENOMEM */
SEAM(lazy_release, void, (struct superslab *ss));      /* keeps it or unmaps it */
SEAM(lazy_trim, size_t, (void));                       /* unmaps all that it keeps; how many SuperSlabs that were */
SEAM(lazy_tick, void, (void));                         /* called now and then from the allocation slow path: evict by age */
/* Evicts by age; when to ask again (ms), UINT64_MAX: not before one is kept. */
SEAM(lazy_age, uint64_t, (uint64_t now_ms));
SEAM(lazy_shed, size_t, (uint64_t bytes));             /* unmaps so much of what it keeps, as far as it goes; bytes */
SEAM(lazy_start, void, (void));                        /* once, when the environment has been read */
SEAM(lazy_stop, void, (void));                         /* once, at exit: last words */

#endif
