/* meta.c - see meta.h. A bump allocator over chunks mapped from the system. */
#include "meta.h"
#include "place.h"
#include "seam/lock.h"
#include <pthread.h>

enum { META_CHUNK = 256 * 1024, META_ALIGN = 64 };

static pthread_mutex_t meta_lock = PTHREAD_MUTEX_INITIALIZER;
static char *meta_next, *meta_end; /* the rest of the newest chunk; under meta_lock */

static HAK_TLS bool meta_inside; /* this thread has the lock, or waits for it. Where LOCK_SHARES */

static inline void meta_enter(void)
{
    if (LOCK_SHARES)
        meta_inside = true;
    pthread_mutex_lock(&meta_lock);
}

static inline void meta_leave(void)
{
    pthread_mutex_unlock(&meta_lock);
    if (LOCK_SHARES)
        meta_inside = false;
}

void *meta_alloc(size_t bytes)
{
    char *p = NULL;
    bytes = (bytes + META_ALIGN - 1) & ~(size_t)(META_ALIGN - 1);
    if (LOCK_SHARES && unlikely(meta_inside)) /* a signal handler that interrupted this: it cannot wait */
        return place_map(bytes, PLACE_META);
    meta_enter();
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
    meta_leave();
    return p;
}

void meta_fork_lock(void)
{
    meta_enter();
}

void meta_fork_unlock(void)
{
    meta_leave();
}
