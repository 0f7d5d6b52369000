/* SPDX-License-Identifier: MIT */
/* meta.h - memory for the allocator's own structures: heaps, map nodes. Never from malloc, never given back.
 *
 * What is allocated here is reused by its owner (heaps are parked and adopted), so the total is bounded by the largest number
 * alive at one time.
 */
#ifndef HAK_META_H
#define HAK_META_H

#include "core/low/compiler.h"

/* Zeroed memory at a multiple of align (a power of two, META_ALIGN at least), or NULL with errno = ENOMEM. Thread-safe. */
enum { META_ALIGN = 64 };
void *meta_aligned(size_t bytes, size_t align);
static inline void *meta_alloc(size_t bytes)
{
    return meta_aligned(bytes, META_ALIGN);
}

#endif
