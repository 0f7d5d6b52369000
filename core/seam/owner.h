/* SPDX-License-Identifier: MIT */
/* seam/owner.h - the owner seam: whose pointer is this, and what block is it?
 *
 * Asked about pointers that no SuperSlab claims (the SuperSlab map is exact and belongs to core): is p the start of a mapped
 * block (mapped.h), and where is its header? Thread-safe, no lock held by the caller. An answer defines OWNER_NAME.
 *
 * Contract of an exact answer: owner_find(p) = m  <=>  owner_add(m) was called, owner_remove(m) was not called since, and
 * mapped_block(m) = p; and no byte near p is read before that is known. An answer that is not exact says so in its README.
 */
#ifndef HAK_SEAM_OWNER_H
#define HAK_SEAM_OWNER_H

#include "core/low/compiler.h"

struct mapped;

#include HAK_SEAM_owner

/* Bytes before a block in its mapping that hold its struct mapped: os_page, for an answer that looks beside the block; 0:
 * struct mapped lies elsewhere. */
SEAM(owner_header, size_t, (void));
SEAM(owner_find, struct mapped *, (const void *p)); /* NULL: not a mapped block of ours */
SEAM(owner_add, void, (struct mapped *m));          /* before the block is handed out. Cannot fail: m is memory enough */
SEAM(owner_remove, void, (struct mapped *m));       /* before the mapping goes away or moves */
SEAM(owner_start, void, (void));                    /* once, before the first of the others */

#endif
