/* SPDX-License-Identifier: MIT */
/* meta.c - see meta.h. A bump allocator over chunks mapped from the system. */
#include "core/low/meta.h"
#include "core/low/lock.h"
#include "core/low/place.h"

enum { META_CHUNK = 256 * 1024, META_ALIGN = 64 };

static char *meta_next, *meta_end; /* the rest of the newest chunk; under meta_lock */

void *meta_alloc(size_t bytes)
{
    char *p = NULL;
    bytes = (bytes + META_ALIGN - 1) & ~(size_t)(META_ALIGN - 1);
    if (unlikely(!lock_may(LOCK_META))) /* a signal handler that interrupted this */
        return place_map(bytes, PLACE_META);
    if (bytes > (size_t)(meta_end - meta_next)) {
        size_t chunk = bytes > META_CHUNK ? bytes : META_CHUNK;
        char *fresh = place_map(chunk, PLACE_META);
        if (!fresh) /* little address space left: the smallest chunk that will do */
            fresh = place_map(chunk = bytes, PLACE_META);
        if (fresh) {
            meta_next = fresh;
            meta_end = fresh + chunk;
        }
    }
    if (bytes <= (size_t)(meta_end - meta_next)) {
        p = meta_next;
        meta_next += bytes;
    }
    lock_leave(LOCK_META);
    return p;
}
