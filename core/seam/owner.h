/* seam/owner.h - the owner seam: whose pointer is this, and what block is it?
 *
 * Asked about pointers that no SuperSlab claims (the SuperSlab map is exact and belongs to core): is p the start of a mapped
 * block (mapped.h), and where is its header? Thread-safe, no lock held by the caller. An answer includes compiler.h and
 * defines OWNER_NAME, and
 *
 *   size_t owner_header(void)     bytes before a block in its mapping that hold its struct mapped: os_page, for an answer that
 *                                 looks beside the block; 0: struct mapped lies elsewhere
 *
 * Contract of an exact answer: owner_find(p) = m  <=>  owner_add(m) was called, owner_remove(m) was not called since, and
 * mapped_block(m) = p; and no byte near p is read before that is known. An answer that is not exact says so in its README.
 */
#ifndef HAK_SEAM_OWNER_H
#define HAK_SEAM_OWNER_H

#include "core/low/compiler.h"

struct mapped;

#include HAK_SEAM_owner

struct mapped *owner_find(const void *p); /* NULL: not a mapped block of ours */
void owner_add(struct mapped *m);         /* before the block is handed out. Cannot fail: m is memory enough */
void owner_remove(struct mapped *m);      /* before the mapping goes away or moves */
void owner_start(void);                   /* once, before the first of the others */
void owner_fork_lock(void);
void owner_fork_unlock(bool child);

#endif
