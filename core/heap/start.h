/* SPDX-License-Identifier: MIT */
/* start.h - the start of the library. */
#ifndef HAK_START_H
#define HAK_START_H

#include "core/low/compiler.h"

HAK_EXTERN bool start_done; /* atomic */
void start_now(void);

/* Makes the allocator usable: reads the page size, opens the owner seam. From any first call, also before constructors run;
 * later calls cost one load. Whoever calls this links the constructor, too: an object of a static library with nothing but a
 * constructor would be left out. */
static inline void start_once(void)
{
    if (unlikely(!__atomic_load_n(&start_done, __ATOMIC_ACQUIRE)))
        start_now();
}

#endif
