/* SPDX-License-Identifier: MIT */
/* owner-ranges.h - the owner seam's answer `ranges`: mincore before a look at a header, unless the address lies in a range
 * that is known: readable when the process started, or once a mapping of ours. Not exact: a range that went away since is read
 * all the same; see README.md. */
#ifndef HAK_OWNER_RANGES_H
#define HAK_OWNER_RANGES_H

#include "core/low/os.h"

#define OWNER_NAME "ranges"

ANSWER(size_t, owner_header, (void), os_page)
struct mapped *owner_find(const void *p);
void owner_add(struct mapped *m);
void owner_remove(struct mapped *m);
void owner_start(void);

#endif
