/* SPDX-License-Identifier: MIT */
/* plain/owner_none.h - for answers of the owner seam that remember no block: they look at the header, one page before. */
#ifndef HAK_PLAIN_OWNER_NONE_H
#define HAK_PLAIN_OWNER_NONE_H

#include "core/low/os.h"

struct mapped *owner_find(const void *p);
ANSWER(size_t, owner_header, (void), os_page)
NOTHING(owner_add, (struct mapped *m))
NOTHING(owner_remove, (struct mapped *m))
NOTHING(owner_start, (void))

#endif
