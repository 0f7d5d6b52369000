/* SPDX-License-Identifier: MIT */
/* meta.h - memory for the allocator's own structures: heaps, map nodes. Never from malloc, never given back.
 *
 * What is allocated here is reused by its owner (heaps are parked and adopted), so the total is bounded by the largest number
 * alive at one time.
 */
#ifndef HAK_META_H
#define HAK_META_H

#include "core/low/compiler.h"

/* Zeroed memory aligned to 64 bytes, or NULL with errno = ENOMEM. Thread-safe. */
void *meta_alloc(size_t bytes);

#endif
