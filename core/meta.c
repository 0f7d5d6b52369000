/* meta.c - see meta.h. A bump allocator over chunks mapped from the system. */
#include "meta.h"
#include "os.h"
#include "seam/lock.h"
#include <pthread.h>

enum { META_CHUNK = 256 * 1024, META_ALIGN = 64, META_TRIES = 200 };

static pthread_mutex_t meta_lock = PTHREAD_MUTEX_INITIALIZER;
static char *meta_next, *meta_end; /* the rest of the newest chunk; under meta_lock */

/* With LOCK_SHARES not for ever: a signal handler may have interrupted whoever holds the lock. */
static inline bool meta_take_lock(void)
{
    if (!LOCK_SHARES) {
        pthread_mutex_lock(&meta_lock);
        return true;
    }
    for (int i = 0; i < META_TRIES; i++) {
        if (pthread_mutex_trylock(&meta_lock) == 0)
            return true;
        os_yield();
    }
    return false;
}

void *meta_alloc(size_t bytes)
{
    char *p = NULL;
    bytes = (bytes + META_ALIGN - 1) & ~(size_t)(META_ALIGN - 1);
    if (!meta_take_lock())
        return os_map(bytes, 0, 0, NULL, OS_META);
    if (bytes > (size_t)(meta_end - meta_next)) {
        size_t chunk = bytes > META_CHUNK ? bytes : META_CHUNK;
        char *fresh = os_map(chunk, 0, 0, NULL, OS_META);
        if (!fresh) /* little address space left: the smallest chunk that will do */
            fresh = os_map(chunk = bytes, 0, 0, NULL, OS_META);
        if (fresh) {
            meta_next = fresh;
            meta_end = fresh + chunk;
        }
    }
    if (bytes <= (size_t)(meta_end - meta_next)) {
        p = meta_next;
        meta_next += bytes;
    }
    pthread_mutex_unlock(&meta_lock);
    return p;
}

void meta_fork_lock(void)
{
    pthread_mutex_lock(&meta_lock);
}

void meta_fork_unlock(void)
{
    pthread_mutex_unlock(&meta_lock);
}
