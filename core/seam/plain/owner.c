/* SPDX-License-Identifier: MIT */
/* plain/owner.c - see plain/owner.h. */
#include "core/heap/mapped.h"
#include "core/seam/owner.h"

struct mapped *owner_find(const void *p)
{
    struct mapped *m = (struct mapped *)((uintptr_t)p - os_page);
    if ((uintptr_t)p % os_page != 0 || (uintptr_t)p < 2 * os_page)
        return NULL;
    return mapped_magic_holds(m) ? m : NULL;
}
