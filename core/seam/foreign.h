/* seam/foreign.h - the foreign seam: a block of another heap's slab has been freed. May it stay with who freed it?
 *
 * Asked by free before the remote seam, and by the front of what it gives back. An answer includes slab.h, the front and the
 * remote seam, and defines FOREIGN_KEEPS (false: a front holds blocks of its own heap only), struct foreign_heap (its state in
 * a heap, zero at first), and
 *
 *   bool foreign_keep(struct foreign_heap *o, struct front_heap *f, const struct slab *s, void *p)
 *                                         true: p is in f, the front of the calling thread's heap. False: send it home
 *   bool foreign_holds(unsigned class)    may a front hold others' blocks of that class?
 *   void foreign_missed(struct foreign_heap *o, unsigned class)   malloc found nothing of that class in the front
 *   void foreign_emptied(struct foreign_heap *o)                  the front has been emptied
 *   bool foreign_return(struct heap *h, struct slab *s, void *p)
 *                                         p leaves the front of h. False: it is h's own. Inside heap_enter
 *   uint64_t foreign_cached(const struct heap *h, const struct slab *s)  blocks of h's slab s in all fronts
 *
 * Must hold: what is kept counts as cached (used = live + cached + remote), whoever has it.
 */
#ifndef HAK_SEAM_FOREIGN_H
#define HAK_SEAM_FOREIGN_H

#include "core/seam/front.h"
#include "core/seam/remote.h"

#include HAK_SEAM_foreign

#endif
