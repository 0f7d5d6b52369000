/* SPDX-License-Identifier: MIT */
/* seam/front_path.h - the front seam, as malloc and free ask it: their two fast paths. Included by heap.h, behind struct heap.
 *
 * h is heap_self, which is &heap_none in a thread that has no heap: its front holds nothing and takes nothing.
 */
#ifndef HAK_SEAM_FRONT_PATH_H
#define HAK_SEAM_FRONT_PATH_H

#include HAK_SEAM_front_path

SEAM(front_pop, void *, (struct heap *h, size_t size));      /* size <= TINY_MAX: a cached block, or NULL */
SEAM(front_pop_wide, void *, (struct heap *h, size_t size)); /* TINY_MAX < size: a cached block, or NULL */
SEAM(front_look, void *, (struct heap *h, size_t size));     /* after either: a block that lies further away, or NULL */
/* size <= SLAB_MAX: the class whose blocks h has for it, class_of(size) or a larger one */
SEAM(front_class, unsigned, (const struct heap *h, size_t size));
SEAM(front_wants, bool, (const struct heap *h, unsigned class)); /* may it keep other heaps' blocks of that class now? */
SEAM(front_nowhere, struct front_bin *, (struct heap *h)); /* the hint that says nothing */
/* p may be anything. True: it passed for a live block of h, and is cached. False: *bin, NULL before, is what front_nowhere
 * says, or says where p belongs, which is full or wants a closer look. */
SEAM(front_push, bool, (struct heap *h, void *p, struct front_bin **bin));
SEAM(front_push_again, bool, (struct heap *h, void *p, struct front_bin *bin)); /* that closer look */

#endif
