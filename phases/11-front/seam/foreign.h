/* SPDX-License-Identifier: MIT */
/* seam/foreign.h - a question of the front's: a block of another heap's slab has been freed. May it stay with who freed it?
 *
 * An answer defines struct foreign_heap (its state in a front, zero at first).
 *
 * Must hold: what is kept counts as cached (used = live + cached + remote), whoever has it.
 */
#ifndef HAK_SEAM_FOREIGN_H
#define HAK_SEAM_FOREIGN_H

#include "core/low/compiler.h"
#include "core/seam/remote.h"

struct front_heap;

#include HAK_SEAM_foreign

SEAM(foreign_wants, bool, (const struct foreign_heap *o, unsigned class)); /* front_wants */
/* Of such a class. True: p is in f, the front of the calling thread's heap. False: send it home. */
SEAM(foreign_keep, bool, (struct foreign_heap *o, struct front_heap *f, const struct slab *s, void *p));
SEAM(foreign_holds, bool, (unsigned class)); /* may a front hold others' blocks of that class? No tiny one */
SEAM(foreign_missed, void, (struct foreign_heap *o, unsigned class)); /* malloc found nothing of that class in the front */
SEAM(foreign_emptied, void, (struct foreign_heap *o));                /* the front has been emptied */
/* p leaves the front of h. False: it is h's own. Inside heap_enter. */
SEAM(foreign_return, bool, (struct heap *h, struct slab *s, void *p));
/* A block of s leaves the front of h in the hands of another thread, which sends it home. False: it is h's own. Inside the lock
 * of h. */
SEAM(foreign_taken, bool, (struct heap *h, const struct slab *s));
SEAM(foreign_cached, uint64_t, (const struct heap *h, const struct slab *s)); /* blocks of h's slab s in all fronts */

#endif
