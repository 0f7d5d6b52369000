/* SPDX-License-Identifier: MIT */
/* meta.c - see meta.h. A bump allocator over chunks mapped from the system. */
#include "core/low/meta.h"
#include "core/low/lock.h"
#include "core/low/place.h"

enum { META_CHUNK = 256 * 1024 };

static char *meta_next, *meta_end; /* the rest of the newest chunk; under the lock */

static char *meta_align(char *p, size_t align)
{
    return (char *)(((uintptr_t)p + align - 1) & ~(align - 1));
}

void *meta_aligned(size_t bytes, size_t align)
{
    bytes = (bytes + META_ALIGN - 1) & ~(size_t)(META_ALIGN - 1);
    size_t least = bytes + align - META_ALIGN; /* of a chunk, which begins at a page */
    if (unlikely(!lock_may(LOCK_META))) { /* a signal handler that interrupted this */
        char *own = place_map(least, PLACE_META);
        return own ? meta_align(own, align) : NULL;
    }
    char *p = meta_align(meta_next, align);
    if (p > meta_end || bytes > (size_t)(meta_end - p)) {
        size_t chunk = least > META_CHUNK ? least : META_CHUNK;
        char *fresh = place_map(chunk, PLACE_META);
        if (!fresh) /* little address space left: the smallest chunk that will do */
            fresh = place_map(chunk = least, PLACE_META);
        p = fresh ? meta_align(fresh, align) : NULL;
        meta_end = fresh ? fresh + chunk : meta_end;
    }
    if (p)
        meta_next = p + bytes;
    lock_leave(LOCK_META);
    return p;
}
